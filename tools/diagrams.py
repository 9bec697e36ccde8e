"""Draw the diagrams: `python -m tools diagrams`; list the stale ones: `--check`.

docs/diagrams/NAME.mmd is the text, docs/diagrams/NAME.svg its drawing, and both are committed: a
build needs neither Node nor a browser. Drawing needs both, and `npm ci`, which this runs by itself.
"""

import hashlib
import re
import subprocess
from pathlib import Path

from playwright.sync_api import sync_playwright

from tools import chromium, map  # noqa: A004 - it is what it draws.

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "diagrams"
MERMAID = ROOT / "tools" / "mermaid"
BUNDLE = MERMAID / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"


def stamp(source: str) -> str:
    """Return what a drawing carries to say which text it was made from: 16 hexadecimal digits."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def stale(folder: Path = FOLDER) -> list[str]:
    """Return a sentence for each drawing that is missing, out of date or without a text."""
    sentences = []
    for text in sorted(folder.glob("*.mmd")):
        drawing = text.with_suffix(".svg")
        if not drawing.is_file():
            sentences.append(f"{text.name} has no drawing.")
        elif f'data-source="{stamp(text.read_text())}"' not in drawing.read_text():
            sentences.append(f"{drawing.name} was drawn from an older {text.name}.")
    sentences += [
        f"{drawing.name} has no text it was drawn from."
        for drawing in sorted(folder.glob("*.svg"))
        if not drawing.with_suffix(".mmd").is_file()
    ]
    return sentences


def draw(folder: Path = FOLDER) -> list[Path]:
    """Draw every text of `folder` anew, and return the drawings.

    Raises:
        SystemExit: there is no Chromium.
        CalledProcessError: npm could not install Mermaid.
    """
    if not BUNDLE.is_file():
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=MERMAID, check=True)
    drawings = []
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        page = browser.new_page()
        page.set_content("<!doctype html><body></body>")
        page.add_script_tag(path=BUNDLE)
        page.add_script_tag(path=MERMAID / "draw.js")
        # The map is drawn by tools/map.py, which needs no browser.
        for text in sorted(set(folder.glob("*.mmd")) - {ROOT / map.WHERE}):
            source = text.read_text()
            svg: str = page.evaluate("([name, source]) => draw(name, source)", [text.stem, source])
            svg = svg.replace("<svg ", f'<svg data-source="{stamp(source)}" ', 1)
            # A blank line would end the block of raw HTML the page puts the drawing into.
            svg = re.sub(r"\n\s*\n+", "\n", svg)
            drawing = text.with_suffix(".svg")
            drawing.write_text(svg + "\n")
            drawings.append(drawing)
        browser.close()
    return drawings


def run(*, check: bool = False) -> int:
    """Draw, or check, and return the exit code: 1 if the check found a stale drawing."""
    if check:
        found = stale()
        print("\n".join(found) or "Every drawing is fresh.")
        return 1 if found else 0
    for drawing in draw():
        print(f"Drew {drawing.relative_to(ROOT)}.")
    return 0
