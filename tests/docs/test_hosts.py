"""No file of the project names where packages come from, or loads a page's parts from elsewhere."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.machine import program
from tools.lessons import ROOT, read

# Without their dots: no file of the project names them, and this is one.
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


def files(root: Path) -> Iterator[Path]:
    """Yield every file that is the project's own: in git, or not ignored by it.

    What is built or installed is another's work, such as the site's theme and node_modules.
    """
    listed = subprocess.run(
        [
            "git",
            "-c",
            "safe.directory=*",
            "-C",
            root,
            "ls-files",
            "-z",
            "-co",
            "--exclude-standard",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    yield from (path for name in sorted(listed.split("\0")) if (path := root / name).is_file())


def named(root: Path) -> list[str]:
    """Return a sentence for each host that a file below `root` names."""
    return [
        f"{path.relative_to(root)} names {host}."
        for path in files(root)
        for host in HOSTS
        if host in (read(path) or "")
    ]


def test_no_file_names_a_registry_or_a_cdn() -> None:
    program("git", "to see which files are the project's own")
    assert not named(ROOT)


def test_one_that_does_is_found(tmp_path: Path) -> None:
    git = program("git", "to see which files are the project's own")
    subprocess.run([git, "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("site/\n")
    (tmp_path / "good.txt").write_text("example.org")
    (tmp_path / "page.html").write_text(f"<script src='https://{HOSTS[4]}/x'></script>")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "built.html").write_text(HOSTS[0])
    # As npm writes it without the settings of .npmrc.
    (tmp_path / "package-lock.json").write_text(f'{{"resolved": "https://{HOSTS[2]}/x.tgz"}}')
    assert named(tmp_path) == [
        f"package-lock.json names {HOSTS[2]}.",
        f"page.html names {HOSTS[4]}.",
    ]
