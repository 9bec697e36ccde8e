"""The unit of the page on deployment: its own command is started, and stopped by its own signal."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from tests.support.client import closing, connect, stalled
from tests.support.deployment import Container, Unit, option, text, with_option
from tests.support.machine import program
from tests.support.server import IMPLEMENTATIONS, ROOT, Uvicorn, complaints

UNIT = Unit()


def started(*options: str, env: Mapping[str, str] | None = None) -> Uvicorn:
    """Return the unit's service, as systemd would start it: `options` are added to its command."""
    return Uvicorn([*UNIT.command(), "--no-use-colors", *options], env=env)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_stops_in_time_and_closes_its_clients_with_1012(implementation: str) -> None:
    with started("--ws", implementation) as server, ExitStack() as stack:
        clients = []
        for number in range(1, 9):
            client = stack.enter_context(connect(f"{server.ws}/ws/{number}"))
            client.send("here I am")
            assert client.recv(timeout=10) == "You wrote: here I am"
            clients.append(client)
        server.signal(signal.Signals[UNIT.service["KillSignal"]])
        assert [closing(client)[0] for client in clients] == [1012] * 8
        # systemd takes the end by the signal that it sent for a good end.
        assert server.wait_for_exit(int(UNIT.service["TimeoutStopSec"])) == -signal.SIGTERM
        assert "Traceback" not in server.log
        assert [line for line in complaints(server.log) if "Deprecation" not in line] == []


def clog(server: Uvicorn) -> None:
    """Have the server write to a member that does not read, until it can write no more."""
    with connect(f"{server.ws}/ws/2", max_size=None) as speaker:
        # Eight megabytes are more than the buffers between two programs hold.
        for _ in range(128):
            speaker.send("x" * 65_000)
            speaker.recv(timeout=10)


def test_a_client_that_does_not_read_is_cut_in_time() -> None:
    """With one second in place of the unit's eight, to be done sooner."""
    command = with_option(UNIT.command(), "--timeout-graceful-shutdown", "1")
    with Uvicorn([*command, "--no-use-colors"]) as server, stalled(server.port, "/ws/1"):
        clog(server)
        server.signal(signal.SIGTERM)
        server.wait_for_log("timeout graceful shutdown exceeded")
        server.wait_for_exit()


def test_without_the_limit_a_client_that_does_not_read_holds_up_the_end() -> None:
    command = UNIT.command()
    at = command.index("--timeout-graceful-shutdown")
    del command[at : at + 2]
    with Uvicorn([*command, "--no-use-colors"]) as server, stalled(server.port, "/ws/1"):
        clog(server)
        server.signal(signal.SIGTERM)
        server.wait_for_log("Waiting for connections to close")
        with pytest.raises(AssertionError, match="Still running"):
            server.wait_for_exit(3)


def test_uvicorn_has_less_time_than_those_who_kill_it() -> None:
    graceful = int(option(UNIT.words, "--timeout-graceful-shutdown"))
    assert graceful < 10 < int(UNIT.service["TimeoutStopSec"])  # Docker's patience is 10 seconds.


def test_is_one_process_whatever_the_environment_says() -> None:
    with started(env={"WEB_CONCURRENCY": "2"}) as server:
        assert "parent process" not in server.log


def test_without_workers_the_environment_decides_how_many_processes_there_are() -> None:
    command = UNIT.command()
    at = command.index("--workers")
    del command[at : at + 2]
    with Uvicorn([*command, "--no-use-colors"], env={"WEB_CONCURRENCY": "2"}) as server:
        server.wait_for_log("Started parent process")


def test_two_processes_are_two_chats() -> None:
    command = with_option(UNIT.command(), "--workers", "2")
    with Uvicorn([*command, "--no-use-colors"]) as server, ExitStack() as stack:
        # With workers, uvicorn names its address before anybody listens there.
        server.wait_for_log(r"(Application startup complete(.|\n)*){2}")
        speaker = stack.enter_context(connect(f"{server.ws}/ws/1"))
        for number in range(2, 200):
            with connect(f"{server.ws}/ws/{number}") as other:
                other.send("I am here")
                assert other.recv(timeout=10) == "You wrote: I am here"
                for words in ("hello", "again"):
                    speaker.send(words)
                    # By the second answer, the first message is out to all that it could reach.
                    while speaker.recv(timeout=10) != f"You wrote: {words}":
                        pass
                other.send("What did I hear?")
                if other.recv(timeout=10) == "You wrote: What did I hear?":
                    return
    pytest.fail("Two processes, and everybody heard everybody.")


def test_reads_its_port_from_the_file_that_it_names() -> None:
    assert UNIT.service["EnvironmentFile"] == "/etc/chat.env"
    assert option(UNIT.words, "--port") == UNIT.variables["PORT"]


def test_the_three_files_speak_of_the_same_port_and_the_same_options() -> None:
    port = UNIT.variables["PORT"]
    assert f"proxy_pass http://127.0.0.1:{port};" in text("nginx.conf")
    container = Container.read()
    assert option(container.words, "--port") == port
    theirs = with_option(container.words, "--host", "127.0.0.1")
    at = UNIT.words.index("--forwarded-allow-ips")
    assert theirs[1:] == [*UNIT.words[1:at], *UNIT.words[at + 2 :]]


def test_nginx_waits_for_three_pings() -> None:
    (seconds,) = re.findall(r"proxy_read_timeout (\d+)s;", text("nginx.conf"))
    assert int(seconds) == 3 * int(option(UNIT.words, "--ws-ping-interval"))


def on_this_machine(folder: Path) -> Path:
    """Write the unit with its places put right: its Python, its folder, its variables."""
    unit = folder / "chat.service"
    # In quotes, for a folder may have a space in its name.
    words = text("chat.service").replace("/srv/chat/.venv/bin/python", f'"{sys.executable}"')
    words = words.replace("/srv/chat", str(ROOT)).replace("/etc/chat.env", str(folder / "chat.env"))
    shutil.copy(ROOT / "topics" / "deployment" / "chat.env", folder)
    unit.write_text(words)
    return unit


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [program("systemd-analyze", "to check the unit"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_systemd_takes_the_unit_without_a_word(tmp_path: Path) -> None:
    done = analyze("verify", "--man=no", str(on_this_machine(tmp_path)))
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ("KillSignal=SIGNONE", "SIGNONE"),
        ("TimeoutStopSec=soon", "soon"),
        ("NoSuchSetting=1", "NoSuchSetting"),
    ],
)
def test_systemd_finds_a_fault(tmp_path: Path, fault: str, named: str) -> None:
    unit = on_this_machine(tmp_path)
    unit.write_text(unit.read_text().replace("UMask=0077", fault))
    assert named in analyze("verify", "--man=no", str(unit)).stderr


def test_systemd_calls_its_exposure_ok(tmp_path: Path) -> None:
    done = analyze("security", "--offline=yes", "--no-pager", str(on_this_machine(tmp_path)))
    assert re.search(r"Overall exposure level for chat\.service: [0-2]\.\d OK", done.stdout)


def test_the_service_serves_its_page() -> None:
    with started() as server:
        assert httpx2.get(server.url).status_code == 200
