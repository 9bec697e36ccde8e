"""The three ways in a browser: a vote in one window is seen in another."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.server import serve


@pytest.mark.parametrize("name", ["polling", "sse", "websocket"])
def test_a_vote_in_one_window_is_seen_in_another(
    page: Page, context: BrowserContext, name: str
) -> None:
    with serve(f"topics.three_ways.{name}:app") as server:
        other = context.new_page()
        for window in (page, other):
            window.goto(server.url)
            expect(window.locator("#state")).to_have_text("open")
            expect(window.locator("#votes")).to_have_text("0")

        page.click("#vote")

        expect(page.locator("#votes")).to_have_text("1")
        expect(other.locator("#votes")).to_have_text("1")
        other.close()


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("polling", "no answer, asking again"),
        ("sse", "connecting again"),
        ("websocket", "closed (1012)"),
    ],
)
def test_a_page_says_that_its_server_is_gone(page: Page, name: str, state: str) -> None:
    options = ("--timeout-graceful-shutdown", "1")
    with serve(f"topics.three_ways.{name}:app", *options) as server:
        page.goto(server.url)
        expect(page.locator("#votes")).to_have_text("0")
        server.stop()

        expect(page.locator("#state")).to_have_text(state)
