"""What a Python file imports, read from it and not by running it."""

import ast
from pathlib import Path

from tests.support.server import ROOT

OURS = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
"""What a lesson or an exercise may not import: it is not there when the folder is copied out."""


def imported(path: Path) -> set[str]:
    """Return the first part of each name that a file imports, but for relative imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").partition(".")[0])
    return found
