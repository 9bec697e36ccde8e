"""Build the site, strict: `python -m tools build`, or with MkDocs alone: `--quick`.

MkDocs Material writes site/, which is what `course/` serves. Zensical reads the same mkdocs.yml
and writes .cache/site-zensical/: that it builds, and what it builds, is the test of our way out.

Before them it writes what the pages Compare and Present show: that is half a megabyte made from the
lessons, so git does not keep it. A builder alone works as well, and these two pages then say what
they lack.
"""

import os
import subprocess
import sys
from pathlib import Path

from tools import compare, present
from tools.generate import write

ROOT = Path(__file__).parents[1]
MKDOCS_SITE = Path("site")
ZENSICAL_SITE = Path(".cache/site-zensical")


def write_data(root: Path = ROOT) -> None:
    """Write what the pages Compare and Present show, where both builders take it from.

    Raises:
        LessonError: a lesson has no page or no notes, or one of them lacks something.
    """
    for where, text in ((compare.WHERE, compare.data(root)), (present.WHERE, present.data(root))):
        write(root / where, text)


def build_with_mkdocs(root: Path = ROOT, site: Path = MKDOCS_SITE) -> None:
    """Build the site below `root` into `site`, a path relative to `root`.

    Raises:
        CalledProcessError: the build failed; its own words are on the terminal.
    """
    _run(["mkdocs", "build", "--strict", "--site-dir", str(root / site)], root, {})


def build_with_zensical(root: Path = ROOT, site: Path = ZENSICAL_SITE) -> None:
    """Build the site below `root` into `site`, a path relative to `root`.

    Raises:
        CalledProcessError: the build failed; its own words are on the terminal.
    """
    # Without --clean it takes a page from its cache although a file the page includes has changed.
    _run(["zensical", "build", "--strict", "--clean"], root, {"COURSE_SITE": str(site)})


def _run(module: list[str], root: Path, settings: dict[str, str]) -> None:
    # Material greets every build with a long notice about its successor: we know, and build both.
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1", **settings}
    # Kept back while all is well. Not by --quiet, with which MkDocs does not count the warnings
    # either, and builds strict what it should refuse.
    done = subprocess.run(
        [sys.executable, "-m", *module],
        cwd=root,
        env=env,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr, flush=True)
        done.check_returncode()


def run(*, quick: bool = False) -> int:
    """Build, and return the exit code: 0, or 1 if a builder failed."""
    write_data()
    try:
        build_with_mkdocs()
        print(f"MkDocs Material built {MKDOCS_SITE}/.", flush=True)
        if not quick:
            build_with_zensical()
            print(f"Zensical built {ZENSICAL_SITE}/.", flush=True)
    except subprocess.CalledProcessError as error:
        print(f"The site was not built: {error.cmd[2]} found fault with it, see above.")
        return 1
    return 0
