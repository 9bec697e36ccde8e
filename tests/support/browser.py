"""What tests with a browser share: the sites and servers they choose, and a witness of pages."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.server import IMPLEMENTATIONS, Server
from tests.support.site import BUILDERS
from tests.support.speech import PASSWORDS

LOCAL = {"127.0.0.1", "localhost", "::1", None}
"""Hosts a page may ask; None is an address without a host, such as `data:` and `blob:`."""


FIRST_BUILDER, SECOND_BUILDER = BUILDERS

EACH_BUILDER = [FIRST_BUILDER, pytest.param(SECOND_BUILDER, marks=pytest.mark.thorough)]
"""Parameters of the fixture `site`: what the pages do is done by the same scripts on both sites."""

EACH_IMPLEMENTATION = [
    IMPLEMENTATIONS[0],
    *(pytest.param(other, marks=pytest.mark.thorough) for other in IMPLEMENTATIONS[1:]),
]
"""Parameters for a browser that meets each of uvicorn's implementations, the usual one each run."""

both_builders = pytest.mark.parametrize("site", BUILDERS, indirect=True, scope="module")
"""Run a test on both builders' sites each time: it is about what the builders do differently."""


def each_on_its_site(argument: str, values: Sequence[str]) -> pytest.MarkDecorator:
    """Run a test once for each value on the first builder's site, and for one on the second's.

    The second builder's others are left to the nightly run.
    """
    return pytest.mark.parametrize(
        ("site", argument),
        [
            pytest.param(
                builder,
                value,
                id=f"{builder}-{value}",
                marks=[pytest.mark.thorough] if builder == SECOND_BUILDER and at else [],
            )
            for builder in BUILDERS
            for at, value in enumerate(values)
        ],
        indirect=["site"],
        scope="module",
    )


SIGNING_IN = 30_000
"""Milliseconds: hashing takes long on purpose."""


def to_port(page: Page, server: Server) -> None:
    """Let a page that asks for port 8000 find its server on another one."""
    page.add_init_script(
        f"""const Real = WebSocket;
        window.WebSocket = function (url) {{
            return new Real(url.replace("localhost:8000", "127.0.0.1:{server.port}"));
        }};"""
    )


def sign_in(page: Page, user: str = "Ada", password: str | None = None) -> None:
    """Fill in the form of lesson 10, and press its button."""
    page.fill("#user", user)
    page.fill("#password", PASSWORDS.get(user, "") if password is None else password)
    page.get_by_role("button", name="Sign in").click()


def toggle_to_dark(page: Page) -> None:
    """Press the site's toggle until it is dark: from the system's choice to light, to dark."""
    for _ in range(2):
        page.locator("[data-md-component=palette] label:visible").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


class Witness:
    """Writes down what all pages of a browser context do wrong.

    `errors` are uncaught exceptions, `foreign` the addresses asked at other hosts (HTTP and
    WebSocket), `console` the browser's own error lines: a refused handshake is one of them, so
    they count only where a test says so. A test that provokes an error clears the list.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.console: list[str] = []
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("request", lambda request: self._asked(request.url))
        context.on("requestfailed", lambda request: self._failed(request.url, request.failure))
        context.on("console", lambda line: self._said(line.type, line.text))
        context.on("page", self._follow)

    def complaints(self) -> list[str]:
        """Return, in words, what no page may do; empty if all is well."""
        return [
            *(f"The page raised: {error}" for error in self.errors),
            *(f"The page asked another host: {url}" for url in self.foreign),
        ]

    def _follow(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._asked(socket.url))

    def _asked(self, url: str) -> None:
        if urlsplit(url).hostname not in LOCAL:
            self.foreign.append(url)

    def _failed(self, url: str, why: str | None) -> None:
        # A request that the page's own policy forbids is announced, and never leaves the browser.
        if why == "csp" and url in self.foreign:
            self.foreign.remove(url)

    def _said(self, kind: str, text: str) -> None:
        if kind == "error":
            self.console.append(text)
