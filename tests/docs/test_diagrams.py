"""A diagram is drawn from the text beside it, and follows the page it is put into."""

import re
from pathlib import Path

import pytest

from tools import diagrams

DRAWINGS = sorted(path.name for path in diagrams.FOLDER.glob("*.svg"))


def test_every_drawing_is_fresh() -> None:
    assert not diagrams.stale()


def test_a_stale_a_missing_and_a_stray_drawing_are_found(tmp_path: Path) -> None:
    for name in ("fresh", "old", "undrawn"):
        (tmp_path / f"{name}.mmd").write_text(name)
    (tmp_path / "fresh.svg").write_text(f'<svg data-source="{diagrams.stamp("fresh")}"/>')
    (tmp_path / "old.svg").write_text(f'<svg data-source="{diagrams.stamp("older")}"/>')
    (tmp_path / "stray.svg").write_text("<svg/>")
    assert diagrams.stale(tmp_path) == [
        "old.svg was drawn from an older old.mmd.",
        "undrawn.mmd has no drawing.",
        "stray.svg has no text it was drawn from.",
    ]


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_fits_into_any_page(name: str) -> None:
    svg = (diagrams.FOLDER / name).read_text(encoding="utf-8")
    stem = name.removesuffix(".svg")
    # A picture's links could not be reached, so a drawing with links is a group.
    assert f'role="{"group" if "<a " in svg else "img"}"' in svg
    assert re.search(r'aria-label="[^"]{20,}"', svg), "It has no words for who does not see it."
    assert "\n\n" not in svg, "A blank line would end the page's block of raw HTML."
    assert "<foreignObject" not in svg
    assert "<style" not in svg, "It would style the whole page."
    assert "font-family" not in svg, "It would not have the page's font."
    colours = set(re.findall(r'(?:fill|stroke)="([^"]*)"', svg))
    assert colours <= {"currentColor", "none", "Canvas"}, "It would not follow light and dark."
    ids = re.findall(r'\bid="([^"]*)"', svg)
    assert all(identity.startswith(f"diagram-{stem}-") for identity in ids)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]*)\)", svg)) <= set(ids)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_in_a_page_with_its_text_beside_it(name: str) -> None:
    pages = [path.read_text(encoding="utf-8") for path in diagrams.FOLDER.parent.rglob("*.md")]
    text = name.replace(".svg", ".mmd")
    assert any(
        f'"docs/diagrams/{name}"' in page and f'"docs/diagrams/{text}"' in page for page in pages
    ), f"No page shows {name} with {text}."
