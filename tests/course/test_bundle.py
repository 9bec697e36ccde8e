"""`make bundle` packs all that a class needs, and what it packs works without a network."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.machine import missing
from tests.support.offline import Offline
from tests.support.server import ROOT
from tools import bundle

pytestmark = [
    pytest.mark.skipif(
        sys.platform == "win32",
        reason="Windows has neither make nor sh: run the tests on Linux, on macOS or in WSL",
    ),
    # Packing, and setting up from what was packed, are no matter of seconds on a busy machine.
    pytest.mark.timeout(300),
]

NOT_OURS = ("work/mine.txt", ".venv/big", ".cache/left", "lessons/01_echo/__pycache__/a.pyc")
NEW = "notes to self.txt"
CHANGED = "docs/index.md"


def git(clone: Path, *words: str) -> str:
    """Run git as somebody, wherever it is not set up."""
    who = ["-c", "user.name=A teacher", "-c", "user.email=teacher@example.org"]
    return subprocess.run(
        ["git", "-c", "safe.directory=*", *who, "-C", str(clone), *words],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with the files that the course has now, committed or not; it has Python's .venv."""
    for program in ("git", "make"):
        if shutil.which(program) is None:
            missing(f"no {program} found: install it (on Debian and Ubuntu: apt install {program})")
    folder = tmp_path_factory.mktemp("teacher") / "a clone"
    files = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "All there is")
    # The wheels of the last time are used again, as they are by `make bundle`.
    (ROOT / bundle.CACHE).mkdir(parents=True, exist_ok=True)
    (folder / bundle.CACHE).parent.mkdir()
    (folder / bundle.CACHE).symlink_to(ROOT / bundle.CACHE)
    for name in NOT_OURS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("not for the class")
    (folder / NEW).write_text("not for the class")
    (folder / CHANGED).write_text("# Not for the class\n")
    return folder


def pack(clone: Path) -> subprocess.CompletedProcess[str]:
    """Make a bundle with the network, as `make bundle` does."""
    return subprocess.run(
        [sys.executable, "-m", "tools", "bundle"],
        cwd=clone,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def packed(clone: Path) -> subprocess.CompletedProcess[str]:
    """What making the bundle has said."""
    done = pack(clone)
    if "pip did not get the wheels" in done.stderr:
        missing(f"no wheels: run `make bundle` once where there is a package index {done.stderr}")
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def archive(clone: Path, packed: subprocess.CompletedProcess[str]) -> Path:
    """The bundle."""
    assert packed.returncode == 0
    return next((clone / "dist").glob("*.tar.gz"))


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offline]:
    """What runs programs without the network; in the end, none may have tried to reach it."""
    network = Offline(tmp_path_factory.mktemp("offline"))
    yield network
    assert network.tried == []


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle unpacked by the workshop's commands, in a folder with a space in its name."""
    room = tmp_path_factory.mktemp("learner") / "the class room"
    room.mkdir()
    for file in archive.parent.iterdir():
        shutil.copy(file, room)
    page = (ROOT / "docs" / "workshop" / "index.md").read_text(encoding="utf-8")
    _, _, section = page.partition("{ #offline }")
    commands = re.findall(r"^ +\$ (.+)$", section, re.MULTILINE)
    assert commands[0] == "make bundle"
    assert commands[1].startswith("python3 -m http.server --directory dist ")
    assert commands[-1] == "make run"
    if not shutil.which("sha256sum"):
        commands[2] = commands[2].replace("sha256sum", "shasum -a 256")
    script = " && ".join([*commands[2:-1], "pwd"])
    done = subprocess.run(
        ["sh", "-c", script], cwd=room, check=True, capture_output=True, text=True
    )
    said = done.stdout.splitlines()
    assert said[:-1] == [f"{archive.name}: OK"]
    return Path(said[-1])


@pytest.fixture(scope="module")
def learner(unpacked: Path, offline: Offline) -> Path:
    """The bundle as make has set it up, without the network."""
    done = offline.run("make", "progress", f"PYTHON={python()}", cwd=unpacked)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Installing the packages of wheels/ into .venv, without the network." in done.stdout
    assert "0 of " in done.stdout
    return unpacked


def python() -> Path:
    """Return the Python that this one's environment was made with."""
    return Path(sys.base_prefix, "bin", f"python{bundle.MINOR}")


def tracked(clone: Path) -> set[str]:
    """Return the files that git has in `clone`."""
    return set(filter(None, git(clone, "ls-files", "-z").split("\0")))


def test_it_says_what_it_wrote_what_it_left_out_and_what_to_type(
    clone: Path, packed: subprocess.CompletedProcess[str], archive: Path
) -> None:
    commit = git(clone, "log", "-1", "--format=%h").strip()
    said = packed.stdout.splitlines()

    assert said[0].startswith(f"Packing commit {commit} of ")
    assert said[1] == f'Left out, for it is not committed: {CHANGED}, "{NEW}".'
    assert re.fullmatch(
        rf"dist/{archive.name} is written: \d+ MB, for Python 3\.\d+ on .+\.", said[-4]
    )
    assert said[-2:] == [
        f"  $ tar xzf {archive.name}",
        f"  $ make -C {archive.name.partition('-linux')[0].partition('-macos')[0]} run",
    ]


