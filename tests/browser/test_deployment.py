"""A lesson behind nginx in a browser: in the naive way, and in that of the page on deployment."""

import re

from playwright.sync_api import BrowserContext, expect

from tests.support.browser import Witness
from tests.support.deployment import site
from tests.support.nginx import nginx
from tests.support.server import serve

CHAT = "lessons.03_manager.main:app"


def test_a_page_is_led_to_https_and_opens_its_socket_there(trusting: BrowserContext) -> None:
    witness = Witness(trusting)
    page = trusting.new_page()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    with serve(CHAT) as server, nginx(site(), BACKEND=server.port) as proxy:
        page.goto(f"{proxy.http}/")
        expect(page.locator("#state")).to_have_text("open")
        assert page.url == f"{proxy.https}/"
        assert [url.startswith(f"{proxy.wss}/ws/") for url in sockets] == [True]
        assert witness.complaints() == witness.console == []
        server.stop()
        expect(page.locator("#state")).to_have_text(re.compile(r"^closed \(1012\)"))


def test_naive_page_loads_and_its_socket_does_not_open(trusting: BrowserContext) -> None:
    page = trusting.new_page()
    with serve(CHAT) as server, nginx(site("naive.conf"), BACKEND=server.port) as proxy:
        page.goto(f"{proxy.https}/")
        expect(page.locator("#state")).to_have_text(re.compile(r"^closed \(1006\)"))


def test_an_idle_page_without_pings_is_cut(trusting: BrowserContext) -> None:
    page = trusting.new_page()
    impatient = site(changes={"proxy_read_timeout 60s;": "proxy_read_timeout 1s;"})
    silent = ("--ws-ping-interval", "3600")
    with serve(CHAT, *silent) as server, nginx(impatient, BACKEND=server.port) as proxy:
        page.goto(f"{proxy.https}/")
        expect(page.locator("#state")).to_have_text(re.compile(r"^closed \(1006\)"))
