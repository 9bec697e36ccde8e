"""The Containerfile of the page on deployment: what can be known of it without building it."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.support.client import closing, connect
from tests.support.deployment import Container
from tests.support.machine import missing, program
from tests.support.server import ROOT, Uvicorn, complaints

CONTAINER = Container.read()
PYTHON_FIRST = {"PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))}


def image(folder: Path) -> Path:
    """Copy what the image would have, and nothing else, and return its working directory."""
    for source, target in CONTAINER.copies():
        place = folder / target.relative_to("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, place)
    return folder / Path(CONTAINER.one("WORKDIR")).relative_to("/")


def running(folder: Path) -> Uvicorn:
    """Return CMD, run as it is, on a free port, where nothing is but what COPY copies."""
    command = [*CONTAINER.command(), "--no-use-colors"]
    return Uvicorn(command, cwd=image(folder), env=PYTHON_FIRST)


def healthy(server: Uvicorn) -> subprocess.CompletedProcess[str]:
    """Run HEALTHCHECK's command against a server."""
    words = [word.replace(":8000", f":{server.port}") for word in CONTAINER.health]
    return subprocess.run(
        words, env={**os.environ, **PYTHON_FIRST}, capture_output=True, text=True, check=False
    )


def test_copies_what_there_is() -> None:
    for source, _ in CONTAINER.copies():
        assert source.exists()


def test_is_served_with_nothing_but_what_is_copied(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert httpx2.get(server.url).status_code == 200
        with connect(f"{server.ws}/ws/1") as websocket:
            websocket.send("hello")
            assert websocket.recv(timeout=10) == "You wrote: hello"
        assert complaints(server.stop()) == []


def test_is_healthy_while_it_serves_and_not_when_it_is_frozen_or_gone(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        done = healthy(server)
        assert (done.returncode, done.stderr) == (0, "")
        server.signal(signal.SIGSTOP)
        assert healthy(server).returncode == 1
        server.signal(signal.SIGCONT)
        server.stop()
        assert healthy(server).returncode == 1


def test_the_health_check_gives_up_before_its_builder_does() -> None:
    patience = re.search(r"--timeout=(\d+)s", CONTAINER.one("HEALTHCHECK"))
    own = re.search(r"timeout=(\d+)\)", CONTAINER.health[-1])
    assert patience
    assert own
    assert int(own[1]) < int(patience[1])


def test_stops_by_its_signal_and_closes_its_clients_with_1012(tmp_path: Path) -> None:
    with running(tmp_path) as server, connect(f"{server.ws}/ws/1") as websocket:
        server.signal(signal.Signals[CONTAINER.one("STOPSIGNAL")])
        assert closing(websocket)[0] == 1012
        server.wait_for_exit()
        assert complaints(server.log) == []


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alone(folder: Path, *command: str) -> Uvicorn:
    """Return a command as the first process of a world of its own, as in a container."""
    namespace = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child")
    try:
        subprocess.run([*namespace, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        missing("nobody may have process 1 here: run the tests as root, on Linux")
    return Uvicorn([*namespace, *command], cwd=image(folder), env=PYTHON_FIRST)


def test_stops_by_its_signal_as_process_1_too(tmp_path: Path) -> None:
    """The kernel keeps from process 1 each signal that it has no handler for."""
    with alone(tmp_path, *CONTAINER.command()) as server, connect(f"{server.ws}/ws/1") as websocket:
        (first,) = children(server.pid)
        os.kill(first, signal.Signals[CONTAINER.one("STOPSIGNAL")])
        assert closing(websocket)[0] == 1012
        assert server.wait_for_exit() == 0


def test_a_shell_in_between_keeps_the_signal_from_uvicorn(tmp_path: Path) -> None:
    """`CMD python -m uvicorn ...` is run by /bin/sh, which is dash in a Debian image."""
    shell = (program("dash", "to see what a shell does with a signal"), "-c")
    with (
        alone(tmp_path, *shell, shlex.join(CONTAINER.command())) as server,
        connect(f"{server.ws}/ws/1") as websocket,
    ):
        (first,) = children(server.pid)
        os.kill(first, signal.SIGTERM)
        with pytest.raises(AssertionError, match="Still running"):
            server.wait_for_exit(2)
        websocket.send("still here?")
        assert websocket.recv(timeout=10) == "You wrote: still here?"
        os.kill(first, signal.SIGKILL)
        assert closing(websocket) == (1006, "")


def test_installs_from_a_lock_that_has_a_hash_for_everything() -> None:
    assert "--require-hashes" in CONTAINER.one("RUN")
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    packages = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]
    assert len(packages) > 50
    assert not [package.split()[0] for package in packages if "--hash=sha256:" not in package]


def test_stands_on_an_image_that_is_named_to_the_last_number() -> None:
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", CONTAINER.one("FROM"))


def test_does_not_run_as_root() -> None:
    user, _, group = CONTAINER.one("USER").partition(":")
    assert int(user) > 0
    assert int(group) > 0
    names = [name for name, _ in CONTAINER.instructions]
    assert names.index("RUN") < names.index("USER") < names.index("CMD")
