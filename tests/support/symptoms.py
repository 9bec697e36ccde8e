"""The rows of the page Symptoms, which two files of tests provoke: with and without a browser."""

import re

from tests.support.server import ROOT

_ROW = re.compile(r"^\| (`+)(?P<words>.+?)\1 \|", re.MULTILINE)


def symptoms(anchor: str) -> set[str]:
    """Return what is seen, word for word, by the rows below a heading of the second level."""
    page = (ROOT / "docs" / "topics" / "symptoms.md").read_text(encoding="utf-8")
    _, _, rest = page.partition(f"{{ #{anchor} }}\n")
    section = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    return {match["words"] for match in _ROW.finditer(section)}
