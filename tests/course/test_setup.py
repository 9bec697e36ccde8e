"""`make` sets up .venv by itself, and says in one sentence what is missing."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.machine import missing
from tests.support.server import ROOT

pytestmark = pytest.mark.skipif(
    sys.platform == "win32",
    reason="Windows has neither make nor sh: run the tests on Linux, on macOS or in WSL",
)

# A Python that does what setup.sh asks for, and fails where the test says so.
PYTHON = """#!/bin/sh
case "$*" in
    *sys.exit*) exit {too_old} ;;
    *ensurepip*) exit {without_venv} ;;
    *platform*) echo "{kind}" ;;
    *print*) echo {version} ;;
    "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    "-m pip --version") ;;
    *"-m pip "*install*) echo "$*" >>pip.log; exit $(cat pip_exit) ;;
    *) exit 9 ;;
esac
"""


class Folder:
    """A folder with setup.sh and requirements.txt, on a machine with the given Pythons alone."""

    def __init__(self, path: Path) -> None:
        """Make the folder in `path`, its own name with a space in it."""
        self.path = path / "a course"
        self._programs = path / "programs"
        for folder in (self.path, self._programs):
            folder.mkdir()
        for program in ("sh", "rm", "mkdir", "cp", "cat", "touch"):
            (self._programs / program).symlink_to(shutil.which(program) or program)
        (self.path / "requirements.txt").write_text("")
        self.pip_exits_with(0)

    def install(
        self,
        name: str,
        version: str,
        *,
        too_old: bool = False,
        without_venv: bool = False,
        machine: str = "x86_64",
    ) -> None:
        """Put a Python on the machine."""
        program = self._programs / name
        program.write_text(
            PYTHON.format(
                version=version,
                too_old=int(too_old),
                without_venv=int(without_venv),
                kind=f"Python {version.rpartition('.')[0]} on Linux {machine}",
            )
        )
        program.chmod(0o755)

    def pip_exits_with(self, code: int) -> None:
        """Let pip succeed (0) or fail."""
        (self.path / "pip_exit").write_text(str(code))

    def set_up(self, python: str = "") -> subprocess.CompletedProcess[str]:
        """Run the script as make does."""
        return subprocess.run(
            ["sh", str(ROOT / "tools" / "setup.sh"), python],
            cwd=self.path,
            env={"PATH": str(self._programs)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def is_bundle_for(self, kind: str) -> None:
        """Put wheels there, as a bundle has them."""
        (self.path / "wheels").mkdir()
        (self.path / "wheels" / "made-for").write_text(f"{kind}\n")

    @property
    def ready(self) -> bool:
        """Whether .venv is complete."""
        return (self.path / ".venv" / ".ready").is_file()

    @property
    def bundled(self) -> bool:
        """Whether .venv has all that a bundle brings, which is less."""
        return (self.path / ".venv" / ".bundled").is_file()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_takes_the_first_python_that_is_new_enough(folder: Folder) -> None:
    folder.install("python3", "3.9.18", too_old=True)
    folder.install("python3.12", "3.12.1")

    done = folder.set_up()

    assert done.returncode == 0, done.stderr
    assert "Making .venv with Python 3.12.1." in done.stdout
    assert "--require-hashes -r requirements.txt" in (folder.path / "pip.log").read_text()
    assert folder.ready


def test_passes_over_a_python_without_venv(folder: Folder) -> None:
    folder.install("python3", "3.11.2", without_venv=True)
    folder.install("python3.13", "3.13.0")

    assert "Python 3.13.0" in folder.set_up().stdout


def test_takes_the_python_it_is_told_to(folder: Folder) -> None:
    folder.install("python3", "3.11.2")
    folder.install("python3.14", "3.14.0")

    assert "Python 3.14.0" in folder.set_up("python3.14").stdout


@pytest.mark.parametrize(
    ("kind", "named", "sentence"),
    [
        ("none", "", "no Python >= 3.11 was found"),
        ("too_old", "", "python3 is Python 3.9.18, and no Python >= 3.11 was found"),
        ("without_venv", "", "python3 has no venv module; install it (Debian, Ubuntu: apt install"),
        ("none", "python4", "PYTHON=python4 does not run"),
        ("too_old", "python3", "PYTHON=python3 is Python 3.9.18; the course needs Python >= 3.11."),
        ("without_venv", "python3", "PYTHON=python3 has no venv module; install it"),
    ],
)
def test_says_what_is_missing(folder: Folder, kind: str, named: str, sentence: str) -> None:
    if kind != "none":
        folder.install(
            "python3", "3.9.18", too_old=kind == "too_old", without_venv=kind == "without_venv"
        )

    done = folder.set_up(named)

    assert done.returncode == 1
    assert done.stderr.startswith(f"Cannot set up: {sentence}")
    assert done.stderr.count("\n") == 1
    assert not (folder.path / ".venv").exists()


def test_heals_what_a_failed_download_left_half_made(folder: Folder) -> None:
    folder.install("python3", "3.11.7")
    folder.pip_exits_with(1)
    failed = folder.set_up()
    (folder.path / ".venv" / "half").write_text("made")
    folder.pip_exits_with(0)

    done = folder.set_up()

    assert failed.returncode == 1
    assert "Cannot set up: pip could not install the packages" in failed.stderr
    assert done.returncode == 0
    assert folder.ready
    assert not (folder.path / ".venv" / "half").exists()


def test_a_complete_environment_is_brought_up_to_date_in_place(folder: Folder) -> None:
    folder.install("python3", "3.11.7")
    folder.set_up()

    done = folder.set_up()

    assert "Making .venv" not in done.stdout
    assert folder.ready


def test_an_environment_whose_python_has_gone_is_made_anew(folder: Folder) -> None:
    folder.install("python3", "3.11.7")
    folder.set_up()
    (folder.path / ".venv" / "bin" / "python").unlink()

    assert "Making .venv with Python 3.11.7." in folder.set_up().stdout


def test_a_bundle_is_set_up_from_its_wheels_alone(folder: Folder) -> None:
    folder.install("python3", "3.11.7")
    folder.is_bundle_for("Python 3.11 on Linux x86_64")

    done = folder.set_up()

    pip = (folder.path / "pip.log").read_text()
    assert done.returncode == 0, done.stderr
    assert "--no-index --find-links wheels --require-hashes -r wheels/requirements.txt" in pip
    assert "--isolated" in pip
    assert folder.bundled
    assert not folder.ready


def test_a_bundle_takes_the_python_that_its_wheels_are_for(folder: Folder) -> None:
    folder.install("python3", "3.13.1")
    folder.install("python3.11", "3.11.2")
    folder.is_bundle_for("Python 3.11 on Linux x86_64")

    assert "Making .venv with Python 3.11.2." in folder.set_up().stdout


@pytest.mark.parametrize(
    ("version", "machine", "named", "found"),
    [
        ("3.13.1", "x86_64", "", "python3 is Python 3.13 on Linux x86_64"),
        ("3.13.1", "x86_64", "python3", "PYTHON=python3 is Python 3.13 on Linux x86_64"),
        ("3.11.2", "aarch64", "", "python3 is Python 3.11 on Linux aarch64"),
        ("", "", "", "no such Python was found"),
    ],
)
def test_a_bundle_for_another_python_or_platform_says_so(
    folder: Folder, version: str, machine: str, named: str, found: str
) -> None:
    if version:
        folder.install("python3", version, machine=machine)
    folder.is_bundle_for("Python 3.11 on Linux x86_64")

    done = folder.set_up(named)

    assert done.returncode == 1
    assert done.stderr == (
        f"Cannot set up: this bundle is for Python 3.11 on Linux x86_64, and {found}; use such a"
        " Python, take a bundle for yours, or, with a network, delete the folder wheels and run"
        " the same command again.\n"
    )
    assert not (folder.path / ".venv").exists()


def test_a_bundle_whose_wheels_do_not_install_says_what_to_compare(folder: Folder) -> None:
    folder.install("python3", "3.11.7")
    folder.is_bundle_for("Python 3.11 on Linux x86_64")
    folder.pip_exits_with(1)

    done = folder.set_up()

    assert done.returncode == 1
    assert done.stderr.startswith("Cannot set up: pip could not install the wheels, see above;")
    assert "compare its checksum" in done.stderr
    assert not folder.bundled


def test_a_bundle_without_its_wheels_is_set_up_anew_and_whole(folder: Folder) -> None:
    folder.install("python3", "3.11.7")
    folder.is_bundle_for("Python 3.11 on Linux x86_64")
    folder.set_up()
    shutil.rmtree(folder.path / "wheels")

    done = folder.set_up()

    assert "Making .venv with Python 3.11.7." in done.stdout
    assert folder.ready
    assert not folder.bundled


def make(*words: str) -> subprocess.CompletedProcess[str]:
    """Run make, where there is one."""
    if shutil.which("make") is None:
        missing("no make found: install it (on Debian and Ubuntu: apt install make)")
    return subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_make_alone_prints_every_word() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None

    shown = make().stdout

    assert re.findall(r"^  ([a-z]+) +\S", shown, re.MULTILINE) == phony.group(1).split()[:-1]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-class.txt"])
def test_a_lock_names_no_host(name: str) -> None:
    lock = (ROOT / name).read_text()

    assert "://" not in lock
    assert "--index-url" not in lock
    assert "--find-links" not in lock
