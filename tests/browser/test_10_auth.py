"""What the page of lesson 10 says happens in a browser, done in one."""

import json
import re
import shutil
from pathlib import Path

from playwright.sync_api import Page, WebSocketRoute, expect
from websockets.typing import Subprotocol

from tests.support.browser import SIGNING_IN, Witness, sign_in
from tests.support.client import connect
from tests.support.server import ROOT, serve
from tests.support.speech import token


def test_page_keeps_what_was_typed_over_the_end_of_its_token(page: Page) -> None:
    with serve("lessons.10_auth.main:app", env={"TOKEN_SECONDS": "4"}) as server:
        page.goto(server.url)
        sign_in(page)
        expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
        page.fill("#text", "half a sen")
        expect(page.locator("#state")).to_have_text(
            "closed (4401) Your time is over. Sign in again."
        )
        assert page.evaluate("document.activeElement.id") == "text"
        page.keyboard.type("tence")
        page.keyboard.press("Enter")
        expect(page.locator("#text")).to_have_value("half a sentence")
        sign_in(page)
        expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
        page.focus("#text")
        page.keyboard.press("Enter")

        expect(page.locator("#log li").first).to_contain_text("Ada: half a sentence")
        expect(page.locator("#text")).to_have_value("")


def test_page_gives_back_what_was_sent_and_never_heard(page: Page) -> None:
    routes: list[WebSocketRoute] = []

    def deaf(route: WebSocketRoute) -> None:
        """Let the page speak to nobody."""
        routes.append(route)

    page.route_web_socket(re.compile(r"/ws\?room=attic&ticket="), deaf)
    with serve("lessons.10_auth.main:app") as server:
        page.goto(server.url)
        sign_in(page)
        expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
        for text in ("one", "two"):
            page.fill("#text", text)
            page.keyboard.press("Enter")
        said = {"type": "said", "user": "Ada", "text": "one", "at": "2026-01-01T00:00:00Z"}
        routes[0].send(json.dumps(said))
        expect(page.locator("#log li").first).to_contain_text("Ada: one")
        page.fill("#text", "three")
        routes[0].close(code=4401, reason="Over.")

        expect(page.locator("#state")).to_have_text("closed (4401) Over.")
        expect(page.locator("#text")).to_have_value("two three")


def test_page_says_why_it_is_not_signed_in(page: Page, witness: Witness) -> None:
    with serve("lessons.10_auth.main:app") as server:
        page.goto(server.url)
        for user in ("Ada", "Eve"):
            sign_in(page, user, "wrong")
            expect(page.locator("#state")).to_have_text(
                "not signed in (401) Wrong name or password.", timeout=SIGNING_IN
            )
            expect(page.locator("#password")).to_have_value("")
        server.stop()
        sign_in(page)
        expect(page.locator("#state")).to_have_text("not signed in (no answer)")
    assert not witness.complaints()


def test_page_gets_in_by_each_door(page: Page, witness: Witness) -> None:
    with serve("lessons.10_auth.main:app") as server:
        page.goto(server.url)
        sign_in(page)
        expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
        for way in ("ticket", "cookie", "subprotocol", "hello"):
            page.select_option("#way", way)
            page.get_by_role("button", name="Connect").click()
            expect(page.locator("#people")).to_have_text("Ada")
            page.fill("#text", f"by {way}")
            page.keyboard.press("Enter")
            expect(page.locator("#log li").first).to_contain_text(f"Ada: by {way}")
        assert page.evaluate("document.cookie") == ""
    assert witness.console == []


def test_a_subprotocol_that_is_not_answered_is_broken_off_by_the_browser_alone(
    page: Page, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "lessons/10_auth", tmp_path / "10_auth")
    ways = tmp_path / "10_auth/other_ways.py"
    text = ways.read_text("utf-8")
    assert 'accept(subprotocol="bearer")' in text
    ways.write_text(text.replace('accept(subprotocol="bearer")', "accept()"), "utf-8")
    with serve("10_auth.main:app", cwd=tmp_path) as server:
        page.goto(server.url)
        sign_in(page)
        expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
        page.select_option("#way", "subprotocol")
        page.get_by_role("button", name="Connect").click()
        expect(page.locator("#state")).to_have_text("closed (1006)")

        shown = [Subprotocol("bearer"), Subprotocol(token(f"{server.url}/", "Ada"))]
        url = f"{server.ws}/ws/subprotocol?room=attic"
        with connect(url, subprotocols=shown) as websocket:
            assert "Ada" in str(websocket.recv(timeout=10))


def test_page_asks_again_when_the_server_has_forgotten_it(page: Page) -> None:
    with serve("lessons.10_auth.main:app") as server:
        page.goto(server.url)
        sign_in(page)
        expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
        page.route("**/tickets", lambda route: route.fulfill(status=401, json={"detail": "No."}))
        page.get_by_role("button", name="Connect").click()

        expect(page.locator("#state")).to_have_text("not connected (401) No.")
        expect(page.locator("#password")).to_be_visible()


def test_naive_page_tells_who_has_an_account(page: Page) -> None:
    with serve("lessons.10_auth.naive:app") as server:
        page.goto(server.url)
        told = {"Ada": "(401) The password is wrong.", "Eve": "(404) There is no such user."}
        for user, words in told.items():
            sign_in(page, user, "wrong")
            expect(page.locator("#state")).to_have_text(f"not signed in {words}")


def test_naive_page_does_not_get_in_in_tokyo(page: Page) -> None:
    with serve("lessons.10_auth.naive:app", env={"TZ": "UTC-9"}) as server:
        page.goto(server.url)
        sign_in(page)

        expect(page.locator("#state")).to_have_text("not connected (401) Signature has expired")
