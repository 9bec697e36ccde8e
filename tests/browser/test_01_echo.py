"""What the page of lesson 1 says happens in a browser, done in one."""

from playwright.sync_api import Page

from tests.support.browser import to_port
from tests.support.server import serve


def test_naive_page_runs_what_a_message_contains(page: Page) -> None:
    with serve("lessons.01_echo.naive:app") as server:
        to_port(page, server)
        page.goto(server.url)
        page.wait_for_function("socket.readyState === 1")
        page.fill("#text", '<img src="data:," onerror="document.title = `ran`">')
        page.click("button")

        page.wait_for_function("document.title === 'ran'")


def test_naive_page_sees_1006_after_bytes(page: Page) -> None:
    with serve("lessons.01_echo.naive:app") as server:
        to_port(page, server)
        page.goto(server.url)
        page.wait_for_function("socket.readyState === 1")
        code = page.evaluate(
            """new Promise((resolve) => {
                socket.onclose = (event) => resolve(event.code);
                socket.send(new Uint8Array([1, 2, 3]));
            })"""
        )

    assert code == 1006


def test_naive_page_is_deaf_on_another_port(page: Page) -> None:
    with serve("lessons.01_echo.naive:app") as server:
        page.goto(server.url)
        page.wait_for_function("socket.readyState === 3")
