"""Each lesson's page in a real browser, as its reader meets it."""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from tests.support.browser import Witness
from tests.support.contract import WATCHED, each_lesson, lesson_server
from tests.support.machine import certificate
from tests.support.nightly import some_in_each_run
from tests.support.server import Server
from tests.support.speech import FOLDERS, lesson

HTML = "<img src=x onerror=alert(1)><b>bold</b>"

NOTE_STATES = """
document.addEventListener("DOMContentLoaded", () => {
  const state = document.querySelector("#state");
  const send = document.querySelector("#send");
  window.seen = [];
  const note = () => window.seen.push([state.textContent, send.disabled]);
  note();
  const changes = { childList: true, characterData: true, subtree: true };
  new MutationObserver(note).observe(state, changes);
});
"""
"""Writes down every state a page shows, with whether its message could be sent then."""

NAMELESS = """() => [...document.querySelectorAll("input, button, select, textarea, [role=log]")]
  .filter((field) => !(
    field.getAttribute("aria-label")
    || (field.tagName === "BUTTON" && field.textContent.trim())
    || [...(field.labels ?? [])].some((label) => label.textContent.trim())
  ))
  .map((field) => field.outerHTML)"""
"""The fields of a page that a screen reader cannot call by a name."""


@pytest.fixture(scope="module")
def served() -> Iterator[Callable[[str], Server]]:
    """Give out lessons' servers, each started once a file."""
    with ExitStack() as stack:
        servers: dict[str, Server] = {}

        def start(name: str) -> Server:
            if name not in servers:
                servers[name] = stack.enter_context(lesson_server(name, app=WATCHED))
            return servers[name]

        yield start


def arrive(page: Page, name: str, url: str) -> None:
    """Open a lesson's page and bring it to its conversation."""
    page.goto(url)
    arrange = lesson(name).arrange
    if arrange is not None:
        arrange(page)
    expect(page.locator("#state")).to_have_text("open")


def converse(page: Page, text: str) -> None:
    """Say something without touching the mouse, and wait until the page shows the answer."""
    walk_to(page, "text")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator("#log li").filter(has_text=text).first).to_be_visible()


def walk_to(page: Page, field: str) -> None:
    """Press Tab until a field has the focus."""
    for _ in range(60):
        if page.evaluate("document.activeElement?.id") == field:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never comes to #{field}.")


def background(page: Page) -> int:
    """Return the brightness of the page's corner as it is drawn, from 0 to 255."""
    png = page.screenshot(clip={"x": 1, "y": 1, "width": 1, "height": 1})
    data = b""
    at = 8
    while at < len(png):
        length, kind = struct.unpack_from("!I4s", png, at)
        if kind == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    # One filter byte, then red, green and blue: for a single pixel every filter is the identity.
    return sum(zlib.decompress(data)[1:4]) // 3


@each_lesson
def test_connects_and_answers_a_message_typed_and_sent_by_keyboard(
    name: str, served: Callable[[str], Server], page: Page, witness: Witness
) -> None:
    page.add_init_script(NOTE_STATES)
    arrive(page, name, f"{served(name).url}/")
    converse(page, "typed and sent")
    expect(page.locator("#text")).to_have_value("")
    seen = page.evaluate("window.seen")
    states = [state for state, _ in seen]
    assert states[-2:] == ["connecting", "open"], f"The page of {name} showed {states}."
    early = [state for state, disabled in seen if state != "open" and not disabled]
    assert not early, f"The page of {name} let its reader send while {early}."
    expect(page.locator("#send")).to_be_enabled()
    assert witness.console == [], f"The page of {name} wrote errors on the console."


@each_lesson
def test_sends_by_its_button_with_the_space_bar(
    name: str, served: Callable[[str], Server], page: Page
) -> None:
    arrive(page, name, f"{served(name).url}/")
    walk_to(page, "text")
    page.keyboard.type("sent by the button")
    walk_to(page, "send")
    page.keyboard.press("Space")
    expect(page.locator("#log li").filter(has_text="sent by the button").first).to_be_visible()


@each_lesson
def test_shows_a_message_of_html_as_text(
    name: str, served: Callable[[str], Server], page: Page
) -> None:
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    arrive(page, name, f"{served(name).url}/")
    converse(page, HTML)
    assert page.locator("#log img, #log b").count() == 0, f"The page of {name} ran a message."
    assert dialogs == [], f"The page of {name} ran a message's script."


@each_lesson
def test_does_not_send_an_empty_message(
    name: str, served: Callable[[str], Server], page: Page
) -> None:
    arrive(page, name, f"{served(name).url}/")
    walk_to(page, "text")
    page.keyboard.press("Enter")
    converse(page, "the first")
    replies = page.locator("#log li").filter(has_not_text="the first")
    expect(replies.filter(has_text=re.compile(r"(was|wrote): *$"))).to_have_count(0)


@each_lesson
def test_tells_that_the_server_went_away(name: str, page: Page) -> None:
    with lesson_server(name) as server:
        arrive(page, name, f"{server.url}/")
        server.stop()
        expect(page.locator("#state")).to_have_text(re.compile(f"^{re.escape(lesson(name).gone)}"))
        expect(page.locator("#send")).to_be_disabled()


@each_lesson
def test_names_every_field(name: str, served: Callable[[str], Server], page: Page) -> None:
    arrive(page, name, f"{served(name).url}/")
    nameless = page.evaluate(NAMELESS)
    assert nameless == [], f"The page of {name} has fields without a name: {nameless}"
    assert page.locator("html").get_attribute("lang"), f"The page of {name} has no language."
    assert page.title(), f"The page of {name} has no title."
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


@each_lesson
def test_fits_a_narrow_screen(name: str, served: Callable[[str], Server], page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    arrive(page, name, f"{served(name).url}/")
    walk_to(page, "text")
    page.keyboard.insert_text("unbreakable" * 30)
    page.keyboard.press("Enter")
    expect(page.locator("#log li").filter(has_text="unbreakable").first).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, f"The page of {name} is {width} pixels wide on a screen of 390."


@each_lesson
def test_is_dark_in_the_dark_and_light_in_the_light(
    name: str, served: Callable[[str], Server], page: Page
) -> None:
    arrive(page, name, f"{served(name).url}/")
    page.emulate_media(color_scheme="light")
    light = background(page)
    page.emulate_media(color_scheme="dark")
    dark = background(page)
    assert light > 200, f"In the light, the page of {name} has a background of {light} of 255."
    assert dark < 60, f"In the dark, the page of {name} has a background of {dark} of 255."


@pytest.fixture(scope="module")
def key_and_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.mark.parametrize("name", some_in_each_run(FOLDERS))
def test_works_behind_https(
    name: str, key_and_certificate: tuple[Path, Path], trusting: BrowserContext
) -> None:
    key, cert = key_and_certificate
    witness = Witness(trusting)
    page = trusting.new_page()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    tls = ("--ssl-keyfile", str(key), "--ssl-certfile", str(cert))
    with lesson_server(name, *tls) as server:
        arrive(page, name, f"https://127.0.0.1:{server.port}/")
        converse(page, "said in private")
        assert [url for url in sockets if not url.startswith("wss://")] == []
        assert witness.complaints() == []
        assert witness.console == [], f"The page of {name} wrote errors on the console."