def test_it_has_what_git_has_the_site_and_the_wheels_and_nothing_else(
    clone: Path, archive: Path
) -> None:
    with tarfile.open(archive) as packed:
        entries = packed.getmembers()
        index = packed.extractfile(next(e for e in entries if e.name.endswith("/docs/index.md")))
        assert index is not None
        text = index.read().decode()
    names = [entry.name.partition("/")[2] for entry in entries]
    added = set(names) - tracked(clone)

    assert {entry.name.partition("/")[0] for entry in entries} == {f"{bundle.NAME}-0.1.0"}
    assert names == sorted(names)
    assert len({entry.mtime for entry in entries}) == 1
    assert tracked(clone) <= set(names)
    assert added >= {"START-HERE.txt", "site/index.html", "wheels/made-for"}
    assert all(name.startswith(("site/", "wheels/")) for name in added - {"START-HERE.txt"})
    assert not set(names) & {*NOT_OURS, NEW}
    assert text == git(clone, "show", f"HEAD:{CHANGED}")


def test_all_it_installs_is_a_wheel_and_no_builder_browser_or_linter(unpacked: Path) -> None:
    files = {path.name for path in (unpacked / "wheels").iterdir()}
    wheels = {name for name in files if name.endswith(".whl")}
    packages = {name.partition("-")[0] for name in wheels}

    assert files - wheels == {"made-for", "requirements.txt"}
    assert packages >= {"fastapi", "uvicorn", "websockets", "wsproto", "pytest", "httpx2"}
    assert not packages & {"playwright", "mkdocs", "zensical", "ruff", "ty", "uv"}


def test_its_requirements_are_the_locks_of_a_class(unpacked: Path) -> None:
    lean = (unpacked / "wheels" / "requirements.txt").read_text()
    entries = re.split(r"^(?=\w)", lean, flags=re.MULTILINE)[1:]

    assert lean == (unpacked / "requirements-class.txt").read_text()
    assert all("--hash=sha256:" in entry for entry in entries)


def test_one_bundle_serves_every_patch_of_its_python(unpacked: Path) -> None:
    """Else the wheels that 3.11.7 takes would lack what 3.11.2 needs, and the same minor lie."""
    lean = (unpacked / "wheels" / "requirements.txt").read_text()
    entries = re.split(r"^(?=\w)", lean, flags=re.MULTILINE)[1:]
    markers = [Requirement(entry.partition("\\")[0]).marker for entry in entries]

    for marker in filter(None, markers):
        chosen = {
            marker.evaluate({"python_full_version": f"{bundle.MINOR}.{patch}"})
            for patch in range(30)
        }
        assert len(chosen) == 1, marker


def test_the_checksum_is_the_bundles(archive: Path) -> None:
    digest, name = archive.with_name(f"{archive.name}.sha256").read_text().split()

    assert name == archive.name
    assert digest == hashlib.sha256(archive.read_bytes()).hexdigest()


@pytest.mark.thorough
def test_the_second_time_it_needs_no_network_and_writes_the_same_bytes(
    clone: Path, archive: Path, offline: Offline
) -> None:
    before = archive.read_bytes()
    archive.unlink()

    done = offline.run(sys.executable, "-m", "tools", "bundle", cwd=clone)

    assert done.returncode == 0, done.stderr
    assert "Fetching" not in done.stdout
    assert archive.read_bytes() == before


def test_without_a_network_the_course_a_lesson_and_an_exercise_run(
    learner: Path, offline: Offline
) -> None:
    done = offline.run(".venv/bin/python", "-m", "tests.support.bundle_visit", cwd=learner)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    assert found["missing"] == []
    assert found["health"]["status"] == "ok"
    assert found["echo"] == found["lesson echo"] == "Message text was: hello"
    assert "built site/" not in found["course"]
    assert "WebSockets with FastAPI" in found["home"]
    assert 'data-lesson="01_echo"' in found["page"]
    assert found["lesson"] == (learner / "lessons/01_echo/index.html").read_text()
    assert found["exercise"] == (learner / "work/01_echo/index.html").read_text()


def test_without_a_network_an_exercise_is_checked(learner: Path, offline: Offline) -> None:
    unsolved = offline.run("make", "check", "E=02", cwd=learner)
    shutil.copy(learner / "exercises/02_depends/solution/main.py", learner / "work/02_depends")
    solved = offline.run("make", "check", "E=02", cwd=learner)
    progress = offline.run("make", "progress", cwd=learner)

    assert unsolved.returncode == 0  # A check that fails is no fault of make's.
    assert "[fail]" in unsolved.stdout
    assert solved.returncode == 0, solved.stdout + solved.stderr
    assert re.search(r"^All \d+ checks pass\.", solved.stdout, re.MULTILINE)
    assert re.search(r"done +02_depends", progress.stdout)


