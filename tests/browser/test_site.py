"""The built site in a real browser: live lessons, light and dark, a phone, no other host."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, FrameLocator, Page, Route, expect

from tests.support.browser import Witness, both_builders, toggle_to_dark
from tests.support.server import serve
from tests.support.site import pages, serve_files
from tests.support.speech import lesson
from tools.lessons import names

pytestmark = pytest.mark.timeout(180)  # The first test of a builder waits for its build.

LESSONS = names()


@pytest.fixture(scope="module")
def course(site: Path) -> Iterator[str]:
    """The address of the course, with the site and every lesson live."""
    with serve("tests.support.site:app", "--factory", env={"SITE": str(site)}) as server:
        yield server.url


@pytest.fixture(scope="module")
def static(site: Path) -> Iterator[str]:
    """The address of the site on a server that knows nothing but files."""
    with serve_files(site) as url:
        yield url


def clients(page: Page) -> list[FrameLocator]:
    """Return the two live clients of a lesson's page, once they are there."""
    box = page.locator(".live")
    expect(box).to_have_attribute("data-state", "live")
    box.scroll_into_view_if_needed()
    expect(box.locator("iframe")).to_have_count(2)
    return [box.locator("iframe").nth(n).content_frame for n in range(2)]


@pytest.mark.parametrize("name", LESSONS)
def test_two_live_clients_are_connected(
    page: Page, witness: Witness, course: str, name: str
) -> None:
    page.goto(f"{course}/lessons/{name}/")
    for label, client in zip(("Client A", "Client B"), clients(page), strict=True):
        expect(page.get_by_title(f"{label} of lesson {name}")).to_be_visible()
        expect(client.locator("#state")).not_to_have_text("connecting")
        arrange = lesson(name).arrange
        if arrange is not None:
            arrange(client)
        expect(client.locator("#state")).to_contain_text("open")
    assert not witness.console


def test_a_client_can_be_loaded_anew_and_opened_in_a_tab(page: Page, course: str) -> None:
    page.goto(f"{course}/lessons/01_echo/")
    first, second = clients(page)
    for client in (first, second):
        client.locator("#text").fill("hello")
        client.locator("#send").click()
        expect(client.locator("#log li")).to_have_count(1)
    page.get_by_role("button", name="Reload Client A").click()
    expect(first.locator("#log li")).to_have_count(0)
    expect(first.locator("#state")).to_have_text("open")
    expect(second.locator("#log li")).to_have_count(1)
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Open in a tab: Client B of lesson 01_echo").click()
    expect(popup.value.locator("#state")).to_have_text("open")


def test_two_clients_stand_beside_each_other_and_stack_on_a_phone(page: Page, course: str) -> None:
    page.goto(f"{course}/lessons/01_echo/")
    clients(page)

    def boxes() -> list[FloatRect]:
        frames = page.locator(".live iframe").all()
        return [box for frame in frames if (box := frame.bounding_box())]

    left, right = boxes()
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]
    page.set_viewport_size({"width": 390, "height": 800})
    above, below = boxes()
    assert above["x"] == below["x"]
    assert above["y"] + above["height"] <= below["y"]


# The same script says it on each lesson's page: the first and the last show that it knows which.
@pytest.mark.parametrize("name", [LESSONS[0], LESSONS[-1]])
def test_says_how_to_run_a_lesson_where_no_server_is(page: Page, static: str, name: str) -> None:
    page.goto(f"{static}/lessons/{name}/")
    box = page.locator(".live:not([data-step])")
    expect(box).to_contain_text("not running behind this page")
    expect(box).to_contain_text("make run")
    expect(box).to_contain_text(f"uvicorn lessons.{name}.main:app --reload")
    expect(page.locator("iframe")).to_have_count(0)


def test_says_why_a_lesson_did_not_start(page: Page, static: str) -> None:
    answer = {"lessons": {"01_echo": "ImportError: no module"}}
    page.route("**/healthz", lambda route: route.fulfill(json=answer))
    page.goto(f"{static}/lessons/01_echo/")
    expect(page.locator(".live")).to_contain_text("did not start behind this page")
    expect(page.locator(".live")).to_contain_text("ImportError: no module")
    expect(page.locator("iframe")).to_have_count(0)


