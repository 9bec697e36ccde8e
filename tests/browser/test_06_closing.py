"""What the page of lesson 6 says happens in a browser, done in one."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import EACH_IMPLEMENTATION
from tests.support.server import serve

LABORATORY = {
    "refused by close()": "never open, 1006, not clean",
    "refused by a denial response": "never open, 1006, not clean",
    "refused by HTTPException": "never open, 1006, not clean",
    "refused by validation": "never open, 1006, not clean",
    "bye": "1000, clean Bye.",
    "close 1003": "1003, clean I cannot read this.",
    "close 1008": "1008, clean This is against the rules.",
    "close 1009": "1009, clean This is too long.",
    "close 1011": "1011, clean The server failed.",
    "close 1013": "1013, clean Try again later.",
    "close 4000": "4000, clean What 4000 means is up to us.",
    "close with 100 é": f"1000, clean {'é' * 61}",
    "close 100": "1011, clean The server failed.",
    "close 1006": "1011, clean The server failed.",
    "twice": "1000, clean Once.",
    "return": "1000, clean That was all.",
    "raise": "1011, clean The server failed.",
    "raise WebSocketException": "1008, clean This is against the rules.",
    "raise HTTPException": "1011, clean The server failed.",
    "bytes": "1003, clean Send text, not bytes.",
    "the page closes": "1005, clean",
    "the page closes with 4001": "4001, clean The page had enough.",
    "the page closes with 1001": "InvalidAccessError, 1005, clean",
}


def test_each_button_of_the_laboratory_tells_its_end(page: Page) -> None:
    with serve("lessons.06_closing.main:app") as server:
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        rows = page.locator("#laboratory tr")
        rows.first.wait_for()
        told = {}
        for row in rows.all():
            row.locator("button").click()
            expect(row.locator("output")).to_contain_text("clean")
            told[row.locator("button").inner_text()] = row.locator("output").inner_text()

        assert told == LABORATORY
        opened = [end for end in told.values() if not end.startswith("never open")]
        expect(page.locator("#log li").filter(has_text="left the chat")).to_have_count(len(opened))


NAIVE = {"bye": "1006", "close with 100 é": "1006", "return": "1006", "raise": "1006"}


@pytest.mark.parametrize("implementation", EACH_IMPLEMENTATION[:2])
def test_naive_buttons_tell_what_the_page_says(page: Page, implementation: str) -> None:
    wanted = {"bye": "100, clean"} if implementation == "wsproto" else NAIVE
    with serve("lessons.06_closing.naive:app", "--ws", implementation) as server:
        page.goto(server.url)
        for name, code in wanted.items():
            row = page.locator("#laboratory tr").filter(
                has=page.get_by_role("button", name=name, exact=True)
            )
            row.locator("button").click()

            expect(row.locator("output")).to_contain_text(code)
