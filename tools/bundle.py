"""Pack the course for a room without a network, into dist/: `python -m tools bundle`.

In the file are what git has committed, the site built from that, and the wheels of what a class
needs, for this machine's platform and Python. Who unpacks it sets up and runs the course offline.
The wheels of everything in requirements.txt would weigh ten times as much, and a class copies this.
"""

import gzip
import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import time
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

ROOT = Path(__file__).parents[1]
DIST = "dist"
WHEELS = "wheels"
LOCK = "requirements-class.txt"
CACHE = Path(".cache/wheels")
START = "START-HERE.txt"
NAME = "websockets-with-fastapi"
WINDOWS = os.name == "nt"
SYSTEM = platform.system().replace("Darwin", "macOS")
MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"
SHOWN = 5
"""How many of the files that are left out are named."""


class CannotBundleError(Exception):
    """There will be no bundle; its text is the sentence that says why."""


@dataclass(frozen=True)
class Commit:
    """What a bundle is made from: the files of one commit, and nothing that git does not know."""

    root: Path
    id: str
    seconds: int

    @classmethod
    def of(cls, root: Path) -> "Commit":
        """Return the commit that is checked out in `root`.

        Raises:
            CannotBundleError: there is no git, or `root` is not a clone of its own.
        """
        top = Path(_git(root, "rev-parse", "--show-toplevel").decode().strip())
        if top.resolve() != root.resolve():
            raise CannotBundleError(f"git takes {top} for the clone, and the course is in {root}.")
        found, seconds = _git(root, "log", "-1", "--format=%h %ct").decode().split()
        return cls(root, found, int(seconds))

    @property
    def day(self) -> str:
        """The day it was made."""
        return time.strftime("%Y-%m-%d", time.gmtime(self.seconds))

    def left_out(self) -> list[str]:
        """Return the files that are changed or new since: they are not in it."""
        lines = _git(self.root, "-c", "core.quotePath=false", "status", "--porcelain").decode()
        return [line[3:] for line in lines.splitlines()]

    def export(self, folder: Path) -> dict[str, int]:
        """Write its files into `folder`; return the mode of each by its name."""
        # Windows' git may be told to end lines in its own way; setup.sh would not run with that.
        packed = _git(self.root, "-c", "core.autocrlf=false", "archive", "--format=zip", "HEAD")
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            archive.extractall(folder)  # noqa: S202 - git has made it, this moment.
            files = [info for info in archive.infolist() if not info.is_dir()]
        return {info.filename: info.external_attr >> 16 & 0o777 or 0o644 for info in files}


def target() -> str:
    """Return whom the wheels are for; setup.sh asks a Python for the same words."""
    return f"Python {MINOR} on {SYSTEM} {platform.machine()}"


def name_of(folder: str) -> str:
    """Return the file's name of a bundle that holds `folder`.

    Windows opens a zip with a double click, the others a tar.gz; a bundle fits one of them alone.
    """
    machine = f"{SYSTEM}-{platform.machine()}".lower()
    return f"{folder}-{machine}-py{MINOR.replace('.', '')}.{'zip' if WINDOWS else 'tar.gz'}"


def fetch(requirements: Path, cache: Path, folder: Path) -> None:
    """Put the wheels of `requirements` into `folder`, from `cache` if it has them all.

    Raises:
        CannotBundleError: pip cannot get one, or there is none for this platform.
    """
    cache.mkdir(parents=True, exist_ok=True)
    # pip looks at each hash again here, and finds a package that the requirements lack.
    from_cache = ["--isolated", "--no-index", "--find-links", str(cache), "--dest", str(folder)]
    if _download(requirements, from_cache) is None:
        return
    print(f"Fetching wheels into {CACHE.as_posix()}/. The first time takes a minute.", flush=True)
    fault = _download(requirements, ["--dest", str(cache)])
    if fault is None:
        fault = _download(requirements, from_cache)
    if fault is not None:
        raise CannotBundleError(
            f"pip did not get the wheels ({fault}); with a network, run the same command again."
        )


def start_here(version: str, commit: Commit) -> str:
    """Return the text that a learner reads first."""
    installed = f"py -{MINOR}" if WINDOWS else f"python{MINOR}"
    python = r".venv\Scripts\python" if WINDOWS else ".venv/bin/python"
    install = f"{python} -m pip install --no-index --find-links {WHEELS} --require-hashes"
    return dedent(f"""\
        WebSockets with FastAPI {version}, without the network

        This folder needs {target()}, and nothing from the network.
        It was packed from commit {commit.id} of {commit.day}.

        With make, here in this folder:

            make run             the course: open http://127.0.0.1:8000
            make lesson L=01     one lesson
            make exercise E=01   your copy of an exercise
            make check E=01      what your copy does not do yet (WATCH=1: after each save)
            make hint E=01       the next hint
            make solution E=01   a solution (YES=1: before you have begun)
            make progress        how far you are

        Without make, once:

            {installed} -m venv .venv
            {install} -r {WHEELS}/requirements.txt

        and then:

            {python} -m course
            {python} -m course.run_lesson 01
            {python} -m practice run 01
            {python} -m practice check 01 --watch
            {python} -m practice hint 01
            {python} -m practice solution 01 --yes
            {python} -m practice progress

        The site is built already, and {WHEELS}/ has what a class needs. The course's own tests, its
        linters and its site builders are not there: with a network, delete {WHEELS}/, and make
        fetches them.
        """)


