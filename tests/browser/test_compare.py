"""The page Compare in a real browser: any two lessons, by keyboard, by address, on a phone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.support.browser import Witness, both_builders, each_on_its_site, toggle_to_dark
from tests.support.site import serve_files
from tools import compare, diff
from tools.changes import origins
from tools.lessons import ROOT, Lesson, names

pytestmark = pytest.mark.timeout(180)  # The first test of a builder waits for its build.

FIRST, SECOND, MOVED = "03_manager", "04_json", "05_templates"
PHONE: ViewportSize = {"width": 390, "height": 800}
SIDES = compare.sides()


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The address of the page, on a server that knows nothing but files."""
    with serve_files(site) as url:
        yield f"{url}/compare/"


def status(page: Page) -> Locator:
    return page.locator(".comparison .status")


def show(page: Page, url: str) -> None:
    """Open the page, and wait until it has its data and says what it shows."""
    page.goto(url)
    # As long as a navigation may take: the data come after the page.
    expect(status(page)).not_to_be_empty(timeout=30_000)


def file(page: Page, name: str) -> Locator:
    """Return the part of the page that compares one file."""
    title = page.locator("summary > strong").get_by_text(name, exact=True)
    return page.locator("details.file").filter(has=title)


def written(page: Page, name: str, kinds: str) -> str:
    """Return the lines of these kinds, as the page has them."""
    cells = file(page, name).locator(kinds)
    return cells.evaluate_all(
        "cells => cells.map((cell) => cell.querySelector('code').textContent).join('')"
    )


def expect_sides(page: Page, first: str, second: str) -> None:
    expect(page.get_by_label("From", exact=True)).to_have_value(first)
    expect(page.get_by_label("To", exact=True)).to_have_value(second)
    expect(page).to_have_url(page.url.partition("?")[0] + f"?a={first}&b={second}")
    expect(status(page)).to_contain_text(f"{SIDES[first].title} → {SIDES[second].title}:")


def expect_chosen(page: Page, first: str, second: str) -> None:
    """Expect two sides, whatever form the address has for them."""
    expect(page.get_by_label("From", exact=True)).to_have_value(first)
    expect(page.get_by_label("To", exact=True)).to_have_value(second)


@each_on_its_site("name", names())
def test_shows_both_files_whole(page: Page, witness: Witness, address: str, name: str) -> None:
    base = Lesson(name).builds_on()
    old, new = (base, Lesson(name)) if base else (Lesson(FIRST), Lesson(name))
    show(page, f"{address}?a={old.name}&b={new.name}")
    before, after = old.files(), new.files()
    was = origins(before, after)
    expect(page.locator("details.file")).to_have_count(len({*before, *after}) - _moved(was))
    for path, text in after.items():
        origin = was.get(path)
        title = path if origin in (path, None) else f"{origin} → {path}"
        assert written(page, title, ".cell.ins, .cell.same:last-child") == text
        if origin:
            assert written(page, title, ".cell.del, .cell.same:first-child") == before[origin]
    assert not witness.console


def _moved(was: dict[str, str]) -> int:
    return sum(origin != path for path, origin in was.items())


def test_is_chosen_and_opened_by_keyboard(page: Page, address: str) -> None:
    show(page, f"{address}?a=01_echo&b={FIRST}")
    page.get_by_label("From", exact=True).focus()
    page.keyboard.press("ArrowDown")
    expect_sides(page, "02_depends", FIRST)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Swap")).to_be_focused()
    page.keyboard.press("Enter")
    expect_sides(page, FIRST, "02_depends")
    page.keyboard.press("Tab")
    expect(page.get_by_label("To", exact=True)).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_label("To", exact=True)).not_to_have_value("02_depends")


def test_a_fold_is_opened_by_keyboard(page: Page, address: str) -> None:
    show(page, f"{address}?a={FIRST}&b={SECOND}")
    fold = page.locator("details.fold").first
    hidden = fold.locator(".row").first
    expect(hidden).to_be_hidden()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(hidden).to_be_visible()
    page.keyboard.press("Enter")
    expect(hidden).to_be_hidden()


