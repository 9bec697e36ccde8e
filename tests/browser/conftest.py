"""A real Chromium for the tests of this folder, and a witness of what its pages may not do."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.browser import EACH_BUILDER, Witness
from tests.support.machine import missing
from tests.support.site import built_once
from tools import chromium

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, so that `-m "not browser"` leaves them out.

    Raises:
        UsageError: one of them is asynchronous.
    """
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            # Playwright's blocking interface occupies the thread's event loop, so an asynchronous
            # test beside it fails with "Cannot run the event loop while another loop is running".
            if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.function):
                raise pytest.UsageError(f"{item.nodeid} drives a browser: write it without async.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, one process a test file."""
    if chromium.find() is None:
        missing(chromium.ADVICE)
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=EACH_BUILDER)
def site(request: pytest.FixtureRequest, shared: Path) -> Path:
    """The folder of the site as a builder makes it; the second builder's once a night."""
    return built_once(shared, request.param)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser context of this test's own: no cookie, no cache, no page of another test."""
    context = browser.new_context()
    context.set_default_timeout(10_000)
    context.set_default_navigation_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def trusting(browser: Browser) -> Iterator[BrowserContext]:
    """A browser context that asks nobody who signed a certificate."""
    context = browser.new_context(ignore_https_errors=True)
    context.set_default_timeout(10_000)
    context.set_default_navigation_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def witness(context: BrowserContext) -> Iterator[Witness]:
    """What the pages of this test do; at its end no page has raised or asked another host."""
    witness = Witness(context)
    yield witness
    assert not witness.complaints()


@pytest.fixture
def page(context: BrowserContext, witness: Witness) -> Page:
    """An empty page, watched by `witness` like every other page of its context."""
    assert not witness.complaints()
    return context.new_page()