def bundle(root: Path = ROOT) -> tuple[Path, str]:
    """Write the bundle of what is checked out in `root`; return its path and the folder in it.

    Raises:
        CannotBundleError: it could not be made; nothing has been written under its name.
    """
    commit = Commit.of(root)
    print(f"Packing commit {commit.id} of {commit.day}.", flush=True)
    left_out = commit.left_out()
    if left_out:
        more = f" and {len(left_out) - SHOWN} more" if len(left_out) > SHOWN else ""
        print(f"Left out, for it is not committed: {', '.join(left_out[:SHOWN])}{more}.")
    dist = root / DIST
    dist.mkdir(exist_ok=True)
    # In the same folder, so that the finished file is moved to its name in one step.
    with TemporaryDirectory(prefix=".", dir=dist) as made:
        folder, draft = Path(made, "course"), Path(made, "draft")
        modes = commit.export(folder)
        pyproject = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
        version = pyproject["project"]["version"]
        top = f"{NAME}-{version}"
        name = name_of(top)

        wheels = folder / WHEELS
        wheels.mkdir()
        shutil.copy(folder / LOCK, wheels / "requirements.txt")
        fetch(wheels / "requirements.txt", root / CACHE, wheels)
        _write(wheels / "made-for", f"{target()}\n")
        _write(folder / START, start_here(version, commit))
        _build_site(folder, commit)

        added = [folder / START, *wheels.iterdir(), *(folder / "site").rglob("*")]
        modes |= {path.relative_to(folder).as_posix(): 0o644 for path in added if path.is_file()}
        pack(folder, modes, draft, top=top, seconds=commit.seconds)
        finished = dist / name
        checksum = finished.with_name(f"{name}.sha256")
        checksum.unlink(missing_ok=True)
        draft.replace(finished)
    digest = hashlib.sha256(finished.read_bytes()).hexdigest()
    _write(checksum, f"{digest}  {name}\n")
    return finished, top


def pack(folder: Path, modes: Mapping[str, int], path: Path, *, top: str, seconds: int) -> None:
    """Write these files of `folder` below `top` into `path`: the same input, the same bytes."""
    if WINDOWS:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in sorted(modes):
                entry = zipfile.ZipInfo(f"{top}/{name}", time.gmtime(seconds)[:6])
                entry.external_attr = modes[name] << 16
                packed.writestr(entry, (folder / name).read_bytes(), zipfile.ZIP_DEFLATED)
        return
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=seconds) as compressed,
        # A wheel's name is long. Every tar knows how GNU's writes that.
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.GNU_FORMAT) as packed,
    ):
        for name in sorted(modes):
            content = (folder / name).read_bytes()
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size, entry.mode, entry.mtime = len(content), modes[name], seconds
            packed.addfile(entry, io.BytesIO(content))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _git(root: Path, *words: str) -> bytes:
    # Whoever runs a word of make here trusts the folder already, whoever owns it.
    command = ["git", "-c", f"safe.directory={root.resolve().as_posix()}", "-C", str(root), *words]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        raise CannotBundleError("there is no git, and a bundle holds what git has.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise CannotBundleError(f"a bundle holds what git has committed here, and {said!r}.")
    return done.stdout


def _download(requirements: Path, options: list[str]) -> str | None:
    """Let pip download; return what it says is wrong, None if nothing is."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    # A package that is no wheel would be built in the room, with tools that are not there.
    command += ["--only-binary", ":all:", "--require-hashes", "-r", str(requirements), *options]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if not done.returncode:
        return None
    errors = [line for line in done.stderr.splitlines() if line.strip()]
    said = [line for line in errors if line.startswith("ERROR: ")] or errors or ["it said nothing"]
    return said[-1].removeprefix("ERROR: ").strip().rstrip(".")


def _build_site(folder: Path, commit: Commit) -> None:
    # The builder dates pages by this, and not by the clock.
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(commit.seconds), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tools", "build", "--quick"]
    if subprocess.run(command, cwd=folder, env=env, check=False).returncode:
        raise CannotBundleError("the site of that commit was not built, see above.")


def run(root: Path = ROOT) -> int:
    """Make a bundle, say what to do with it, and return the exit code."""
    try:
        made, folder = bundle(root)
    except (CannotBundleError, OSError) as error:
        print(f"Cannot bundle: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; there is no new bundle.", file=sys.stderr)
        return 130
    size = made.stat().st_size / 1e6
    print(f"{made.relative_to(root).as_posix()} is written: {size:.0f} MB, for {target()}.")
    print(f"Give it to the class with {made.name}.sha256 and two commands:")
    if WINDOWS:
        print(f"  > tar -xf {made.name}\n  > notepad {folder}\\{START}")
    else:
        print(f"  $ tar xzf {made.name}\n  $ make -C {folder} run")
    return 0