def test_back_and_forward_show_what_was_chosen(page: Page, address: str) -> None:
    show(page, f"{address}?a=01_echo&b={FIRST}")
    page.get_by_label("To", exact=True).select_option(SECOND)
    expect_sides(page, "01_echo", SECOND)
    page.get_by_label("From", exact=True).select_option(FIRST)
    expect_sides(page, FIRST, SECOND)
    page.go_back()
    expect_sides(page, "01_echo", SECOND)
    page.go_back()
    expect_sides(page, "01_echo", FIRST)
    page.go_forward()
    expect_sides(page, "01_echo", SECOND)


def test_swapping_turns_added_into_removed(page: Page, address: str) -> None:
    show(page, f"{address}?a={FIRST}&b={SECOND}")
    added = written(page, "main.py", ".cell.ins")
    page.get_by_role("button", name="Swap").click()
    expect_sides(page, SECOND, FIRST)
    assert written(page, "main.py", ".cell.del") == added


def test_marks_the_words_that_changed(page: Page, address: str) -> None:
    show(page, f"{address}?a=06_closing&b=07_limits")
    title = file(page, "index.html").locator(".row", has_text="<title>")
    assert title.locator("del mark").all_text_contents() == ["6", "closing"]
    assert title.locator("ins mark").all_text_contents() == ["7", "limits"]


def test_the_code_is_coloured_as_elsewhere(page: Page, address: str) -> None:
    colour = "element => getComputedStyle(element).color"
    page.goto(f"{address}../lessons/01_echo/")
    wanted = page.locator(".highlight .k").first.evaluate(colour)
    show(page, f"{address}?a=01_echo&b={FIRST}")
    assert page.locator(".comparison .highlight .k").first.evaluate(colour) == wanted


def test_a_naive_version_is_compared_with_the_program_alone(page: Page, address: str) -> None:
    show(page, f"{address}?a={FIRST}/naive&b={FIRST}")
    expect_sides(page, f"{FIRST}/naive", FIRST)
    expect(page.locator("details.file")).to_have_count(1)
    name = "naive.py → main.py"
    assert written(page, name, ".cell.ins, .cell.same:last-child") == Lesson(FIRST).main.read_text()


def test_says_where_a_file_is_alone_moved_or_the_same(page: Page, address: str) -> None:
    show(page, f"{address}?a={FIRST}&b={MOVED}")
    expect(file(page, "static/ws.js")).to_contain_text(f"only in {SIDES[MOVED].title}")
    moved = file(page, "index.html → templates/index.html")
    expect(moved.locator("summary").first).to_contain_text("moved")
    page.get_by_role("button", name="Swap").click()
    expect(file(page, "static/ws.js")).to_contain_text(f"only in {SIDES[MOVED].title}")
    page.get_by_label("To", exact=True).select_option(MOVED)
    expect(status(page)).to_have_text(
        f"{SIDES[MOVED].title} and {SIDES[MOVED].title} are the same."
    )
    expect(file(page, "main.py")).to_contain_text("the same in both")


def test_links_to_the_lesson_to_what_it_builds_on_and_to_its_naive_version(
    page: Page, address: str
) -> None:
    show(page, f"{address}?a=02_depends&b={FIRST}")
    page.get_by_role("link", name="which builds on it").click()
    expect_sides(page, "01_echo", FIRST)
    page.get_by_role("link", name="naive → ").click()
    expect_sides(page, f"{FIRST}/naive", FIRST)
    page.get_by_role("link", name=f"Read {SIDES[FIRST].title}").click()
    expect(page).to_have_url(f"{address.removesuffix('compare/')}lessons/{FIRST}/")


@pytest.mark.parametrize("name", ["99_none", "<img src=x onerror=alert(1)>"])
def test_an_unknown_name_gets_a_sentence(page: Page, address: str, name: str) -> None:
    show(page, f"{address}?a={name}&b={FIRST}")
    expect(status(page)).to_contain_text(f"There is no lesson “{name}”. Choose two above")
    expect(status(page)).to_contain_text(FIRST)
    expect(page.locator("details.file")).to_have_count(0)
    page.get_by_label("From", exact=True).select_option(SECOND)
    expect_sides(page, SECOND, FIRST)


def test_has_one_column_on_a_phone(page: Page, witness: Witness, address: str) -> None:
    show(page, f"{address}?a={FIRST}&b={SECOND}")
    both = page.locator(".row:not(.one)")
    expect(both).not_to_have_count(0)
    page.set_viewport_size(PHONE)
    expect(both).to_have_count(0)
    main = Lesson(SECOND).main.read_text()
    assert written(page, "main.py", ".cell.ins, .cell.same") == main
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert not witness.console


