"""The page Present in a real browser: a lesson's diff, a piece at a time, by keyboard."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.support.browser import Witness, both_builders, each_on_its_site, toggle_to_dark
from tests.support.site import serve_files
from tools import present
from tools.lessons import Lesson, names

pytestmark = pytest.mark.timeout(180)  # The first test of a builder waits for its build.

NAME = "03_manager"
PROJECTOR: ViewportSize = {"width": 1280, "height": 720}
PHONE: ViewportSize = {"width": 390, "height": 800}


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The address of the page, on a server that knows nothing but files."""
    with serve_files(site) as url:
        yield f"{url}/workshop/present/"


@cache
def slides(name: str) -> list[present.Slide]:
    """Return a lesson's changes, cut once: each look at the page asks for them."""
    return present.slides(Lesson(name))


def where(page: Page) -> Locator:
    return page.locator(".presenter").get_by_role("status")


def show(page: Page, url: str) -> None:
    """Open the page, and wait until it has its data: before that no key does anything."""
    page.goto(url)
    # As long as a navigation may take: the data come after the page.
    expect(page.locator("#presenter li")).to_have_count(len(names()), timeout=30_000)


def expect_slide(page: Page, number: int, name: str) -> None:
    """Expect a change to be shown; slides count from 1, which is the opening."""
    changes = slides(name)
    file = changes[number - 2].file
    said = f"{Lesson(name).label} · {file} · {number - 1} of {len(changes)}"
    expect(where(page)).to_have_text(said)
    assert page.url.endswith(f"#{number}")


@each_on_its_site("name", names())
def test_shows_every_piece_to_the_letter(
    page: Page, witness: Witness, address: str, name: str
) -> None:
    """Each is whole on a projector's screen, and in sight without scrolling."""
    page.set_viewport_size(PROJECTOR)
    show(page, f"{address}?lesson={name}")
    expect(where(page)).to_have_text(Lesson(name).label)
    for number, slide in enumerate(slides(name), 2):
        page.keyboard.press("ArrowRight")
        expect_slide(page, number, name)
        rows = page.locator(".presenter .row").evaluate_all(
            "rows => rows.map((row) => [row.tagName, row.querySelector('code').textContent])"
        )
        tags = {"-": "DEL", "+": "INS", " ": "DIV"}
        assert rows == [
            [tags[sign], "".join(line[1::2]).removesuffix("\n")] for sign, line in slide.rows
        ]
        fits = "s => [s.scrollWidth <= s.clientWidth, s.scrollHeight <= s.clientHeight]"
        assert page.locator(".stage").evaluate(fits) == [True, True], slide.file
    assert not witness.console


def test_goes_on_and_back_by_keyboard(page: Page, address: str) -> None:
    page.set_viewport_size(PROJECTOR)
    show(page, f"{address}?lesson={NAME}")
    for number, key in enumerate(("ArrowRight", "PageDown", "ArrowDown", "Space"), 2):
        page.keyboard.press(key)
        expect_slide(page, number, NAME)
    for number, key in zip((4, 3, 2), ("ArrowLeft", "PageUp", "ArrowUp"), strict=True):
        page.keyboard.press(key)
        expect_slide(page, number, NAME)
    page.keyboard.press("End")
    expect(page.get_by_role("heading", name="Now break it")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Now break it")).to_be_visible()
    page.keyboard.press("Home")
    expect(where(page)).to_have_text(Lesson(NAME).label)
    page.keyboard.press("ArrowLeft")
    expect(where(page)).to_have_text(Lesson(NAME).label)


def test_goes_on_and_back_by_its_buttons(page: Page, address: str) -> None:
    show(page, f"{address}?lesson={NAME}")
    expect(page.get_by_role("button", name="Back", exact=True)).to_be_disabled()
    page.get_by_role("button", name="On", exact=True).click()
    page.get_by_role("button", name="On", exact=True).click()
    expect_slide(page, 3, NAME)
    page.get_by_role("button", name="Back", exact=True).click()
    expect_slide(page, 2, NAME)


def test_asks_before_it_answers(page: Page, address: str) -> None:
    (question, answer) = present.questions(Lesson(NAME))[0]
    show(page, f"{address}?lesson={NAME}#{len(slides(NAME)) + 2}")
    expect(page.locator(".words h2")).to_have_text("".join(question))
    expect(page.locator(".words p")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".words h2")).to_have_text("".join(question))
    expect(page.locator(".words p")).to_have_text("".join(answer))


def test_a_reload_keeps_the_place(page: Page, address: str) -> None:
    show(page, f"{address}?lesson={NAME}")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect_slide(page, 3, NAME)
    page.reload()
    expect_slide(page, 3, NAME)


@pytest.mark.parametrize(("hash_", "number"), [("#999", None), ("#-3", 1), ("#x", 1), ("#", 1)])
def test_a_place_that_is_not_there_is_the_nearest(
    page: Page, address: str, hash_: str, number: int | None
) -> None:
    show(page, f"{address}?lesson={NAME}{hash_}")
    if number is None:
        expect(page.get_by_role("heading", name="Now break it")).to_be_visible()
    else:
        expect(where(page)).to_have_text(Lesson(NAME).label)


def test_the_keys_of_the_site_rest(page: Page, address: str) -> None:
    """F opens its search, and N leads to its next page, where a lecture would end."""
    show(page, f"{address}?lesson={NAME}")
    for key in ("n", ".", "s", "/", "p", ","):
        page.keyboard.press(key)
    page.keyboard.press("ArrowRight")
    expect_slide(page, 2, NAME)
    assert page.evaluate("document.activeElement.tagName") != "INPUT"