def test_its_words_without_make_are_right(learner: Path, offline: Offline) -> None:
    text = (learner / bundle.START).read_text()
    (install,) = re.findall(r"^ +(\S+ -m pip install .*)$", text, re.MULTILINE)
    modules = re.findall(
        r"^ +\S+/python -m (course\.run_lesson|course|practice)", text, re.MULTILINE
    )

    # A machine's own settings come before the line's: here they would lead to a closed port.
    plain = {"PIP_INDEX_URL": "", "PIP_FIND_LINKS": ""}
    done = offline.run(*install.split(), "--dry-run", "--ignore-installed", cwd=learner, env=plain)

    assert done.returncode == 0, done.stderr
    assert re.search(r"^Would install .*\bfastapi-", done.stdout, re.MULTILINE)
    assert f"python{bundle.MINOR} -m venv .venv" in text
    assert set(modules) == {"course", "course.run_lesson", "practice"}
    start = "import course.__main__, course.run_lesson, practice.__main__"
    assert offline.run(".venv/bin/python", "-c", start, cwd=learner).returncode == 0


@pytest.mark.parametrize("word", ["test", "lint", "docs", "bundle"])
def test_a_word_that_needs_more_says_so(learner: Path, offline: Offline, word: str) -> None:
    done = offline.run("make", word, cwd=learner)

    assert done.returncode != 0
    assert "This folder has what a class needs, and this word needs more" in done.stderr


def test_clean_leaves_the_site_which_nothing_here_could_build(
    unpacked: Path, offline: Offline, tmp_path: Path
) -> None:
    shutil.copytree(unpacked, tmp_path / "copy", ignore=shutil.ignore_patterns(".venv", "*.whl"))

    done = offline.run("make", "clean", cwd=tmp_path / "copy")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "copy" / "site" / "index.html").is_file()


def test_a_program_that_tries_the_network_is_found(tmp_path: Path) -> None:
    """Else the proofs above would prove nothing."""
    network = Offline(tmp_path)
    tries = "import socket; socket.create_connection(('192.0.2.1', 80), 5)"

    done = network.run(sys.executable, "-c", tries, cwd=tmp_path)

    assert done.returncode == 1
    assert [line.partition(" by ")[0] for line in network.tried] == ["192.0.2.1"]


def test_without_wheels_and_network_it_says_so_and_writes_nothing(
    clone: Path, packed: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    assert packed.returncode == 0
    copy = tmp_path / "a clone"
    git(clone, "clone", "--quiet", str(clone), str(copy))
    env = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_RETRIES": "0",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_FIND_LINKS": "",
    }

    done = Offline(tmp_path).run(sys.executable, "-m", "tools", "bundle", cwd=copy, env=env)

    assert done.returncode == 1
    assert re.fullmatch(
        r"Cannot bundle: pip did not get the wheels \(.+\); with a network, run the same command "
        r"again\.\n",
        done.stderr,
    )
    assert list((copy / "dist").iterdir()) == []


def test_an_interrupted_one_leaves_nothing_and_the_last_one_stands(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    clone: Path,
    archive: Path,
) -> None:
    """It is interrupted as it writes; what it would have fetched and built takes too long here."""
    before = {path.name: path.read_bytes() for path in archive.parent.iterdir()}
    entries = count()
    add = tarfile.TarFile.addfile

    def interrupt(packed: tarfile.TarFile, *arguments: object) -> None:
        if next(entries) > 9:
            raise KeyboardInterrupt
        add(packed, *arguments)  # ty: ignore[invalid-argument-type] - they are addfile's own.

    monkeypatch.setattr(tarfile.TarFile, "addfile", interrupt)
    monkeypatch.setattr(bundle, "fetch", lambda *_: None)
    monkeypatch.setattr(bundle, "_build_site", lambda *_: None)

    assert bundle.run(clone) == 130
    assert capsys.readouterr().err == "\nInterrupted; there is no new bundle.\n"
    assert {path.name: path.read_bytes() for path in archive.parent.iterdir()} == before


def test_on_windows_it_is_a_zip_with_the_same_order(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bundle, "WINDOWS", True)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.txt").write_text("two")
    (tmp_path / "a.txt").write_text("one")
    modes = {"b/two.txt": 0o644, "a.txt": 0o755}
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"

    for path in (first, second):
        bundle.pack(tmp_path, modes, path, top="course", seconds=1_700_000_000)

    with zipfile.ZipFile(first) as packed:
        assert packed.namelist() == ["course/a.txt", "course/b/two.txt"]
        assert packed.read("course/b/two.txt") == b"two"
        assert packed.infolist()[0].external_attr >> 16 == 0o755
    assert first.read_bytes() == second.read_bytes()
    assert bundle.name_of("course").endswith(f"-py{bundle.MINOR.replace('.', '')}.zip")
    words = bundle.start_here("1.0", bundle.Commit(tmp_path, "abc", 1_700_000_000))
    assert rf"py -{bundle.MINOR} -m venv .venv" in words
    assert r".venv\Scripts\python -m pip install --no-index --find-links wheels" in words


def test_a_folder_that_is_no_clone_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bundle.run(tmp_path) == 1

    said = capsys.readouterr().err
    assert said.startswith("Cannot bundle: a bundle holds what git has committed here, and")
    assert said.count("\n") == 1
