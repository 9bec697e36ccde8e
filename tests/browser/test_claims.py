"""What the lessons' pages say happens in a browser, done in one."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Witness
from tests.support.server import Server, serve


def to_port(page: Page, server: Server) -> None:
    """Let a page that asks for port 8000 find its server on another one."""
    page.add_init_script(
        f"""const Real = WebSocket;
        window.WebSocket = function (url) {{
            return new Real(url.replace("localhost:8000", "127.0.0.1:{server.port}"));
        }};"""
    )


def test_01_echo_naive_page_runs_what_a_message_contains(page: Page) -> None:
    with serve("lessons.01_echo.naive:app") as server:
        to_port(page, server)
        page.goto(server.url)
        page.wait_for_function("socket.readyState === 1")
        page.fill("#text", '<img src="data:," onerror="document.title = `ran`">')
        page.click("button")

        page.wait_for_function("document.title === 'ran'")


def test_01_echo_naive_page_sees_1006_after_bytes(page: Page) -> None:
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


def test_01_echo_naive_page_is_deaf_on_another_port(page: Page) -> None:
    with serve("lessons.01_echo.naive:app") as server:
        page.goto(server.url)
        page.wait_for_function("socket.readyState === 3")


def test_02_depends_naive_page_loses_what_is_sent_before_connecting(
    page: Page, witness: Witness
) -> None:
    with serve("lessons.02_depends.naive:app") as server:
        page.goto(server.url)
        page.fill("#text", "hello")
        with page.expect_navigation(url=re.compile(r"\?$")):
            page.click("#send")

        expect(page.locator("#text")).to_have_value("")
    assert "Cannot read properties of null" in witness.errors.pop()


def test_02_depends_naive_page_lets_a_token_bring_a_parameter(page: Page) -> None:
    with serve("lessons.02_depends.naive:app") as server:
        to_port(page, server)
        page.goto(server.url)
        page.fill("#token", "a&q=5")
        page.click("text=Connect")
        page.wait_for_function("socket?.readyState === 1")
        page.fill("#text", "hello")
        page.click("#send")

        expect(page.locator("#log")).to_contain_text("Query parameter q is: 5")


def test_02_depends_page_keeps_a_token_in_its_place(page: Page) -> None:
    with serve("lessons.02_depends.main:app") as server:
        page.goto(server.url)
        page.fill("#token", "apple&q=5")
        page.click("text=Connect")

        expect(page.locator("#state")).to_have_text("closed before it was open (1006)")


def test_02_depends_page_says_which_parameter_is_wrong(page: Page) -> None:
    with serve("lessons.02_depends.main:app") as server:
        page.goto(server.url)
        page.fill("#q", "abc")
        page.click("text=Connect")

        expect(page.locator("#state")).to_have_text(
            "closed (4422) q: Input should be a valid integer, unable to parse string as an integer"
        )


def test_02_depends_page_connects_by_cookie_without_a_token(page: Page) -> None:
    with serve("lessons.02_depends.main:app") as server:
        page.goto(server.url)
        page.click("#remember")
        expect(page.locator("#remember")).to_have_text("Remembered")
        page.fill("#token", "")
        page.click("text=Connect")

        expect(page.locator("#state")).to_have_text("open")


def test_02_depends_page_leaves_no_socket_open_behind_it(page: Page) -> None:
    with serve("lessons.02_depends.main:app") as server:
        page.goto(server.url)
        for _ in range(3):
            page.click("text=Connect")
            expect(page.locator("#state")).to_have_text("open")
        page.fill("#text", "hello")
        page.click("#send")

        expect(page.locator("#log li")).to_have_count(2)


def test_04_json_page_shows_the_error_it_is_told(page: Page) -> None:
    with serve("lessons.04_json.main:app") as server:
        page.goto(server.url)
        page.click("text=Send as it is")

        expect(page.locator("#log li").first).to_have_text("Error: text: Field required")


@pytest.mark.parametrize("text", ["hello", "{}", '{"type": "shout"}', '{"type": "time"}'])
def test_04_json_naive_page_is_closed_with_1006(page: Page, text: str) -> None:
    with serve("lessons.04_json.naive:app") as server:
        page.goto(server.url)
        page.fill("#frame", text)
        page.click("text=Send as it is")

        expect(page.locator("#state")).to_have_text("closed (1006)")


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


def test_06_closing_each_button_of_the_laboratory_tells_its_end(page: Page) -> None:
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


@pytest.mark.parametrize("implementation", ["websockets-sansio", "wsproto"])
def test_06_closing_naive_buttons_tell_what_the_page_says(page: Page, implementation: str) -> None:
    wanted = {"bye": "100, clean"} if implementation == "wsproto" else NAIVE
    with serve("lessons.06_closing.naive:app", "--ws", implementation) as server:
        page.goto(server.url)
        for name, code in wanted.items():
            row = page.locator("#laboratory tr").filter(
                has=page.get_by_role("button", name=name, exact=True)
            )
            row.locator("button").click()

            expect(row.locator("output")).to_contain_text(code)


def test_07_limits_page_shows_who_came_in_and_who_did_not(page: Page) -> None:
    with serve("lessons.07_limits.main:app") as server:
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        page.click("text=Let it in")
        expect(page.locator("#told")).to_have_text(re.compile("^9 × open; 3 × closed [(]1006[)]$"))
        expect(page.locator("#places")).to_have_text("10 of 10")

        page.select_option("#refuse", "after")
        page.click("text=Send it away")
        page.click("text=Let it in")
        reason = "closed (1013) All 10 places are taken. Try again in 5 s."
        expect(page.locator("#told")).to_contain_text(f"3 × {reason}")


def test_07_limits_naive_page_is_told_nothing_of_a_refusal(page: Page) -> None:
    with serve("lessons.07_limits.naive:app") as server:
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        page.click("text=Let it in")

        expect(page.locator("#told")).to_contain_text("closed (1006)")
        expect(page.locator("#places")).to_have_text("10 of 10")