def test_what_lies_behind_is_out_of_reach(page: Page, address: str) -> None:
    show(page, f"{address}?lesson={NAME}")
    page.keyboard.press("ArrowRight")
    behind = "document.activeElement.matches('body > :not(.presenter) *')"
    for _ in range(6):
        page.keyboard.press("Tab")
        assert not page.evaluate(behind)


def test_letters_grow_and_shrink(page: Page, address: str) -> None:
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    page.set_viewport_size(PROJECTOR)
    show(page, f"{address}?lesson={NAME}#2")
    code = page.locator(".presenter .code")
    fits = code.evaluate(size)
    page.keyboard.press("+")
    assert code.evaluate(size) > fits
    page.keyboard.press("0")
    assert code.evaluate(size) == fits
    page.keyboard.press("-")
    assert code.evaluate(size) < fits


def test_what_does_not_fit_is_scrolled_before_the_next_comes(page: Page, address: str) -> None:
    page.set_viewport_size(PROJECTOR)
    show(page, f"{address}?lesson={NAME}#2")
    for _ in range(4):
        page.keyboard.press("+")
    page.keyboard.press("PageDown")
    assert page.locator(".stage").evaluate("stage => stage.scrollTop") > 0
    expect_slide(page, 2, NAME)
    page.keyboard.press("ArrowRight")
    expect_slide(page, 3, NAME)
    assert page.locator(".stage").evaluate("stage => stage.scrollTop") == 0


def test_is_dark_or_light_as_the_room_wants(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="light")
    show(page, f"{address}?lesson={NAME}#2")
    line = page.locator(".presenter ins").first
    expect(line).to_have_css("background-color", "rgb(228, 246, 234)")
    page.keyboard.press("d")
    expect(line).to_have_css("background-color", "rgb(22, 53, 42)")
    page.keyboard.press("d")
    expect(line).to_have_css("background-color", "rgb(228, 246, 234)")


def test_begins_as_dark_as_the_site_is(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(address)
    toggle_to_dark(page)
    page.get_by_role("link", name=Lesson(NAME).label).first.click()
    show(page, f"{address}?lesson={NAME}#2")
    expect(page.locator(".presenter ins").first).to_have_css("background-color", "rgb(22, 53, 42)")


def test_ends_where_a_lesson_is_chosen(page: Page, address: str) -> None:
    show(page, f"{address}?lesson={NAME}")
    page.keyboard.press("Escape")
    expect(page).to_have_url(address)
    expect(page.locator(".presenter")).to_have_count(0)
    for name in names():
        link = page.locator(f'#presenter a[href="?lesson={name}"]')
        expect(link).to_have_text(Lesson(name).label)
    page.locator(f'#presenter a[href="?lesson={NAME}"]').click()
    expect(where(page)).to_have_text(Lesson(NAME).label)


def test_leads_on_to_the_lesson_its_notes_and_the_next(page: Page, address: str) -> None:
    show(page, f"{address}?lesson={NAME}")
    page.keyboard.press("End")
    links = page.locator(".words a")
    root = address.removesuffix("workshop/present/")
    assert links.evaluate_all("links => links.map((link) => link.href)") == [
        f"{root}lessons/{NAME}/#break-it",
        f"{root}workshop/{NAME}/",
        f"{address}?lesson={names()[names().index(NAME) + 1]}",
    ]


@pytest.mark.parametrize("name", ["99_none", "<img src=x onerror=alert(1)>", ""])
def test_an_unknown_lesson_gets_a_sentence(page: Page, address: str, name: str) -> None:
    show(page, f"{address}?lesson={name}")
    said = page.locator("#presenter .wrong")
    expect(said).to_have_text(f"There is no lesson “{name}”. Choose one of these.")
    expect(page.locator(".presenter")).to_have_count(0)


def test_nothing_is_wider_than_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    show(page, f"{address}?lesson={NAME}")
    for _ in range(4):
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("data", ["compare-data.json", "present-data.json"])
def test_says_what_is_missing_and_how_to_get_it(page: Page, address: str, data: str) -> None:
    """The site of a builder that was started by itself, without `python -m tools build`."""
    missing = page.locator("#presenter .missing")
    page.goto(address)
    expect(page.locator("#presenter li")).to_have_count(len(names()))
    expect(missing).to_be_hidden()
    page.route(f"**/{data}", lambda route: route.fulfill(status=404))
    page.reload()
    expect(missing).to_be_visible()
    expect(missing).to_contain_text("Run python -m tools build --quick")
    expect(page.locator("#presenter li")).to_have_count(0)


@both_builders
def test_from_a_file_it_says_that_it_needs_a_server(browser: Browser, site: Path) -> None:
    """A browser loads neither modules nor data for a page that is a file."""
    # Not watched: the site's own search asks for a worker, which a page from a file may not have.
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / "workshop" / "present" / "index.html").as_uri())
    expect(page.locator("#presenter .missing")).to_contain_text("open this page on a server")
    expect(page.locator("#presenter .missing")).to_be_visible()
    context.close()


@pytest.mark.parametrize("number", ["3", "03"])
def test_a_lesson_may_be_asked_for_by_its_number(page: Page, address: str, number: str) -> None:
    show(page, f"{address}?lesson={number}")
    expect(where(page)).to_have_text(Lesson(NAME).label)