def test_is_light_and_dark_as_the_site(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="light")
    show(page, f"{address}?a={FIRST}&b={SECOND}")
    line = page.locator(".cell.ins").first
    expect(line).to_have_css("background-color", "rgb(228, 246, 234)")
    toggle_to_dark(page)
    expect(line).to_have_css("background-color", "rgb(22, 53, 42)")


@both_builders
def test_works_below_a_prefix(page: Page, witness: Witness, address: str) -> None:
    asked: list[str] = []
    root = address.removesuffix("compare/")
    page.on("request", lambda request: asked.append(request.url))
    page.route(
        "**/prefix/**",
        lambda route: route.continue_(url=route.request.url.replace("/prefix/", "/", 1)),
    )
    show(page, f"{root}prefix/compare/?a={FIRST}&b={SECOND}")
    expect_sides(page, FIRST, SECOND)
    assert all(url.startswith((f"{root}prefix/", "data:")) for url in asked)
    assert not witness.errors


def test_says_what_is_missing_and_how_to_get_it(page: Page, address: str) -> None:
    """The site of a builder that was started by itself, without `python -m tools build`."""
    missing = page.locator(".comparison .missing")
    show(page, address)
    expect(missing).to_be_hidden()
    page.route("**/compare-data.json", lambda route: route.fulfill(status=404))
    page.reload()
    expect(missing).to_be_visible()
    expect(missing).to_contain_text("Run python -m tools build --quick")
    expect(page.get_by_label("From", exact=True)).to_have_count(0)


@both_builders
def test_from_a_file_it_says_that_it_needs_a_server(browser: Browser, site: Path) -> None:
    """A browser loads neither modules nor data for a page that is a file."""
    # Not watched: the site's own search asks for a worker, which a page from a file may not have.
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / "compare" / "index.html").as_uri())
    expect(page.locator(".comparison .missing")).to_contain_text("open this page on a server")
    expect(page.locator(".comparison .missing")).to_be_visible()
    context.close()


def test_the_map_is_on_the_page(page: Page, address: str) -> None:
    page.goto(f"{address}#map")
    drawing = page.get_by_role("group", name="Which lesson builds on which")
    expect(drawing).to_be_visible()
    for name in names():
        expect(drawing).to_contain_text(SIDES[name].title.split(" · ")[1])


@pytest.mark.parametrize("asked", [("3", "04"), ("03/naive", "3"), ("03_man", "04_json")])
def test_a_side_may_be_written_as_in_the_terminal(
    page: Page, address: str, asked: tuple[str, str]
) -> None:
    first, second = (side.name for side in diff.pick(*asked))
    show(page, f"{address}?a={asked[0]}&b={asked[1]}")
    expect_chosen(page, first, second)


@pytest.mark.parametrize("name", ["99", "03/9", "03/clever", "/naive"])
def test_a_short_form_that_fits_none_gets_a_sentence(page: Page, address: str, name: str) -> None:
    show(page, f"{address}?a={name}&b={FIRST}")
    expect(status(page)).to_contain_text(f"There is no lesson “{name}”.")


def test_steps_stand_under_their_lesson(page: Page, address: str, tmp_path: Path) -> None:
    """A copy of lesson 3, with a step that is its main.py and a line more."""
    for part in ("lessons", "docs/lessons"):
        shutil.copytree(ROOT / part, tmp_path / part)
    step = Lesson(FIRST, tmp_path).folder / "step_1.py"
    for old in step.parent.glob("step_*.py"):
        old.unlink()
    step.write_text(Lesson(FIRST).main.read_text() + "EXTRA = 1\n")
    data = compare.data(tmp_path)
    page.route("**/compare-data.json", lambda route: route.fulfill(body=data))
    show(page, f"{address}?a=03/1&b=03")
    expect_chosen(page, f"{FIRST}/step_1", FIRST)
    group = page.locator(f'#compare-a optgroup[label="Steps of {SIDES[FIRST].title}"] option')
    expect(group).to_have_text([f"{SIDES[FIRST].title}, step 1"])
    expect(page.locator("details.file")).to_have_count(1)
    expect(file(page, "step_1.py → main.py").locator(".cell.del")).to_contain_text("EXTRA = 1")
