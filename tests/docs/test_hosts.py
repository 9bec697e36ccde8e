"""No file of the project names where packages come from, or loads a page's parts from elsewhere."""

import os
from collections.abc import Iterator
from pathlib import Path

from tools.lessons import ROOT, read

# Written without their dots, so that this file does not name them either.
HOSTS = tuple(
    words.replace(" ", ".")
    for words in (
        "pypi org",
        "files pythonhosted org",
        "registry npmjs org",
        "registry yarnpkg com",
        "unpkg com",
        "cdn jsdelivr net",
        "cdnjs cloudflare com",
        "fonts googleapis com",
        "fonts gstatic com",
        "esm sh",
    )
)
NOT_OURS = {".git", ".venv", "venv", ".cache", "dist", "site", "node_modules", "__pycache__"}


def files(root: Path) -> Iterator[Path]:
    """Yield every file that is the project's own, also one that git does not know yet."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - NOT_OURS)
        yield from (Path(folder, name) for name in sorted(names))


def named(root: Path) -> list[str]:
    """Return a sentence for each host that a file below `root` names."""
    return [
        f"{path.relative_to(root)} names {host}."
        for path in files(root)
        for host in HOSTS
        if host in (read(path) or "")
    ]


def test_no_file_names_a_registry_or_a_cdn() -> None:
    assert not named(ROOT)


def test_one_that_does_is_found(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("example.org")
    (tmp_path / "page.html").write_text(f"<script src='https://{HOSTS[4]}/x'></script>")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "built.html").write_text(HOSTS[0])
    assert named(tmp_path) == [f"page.html names {HOSTS[4]}."]
