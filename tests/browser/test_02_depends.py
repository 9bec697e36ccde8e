"""What the page of lesson 2 says happens in a browser, done in one."""

import re

from playwright.sync_api import Page, expect

from tests.support.browser import Witness
from tests.support.server import serve


def test_naive_page_loses_what_is_sent_before_connecting(page: Page, witness: Witness) -> None:
    with serve("lessons.02_depends.naive:app") as server:
        page.goto(server.url)
        page.fill("#text", "hello")
        with page.expect_navigation(url=re.compile(r"\?$")):
            page.click("#send")

        expect(page.locator("#text")).to_have_value("")
    assert "Cannot read properties of null" in witness.errors.pop()


def test_page_leaves_no_socket_open_behind_it(page: Page) -> None:
    with serve("lessons.02_depends.main:app") as server:
        page.goto(server.url)
        for _ in range(3):
            page.click("text=Connect")
            expect(page.locator("#state")).to_have_text("open")
        page.fill("#text", "hello")
        page.click("#send")

        expect(page.locator("#log li")).to_have_count(2)
