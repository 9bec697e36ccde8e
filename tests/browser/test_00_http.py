"""Lesson 0 in a real browser: its page asks again and again, and its documentation is its own."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.support.browser import LOCAL, Witness
from tests.support.contract import PREFIXES, WATCHED, lesson_server
from tests.support.server import Server, serve

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
"""A picture of one red point."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with lesson_server("00_http", app=WATCHED) as server:
        yield server


@pytest.fixture
def here(server: Server, page: Page) -> Page:
    """The lesson's page, open."""
    page.goto(f"{server.url}/")
    expect(page.locator("#state")).to_have_text("open")
    return page


def open_room(page: Page, name: str) -> None:
    page.get_by_label("New room").fill(name)
    page.get_by_role("button", name="Create it").click()
    expect(page.locator("#answer")).to_contain_text(f"You have created {name}. Its key is ")
    expect(page.locator("#room")).to_have_value(name)


def test_the_page_asks_again_and_again_though_there_is_no_news(here: Page) -> None:
    open_room(here, "silent")
    before, news = (int(here.locator(f"#{one}").inner_text()) for one in ("asked", "news"))

    expect(here.locator("#asked")).to_have_text(re.compile(f"^({before + 2}|{before + 3})$"))

    expect(here.locator("#news")).to_have_text(str(news))


def test_what_one_says_another_sees_when_it_asks(server: Server, here: Page) -> None:
    open_room(here, "asking")
    said = {"text": "<b>from elsewhere</b>"}

    httpx2.post(f"{server.url}/rooms/asking/messages", json=said, trust_env=False)

    expect(here.locator("#log li")).to_have_text(["1 somebody: <b>from elsewhere</b>"])


def test_a_picture_is_shown_and_anything_else_is_refused_in_words(here: Page) -> None:
    picture = FilePayload(name="x.png", mimeType="image/png", buffer=PNG)
    no_picture = FilePayload(name="y.png", mimeType="image/png", buffer=b"<script>")
    button = here.get_by_role("button", name="Send it")
    expect(here.get_by_role("img")).to_be_hidden()

    here.locator("#picture").set_input_files([no_picture])
    button.click()
    expect(here.locator("#answer")).to_have_text("415 A picture must be a PNG.")

    here.locator("#picture").set_input_files([picture])
    button.click()
    expect(here.locator("#answer")).to_have_text("")
    expect(here.get_by_role("img")).to_be_visible()
    assert here.evaluate("document.querySelector('#shown').naturalWidth") == 1

    here.reload()
    expect(here.get_by_role("img")).to_be_visible()


def test_a_room_that_is_deleted_meanwhile_is_left(server: Server, here: Page) -> None:
    open_room(here, "brief")
    key = here.locator("#answer").inner_text().rpartition(" ")[2]

    httpx2.delete(f"{server.url}/rooms/brief", headers={"X-Key": key}, trust_env=False)

    expect(here.locator("#room")).to_have_value("lobby")
    expect(here.locator("#state")).to_have_text("open")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_docs_is_shown_and_tries_a_call_without_another_host(
    server: Server, page: Page, witness: Witness, prefix: str
) -> None:
    page.goto(f"{server.url}{prefix}/docs")
    page.locator("#operations-people-hello_hello_get button.opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    answer = page.locator(".live-responses-table tbody .response-col_description")
    expect(answer).to_contain_text("Hello, somebody.", timeout=15_000)
    assert witness.foreign == []


def test_redoc_asks_another_host_for_its_logo_alone(
    server: Server, page: Page, witness: Witness
) -> None:
    page.goto(f"{server.url}/redoc")

    search = page.get_by_role("heading", name="Search in the messages")
    expect(search).to_be_visible(timeout=20_000)
    assert {httpx2.URL(url).path.rpartition(".")[2] for url in witness.foreign} <= {"svg", "png"}
    witness.foreign.clear()
    witness.errors.clear()


def test_naive_docs_is_blank_without_the_network(page: Page, witness: Witness) -> None:
    def cut_off(route: Route) -> None:
        if httpx2.URL(route.request.url).host in LOCAL:
            route.continue_()
        else:
            route.abort()

    page.route("**/*", cut_off)
    with serve("lessons.00_http.naive:app") as server:
        page.goto(f"{server.url}/docs")

    assert page.locator("body").inner_text().strip() == ""
    assert witness.foreign
    assert any("SwaggerUIBundle is not defined" in error for error in witness.errors)
    witness.errors.clear()
    witness.foreign.clear()
