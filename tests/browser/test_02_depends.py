"""What the page of lesson 2 says happens in a browser, done in one."""

import re

from playwright.sync_api import Page, expect

from tests.support.browser import Witness, to_port
from tests.support.server import serve


def test_naive_page_loses_what_is_sent_before_connecting(page: Page, witness: Witness) -> None:
    with serve("lessons.02_depends.naive:app") as server:
        page.goto(server.url)
        page.fill("#text", "hello")
        with page.expect_navigation(url=re.compile(r"\?$")):
            page.click("#send")

        expect(page.locator("#text")).to_have_value("")
    assert "Cannot read properties of null" in witness.errors.pop()


def test_naive_page_lets_a_token_bring_a_parameter(page: Page) -> None:
    with serve("lessons.02_depends.naive:app") as server:
        to_port(page, server)
        page.goto(server.url)
        page.fill("#token", "a&q=5")
        page.click("text=Connect")
        page.wait_for_function("socket?.readyState === 1")
        page.fill("#text", "hello")
        page.click("#send")

        expect(page.locator("#log")).to_contain_text("Query parameter q is: 5")


def test_page_keeps_a_token_in_its_place(page: Page) -> None:
    with serve("lessons.02_depends.main:app") as server:
        page.goto(server.url)
        page.fill("#token", "apple&q=5")
        page.click("text=Connect")

        expect(page.locator("#state")).to_have_text("closed before it was open (1006)")


def test_page_says_which_parameter_is_wrong(page: Page) -> None:
    with serve("lessons.02_depends.main:app") as server:
        page.goto(server.url)
        page.fill("#q", "abc")
        page.click("text=Connect")

        expect(page.locator("#state")).to_have_text(
            "closed (4422) q: Input should be a valid integer, unable to parse string as an integer"
        )


def test_page_connects_by_cookie_without_a_token(page: Page) -> None:
    with serve("lessons.02_depends.main:app") as server:
        page.goto(server.url)
        page.click("#remember")
        expect(page.locator("#remember")).to_have_text("Remembered")
        page.fill("#token", "")
        page.click("text=Connect")

        expect(page.locator("#state")).to_have_text("open")


def test_page_leaves_no_socket_open_behind_it(page: Page) -> None:
    with serve("lessons.02_depends.main:app") as server:
        page.goto(server.url)
        for _ in range(3):
            page.click("text=Connect")
            expect(page.locator("#state")).to_have_text("open")
        page.fill("#text", "hello")
        page.click("#send")

        expect(page.locator("#log li")).to_have_count(2)