def _with_step(page: Page, step: str) -> None:
    """Let the page of lesson 1 show one of its programs, as a page with steps does."""

    def write(route: Route) -> None:
        answer = route.fetch()
        lesson = 'data-lesson="01_echo"'
        route.fulfill(
            response=answer, body=answer.text().replace(lesson, f'{lesson} data-step="{step}"')
        )

    page.route("**/lessons/01_echo/", write)


@pytest.mark.parametrize("state", ["ok", "idle"])
def test_shows_a_step_where_the_page_asks_for_it(page: Page, static: str, state: str) -> None:
    _with_step(page, "step_1")
    answer = {"lessons": {"01_echo": "ok"}, "steps": {"01_echo/step_1": state}}
    page.route("**/healthz", lambda route: route.fulfill(json=answer))
    step = "<title>The first step</title>"
    page.route(
        "**/live/01_echo/step_1/", lambda route: route.fulfill(body=step, content_type="text/html")
    )
    page.goto(f"{static}/lessons/01_echo/")
    frames = page.locator(".live iframe")
    expect(frames).to_have_count(2)
    expect(frames.first).to_have_attribute("title", "Client A of lesson 01_echo/step_1")
    expect(frames.first).to_have_attribute("src", f"{static}/live/01_echo/step_1/")


@pytest.mark.parametrize(("step", "word"), [("step_2", "STEP=2"), ("naive", "NAIVE=1")])
def test_says_how_to_run_a_step_where_no_server_is(
    page: Page, static: str, step: str, word: str
) -> None:
    _with_step(page, step)
    page.goto(f"{static}/lessons/01_echo/")
    expect(page.locator(".live")).to_contain_text(f"make lesson L=01 {word}")
    expect(page.locator("iframe")).to_have_count(0)


def test_says_how_to_run_a_lesson_without_javascript(browser: Browser, course: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{course}/lessons/01_echo/")
    words = page.locator(".live").evaluate("box => getComputedStyle(box, '::before').content")
    context.close()
    assert "make run" in words
    assert "01_echo" in words


@both_builders
def test_works_below_a_prefix(page: Page, static: str, witness: Witness) -> None:
    # The page is the same; what counts is where it looks for the course.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/prefix/**", lambda route: route.continue_(url=_unprefixed(route.request.url)))
    page.goto(f"{static}/prefix/lessons/01_echo/")
    expect(page.locator(".live")).to_contain_text("not running behind this page")
    assert f"{static}/prefix/healthz" in asked
    assert all(url.startswith((f"{static}/prefix/", "data:")) for url in asked)
    assert not witness.errors


def _unprefixed(url: str) -> str:
    return url.replace("/prefix/", "/", 1)


def test_the_frames_follow_the_toggle(page: Page, course: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{course}/lessons/01_echo/")
    frames = clients(page)
    for client in frames:
        expect(client.locator("html")).to_have_css("color-scheme", "light")
    toggle_to_dark(page)
    for client in frames:
        expect(client.locator("html")).to_have_css("color-scheme", "dark")
    page.reload()
    for client in clients(page):
        expect(client.locator("html")).to_have_css("color-scheme", "dark")


def test_follows_the_system(page: Page, course: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(course)
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


@pytest.mark.parametrize("address", pages())
def test_a_page_fits_a_phone_without_an_error(
    page: Page, witness: Witness, course: str, address: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    answer = page.goto(f"{course}/{address}", wait_until="networkidle")
    assert answer is not None
    assert answer.status == 200
    width = page.evaluate("document.documentElement.scrollWidth")
    wide = page.evaluate("document.documentElement.clientWidth")
    assert width <= wide, f"The page is {width - wide} px wider than the phone."
    assert not witness.console


def test_a_request_to_another_host_is_noticed(page: Page, witness: Witness) -> None:
    page.route("http://example.org/**", lambda route: route.abort())
    page.goto("data:text/html,<img src='http://example.org/x.png'>")
    assert witness.complaints() == ["The page asked another host: http://example.org/x.png"]
    witness.foreign.clear()


def test_an_error_of_a_page_is_noticed(page: Page, witness: Witness) -> None:
    with page.context.expect_event("weberror"):
        page.goto("data:text/html,<script>throw new Error('broken')</script>")
    assert any("broken" in complaint for complaint in witness.complaints())
    witness.errors.clear()


def test_the_search_finds_a_lesson(page: Page, course: str) -> None:
    page.goto(course)
    page.keyboard.press("/")
    page.keyboard.type("echo")
    expect(page.get_by_role("link", name="Echo").filter(visible=True).first).to_be_visible()
