"""The site for tests: built from a copy of the project, and served by the course."""

import functools
import os
import shutil
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from filelock import FileLock
from starlette.applications import Starlette

from course.main import create_app
from tools import build
from tools.lessons import ROOT

TREES = ("docs", "lessons", "exercises", "tests", "course", "topics", "bench", "theme")
"""What mkdocs.yml and the pages' snippets refer to."""

BUILDERS = {"mkdocs": build.build_with_mkdocs, "zensical": build.build_with_zensical}


def copy_project(root: Path) -> Path:
    """Copy what a build reads into the empty folder `root`, as a clone has it, and return it.

    Zensical writes only below the folder of its configuration, and a test writes nothing into the
    project.
    """
    shutil.copy(ROOT / "mkdocs.yml", root)
    for tree in TREES:
        if (ROOT / tree).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*-data.json")
            shutil.copytree(ROOT / tree, root / tree, ignore=ignored)
    return root


def build_site(root: Path, builder: str) -> Path:
    """Build the site of the project at `root` with a builder of BUILDERS, and return its folder."""
    site = Path(f"site-{builder}")
    BUILDERS[builder](root, site)
    return root / site


def built_once(base: Path, builder: str) -> Path:
    """Return the folder of the project's own site, which all tests of a run share: only look at it.

    `base` is a folder that all processes of the run share. The first to come builds, others wait.
    """
    project = base / f"project-{builder}"
    with FileLock(base / f"{builder}.lock"):
        if not (project / "built").exists():
            project.mkdir()
            build.write_data(copy_project(project))
            build_site(project, builder)
            (project / "built").touch()
    return project / f"site-{builder}"


def pages() -> list[str]:
    """Return the addresses of the site's pages, relative to its root, without index.html."""
    docs = ROOT / "docs"
    names = [path.relative_to(docs).with_suffix("").as_posix() for path in docs.rglob("*.md")]
    return sorted("" if name == "index" else f"{name.removesuffix('/index')}/" for name in names)


class _Quiet(SimpleHTTPRequestHandler):
    """A server of files that keeps no log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base calls it so.
        """Say nothing."""


@contextmanager
def serve_files(folder: Path) -> Generator[str]:
    """Serve the folder, by a server that knows nothing but files, and give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def app() -> Starlette:
    """Return the course, with the site from the folder that the variable SITE names."""
    return create_app(site=Path(os.environ["SITE"]))
