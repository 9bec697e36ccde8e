"""Every lesson's page is whole, in order, and quotes only what is in the lesson."""

from pathlib import Path

import pytest
import yaml

from tests.support import pages
from tools.lessons import ROOT, Lesson, front_matter, names, read

LESSONS = names()
ALL_PAGES = sorted(str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md"))
QUOTABLE = {".py", ".html", ".js", ".css"}


def page_of(name: str) -> str:
    page = Lesson(name).page
    assert page.is_file(), f"Lesson {name} has no page: {page.relative_to(ROOT)} is missing."
    return page.read_text(encoding="utf-8")


def texts(*folders: Path) -> list[str]:
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return [read(path) or "" for path in files if path.suffix in QUOTABLE]


def listed(entries: list[object]) -> list[str]:
    """Return the files of a `nav` of mkdocs.yml, those of its sections too."""
    found = []
    for entry in entries:
        for value in entry.values() if isinstance(entry, dict) else [entry]:
            found += listed(value) if isinstance(value, list) else [str(value)]
    return found


def nav() -> list[str]:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    # The part above it has a tag, !ENV, that only the builders know.
    return listed(yaml.safe_load(text[text.index("\nnav:") :])["nav"])


def accept(what: str, faults: list[str]) -> None:
    """Fail with the faults, a line each, if there are any."""
    if faults:
        pytest.fail("\n".join([f"{what}:", *faults]), pytrace=False)


def test_there_are_lessons() -> None:
    assert LESSONS


@pytest.mark.parametrize("name", LESSONS)
def test_has_page_tests_diff_and_nav_entry(name: str) -> None:
    lesson = Lesson(name)
    missing = [
        str(path.relative_to(ROOT))
        for path in (lesson.page, lesson.tests, lesson.diff)
        if not path.is_file()
    ]
    assert not missing
    assert f"lessons/{name}.md" in nav(), f"mkdocs.yml has no nav entry for {name}."


@pytest.mark.parametrize("name", LESSONS)
def test_front_matter_says_what_the_lesson_is(name: str) -> None:
    accept(name, pages.matter_faults(front_matter(page_of(name), f"{name}.md")))


@pytest.mark.parametrize("name", LESSONS)
def test_sections_are_in_the_fixed_order(name: str) -> None:
    lesson = Lesson(name)
    # The last step is the lesson itself, and naive is where they begin.
    steps = len(lesson.programs()) - 1
    faults = pages.section_faults(page_of(name), exercises=lesson.exercise.is_dir(), steps=steps)
    accept(name, faults)


@pytest.mark.parametrize("name", LESSONS)
def test_includes_the_lesson_its_diff_and_its_tests_whole(name: str) -> None:
    lesson = Lesson(name)
    needed = [
        path.relative_to(ROOT).as_posix() for path in (lesson.main, lesson.diff, lesson.tests)
    ]
    accept(name, pages.snippet_faults(page_of(name), needed))


@pytest.mark.parametrize("name", LESSONS)
def test_quotes_are_verbatim(name: str) -> None:
    lesson = Lesson(name)
    sources = texts(lesson.folder, lesson.exercise)
    if lesson.tests.is_file():
        sources.append(read(lesson.tests) or "")
    accept(name, pages.quote_faults(page_of(name), sources))


@pytest.mark.parametrize("name", LESSONS)
def test_embeds_its_own_lesson(name: str) -> None:
    assert f'<div class="live" data-lesson="{name}"' in page_of(name)


@pytest.mark.parametrize("name", LESSONS)
def test_main_begins_with_its_number_name_and_idea(name: str) -> None:
    accept(name, pages.docstring_faults(name, read(Lesson(name).main) or ""))


@pytest.mark.parametrize("page", [page for page in ALL_PAGES if not page.startswith("lessons/")])
def test_topic_quotes_are_verbatim(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    sources = texts(ROOT / "lessons", ROOT / "tests", ROOT / "course", ROOT / "topics")
    accept(page, [*pages.quote_faults(text, sources), *pages.snippet_faults(text, [])])


@pytest.mark.parametrize("page", ALL_PAGES)
def test_every_heading_has_an_anchor_of_its_own(page: str) -> None:
    accept(page, pages.heading_faults((ROOT / "docs" / page).read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", ALL_PAGES)
def test_keeps_to_the_voice(page: str) -> None:
    accept(page, pages.voice_faults((ROOT / "docs" / page).read_text(encoding="utf-8")))


def test_every_page_is_in_the_nav_and_every_entry_is_a_page() -> None:
    assert sorted(nav()) == ALL_PAGES
