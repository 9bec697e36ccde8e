"""What the page of lesson 15 says happens in a browser, done in one."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import Witness
from tests.support.nginx import change, nginx_file
from tests.support.server import ROOT, serve

UNDER_CHAT = ("--root-path", "/chat")


PROXY = change(
    (ROOT / "lessons" / "15_mounts" / "nginx.conf").read_text(),
    {
        "listen 127.0.0.1:8080;": "listen 127.0.0.1:8080; listen 127.0.0.1:8443 ssl;"
        " ssl_certificate @CERT@; ssl_certificate_key @KEY@;"
    },
)


def test_page_works_behind_nginx_and_https(trusting: BrowserContext) -> None:
    with (
        serve("lessons.15_mounts.main:app", *UNDER_CHAT) as server,
        nginx_file(PROXY, BACKEND=server.port) as proxy,
    ):
        witness = Witness(trusting)
        page = trusting.new_page()
        sockets: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        # Without its slash, as a reader types it.
        page.goto(f"{proxy.https}/chat")
        expect(page.locator("#state")).to_have_text("open")
        page.fill("#text", "said in private")
        page.click("#send")
        expect(page.locator("#log li").first).to_have_text("You wrote: said in private")
        row = page.locator("#where tr").filter(has_text="websocket")
        expect(row.locator("td")).to_have_text(f"{proxy.wss}/chat/api/v1/ws")

        assert page.url == f"{proxy.https}/chat/"
        assert sockets == [f"{proxy.wss}/chat/api/v1/ws"]
        assert witness.complaints() == []
        assert witness.console == []

        server.stop()
        expect(page.locator("#state")).to_have_text(re.compile(r"^closed \(1012\)"))


@pytest.mark.parametrize("path", ["/chat/", "/"])
def test_page_works_where_the_server_knows_no_prefix(page: Page, path: str) -> None:
    with (
        serve("lessons.15_mounts.main:app") as server,
        nginx_file(PROXY, BACKEND=server.port) as proxy,
    ):
        page.goto(f"{proxy.http if path == '/chat/' else server.url}{path}")

        expect(page.locator("#state")).to_have_text("open")
        expect(page.locator("#where")).to_contain_text("/api/v1")


def test_page_sees_1006_without_upgrade(page: Page) -> None:
    config = change(PROXY, {"proxy_set_header Upgrade $http_upgrade;": ""})
    with (
        serve("lessons.15_mounts.main:app", *UNDER_CHAT) as server,
        nginx_file(config, BACKEND=server.port) as proxy,
    ):
        page.goto(f"{proxy.http}/chat/")

        expect(page.locator("#state")).to_have_text("closed (1006)")
        server.wait_for_log(r'"GET /chat/api/v1/ws HTTP/1\.\d" 404')


def test_idle_page_is_cut_off_with_1006(page: Page) -> None:
    config = change(PROXY, {"proxy_read_timeout 60s": "proxy_read_timeout 1s"})
    with (
        serve("lessons.15_mounts.main:app", *UNDER_CHAT, "--ws-ping-interval", "30") as server,
        nginx_file(config, BACKEND=server.port) as proxy,
    ):
        page.goto(f"{proxy.http}/chat/")

        expect(page.locator("#state")).to_have_text("closed (1006)")


def test_lesson_5_behind_the_proxy_loses_its_style_and_its_script(page: Page) -> None:
    with (
        serve("lessons.05_templates.main:app") as server,
        nginx_file(PROXY, BACKEND=server.port) as proxy,
    ):
        page.goto(f"{proxy.http}/chat/")

        expect(page.locator("#state")).to_have_text("connecting")
        assert page.evaluate("getComputedStyle(document.body).maxWidth") == "none"
