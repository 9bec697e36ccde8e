"""What the page of lesson 6 says happens in a browser, done in one, with each step."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import EACH_IMPLEMENTATION
from tests.support.server import serve

SILENT = "1006, not clean"
REFUSED = f"never open, {SILENT}"
FAILED = "1011, clean The server failed."

ALWAYS = {
    "raise WebSocketException": "1008, clean This is against the rules.",
    "twice": "1000, clean Once.",
    "listen on": "1000, clean Bye.",
    "refused by close()": REFUSED,
    "refused by WebSocketException": REFUSED,
    "refused by a denial response": REFUSED,
    "refused by HTTPException": REFUSED,
    "refused by validation": REFUSED,
    "close 1000": "1000, clean Bye.",
    "close 1003": "1003, clean I cannot read this.",
    "close 1008": "1008, clean This is against the rules.",
    "close 1009": "1009, clean This is too long.",
    "close 1011": FAILED,
    "close 1013": "1013, clean Try again later.",
    "close 4000": "4000, clean What 4000 means is up to us.",
    "the page closes": "1005, clean",
    "the page closes with 4001": "4001, clean The page had enough.",
    "the page closes with 1001": "InvalidAccessError, 1005, clean",
}
NO_FRAME = {
    "return": "1000, clean That was all.",
    "raise": FAILED,
    "raise late": FAILED,
    "raise HTTPException": FAILED,
    "bytes": "1003, clean Send text, not bytes.",
}
BAD_FRAME = {
    "close 100": FAILED,
    "close 1006": FAILED,
    "bye": FAILED,
    "close with 100 é": f"1000, clean {'é' * 61}",
}
OLD = {"an old page": REFUSED}

STEP_2 = {**ALWAYS, **NO_FRAME, **BAD_FRAME, **OLD}
LABORATORY = {
    "naive": {**ALWAYS, **dict.fromkeys({**NO_FRAME, **BAD_FRAME}, SILENT), **OLD},
    "step_1": {**ALWAYS, **NO_FRAME, **dict.fromkeys(BAD_FRAME, SILENT), **OLD},
    "step_2": STEP_2,
    "step_3": STEP_2,
    "main": {**STEP_2, "an old page": "4400, clean Version 1 is too old. Load the page again."},
}
"""What the page sees of each button, in each program."""


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(one, marks=[pytest.mark.thorough] if one.startswith("step_") else [])
        for one in LABORATORY
    ],
)
def test_each_button_of_the_laboratory_shows_its_end(page: Page, program: str) -> None:
    with serve(f"lessons.06_closing.{program}:app") as server:
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        rows = page.locator("#laboratory tr")
        rows.first.wait_for()
        seen = {}
        for row in rows.all():
            row.locator("button").click()
            expect(row.locator("output")).to_contain_text("clean")
            seen[row.locator("button").inner_text()] = row.locator("output").inner_text()

        assert seen == LABORATORY[program]
        # Who was let in is announced; in main.py the old page is, and takes no part in the chat.
        chatted = [
            name
            for name, end in seen.items()
            if not end.startswith("never open") and name != "an old page"
        ]
        left = page.locator("#log li").filter(has_text="left the chat")
        expect(left).to_have_count(len(chatted))


@pytest.mark.parametrize("implementation", EACH_IMPLEMENTATION[:2])
def test_naive_bye_looks_right_under_wsproto(page: Page, implementation: str) -> None:
    with serve("lessons.06_closing.naive:app", "--ws", implementation) as server:
        page.goto(server.url)
        row = page.locator("#laboratory tr").filter(
            has=page.get_by_role("button", name="bye", exact=True)
        )
        row.locator("button").click()

        wanted = "100, clean" if implementation == "wsproto" else SILENT
        expect(row.locator("output")).to_have_text(wanted)
