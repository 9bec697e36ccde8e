"""A lesson's page works wherever it is served: no host, no port, no scheme, no prefix is in it."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from tests.support.contract import (
    PREFIXES,
    WATCHED,
    assert_ends_well,
    each_lesson,
    each_promising,
    get,
    lesson_server,
    media_type,
)
from tests.support.server import ROOT, Server
from tests.support.speech import assert_served, page_files

FIXED = (
    (re.compile(r"\b(?:https?|wss?)://", re.IGNORECASE), "an address with a scheme"),
    (re.compile(r"\blocalhost\b|\b127\.0\.0\.1\b|\[::1\]"), "a host"),
    (re.compile(r"\blocation\.(?:host|hostname|port|protocol|origin)\b"), "an address pasted up"),
    (re.compile(r"""new WebSocket\(\s*["'`]/"""), "a WebSocket above the page"),
    (re.compile(r"""\b(?:src|href|action)\s*=\s*["']/"""), "an address above the page"),
    (re.compile(r"""\bfetch\(\s*["'`]/"""), "a request above the page"),
    (re.compile(r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write)\s*[(=+]"), "HTML"),
)
"""What breaks a page on another port, behind https or under a prefix, or runs what it shows."""


class Addresses(HTMLParser):
    """Collects what a page loads and links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the addresses of a start tag."""
        _ = tag
        self.found += [value for key, value in attrs if key in {"src", "href", "action"} and value]


@each_lesson
def test_page_has_no_address_in_it(name: str) -> None:
    files = page_files(name)
    assert files, f"{name} has no page: no .html, .js or .css file is in its folder."
    for path in files:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for pattern, what in FIXED:
                assert not pattern.search(line), (
                    f"{path.relative_to(ROOT)}:{number} has {what} in it: {line.strip()}"
                )


def assert_complete(server: Server, name: str, prefix: str) -> None:
    """Get a page and all it names, without leaving the prefix or the server.

    Raises:
        AssertionError: something is missing, or somewhere else.
    """
    base = f"{server.url}{prefix}/"
    page = get(server, f"{prefix}/")
    assert media_type(page) == "text/html", f"The page of {name} is {media_type(page)}."
    addresses = Addresses()
    addresses.feed(page.text)
    for address in addresses.found:
        if address.startswith("data:"):
            continue
        full = urljoin(base, address)
        assert full.startswith(base), f"The page of {name} at {prefix}/ leaves it for {full}."
        get(server, urlsplit(full).path)


@each_promising("works_under_a_prefix")
def test_page_and_conversation_work_at_the_root_and_under_a_prefix(name: str) -> None:
    with lesson_server(name, app=WATCHED) as server:
        for prefix in PREFIXES:
            assert_complete(server, name, prefix)
            assert_served(server, name, f"{prefix}/")
        assert_ends_well(server, name)
