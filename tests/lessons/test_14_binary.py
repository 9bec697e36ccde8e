"""Lesson 14: what the page says of each step, over a real server."""

import contextlib
import importlib
import json
import os
import random
import signal
import sys
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import WebSocket
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.support import hostile
from tests.support.client import closing, connect, vanish
from tests.support.clients import run_client
from tests.support.server import IMPLEMENTATIONS, ROOT, Server, complaints, serve
from tests.support.speech import eventually

CLIENTS = ROOT / "lessons" / "14_binary" / "clients"
MAIN, NAIVE, STEP_1, STEP_2, STEP_3 = "main", "naive", "step_1.main", "step_2.main", "step_3.main"
KIB, MIB = 1024, 1024 * 1024
PHOTO = random.Random(14).randbytes(300 * KIB + 7)  # noqa: S311 - the same in every run

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="only Linux has /proc and /dev/full: run the tests there",
)
each_implementation = pytest.mark.parametrize(
    "implementation",
    # Which one it is hardly matters to files: the others are left to the nightly run.
    [
        IMPLEMENTATIONS[0],
        *(pytest.param(one, marks=pytest.mark.thorough) for one in IMPLEMENTATIONS[1:]),
    ],
)


@contextmanager
def serving(folder: Path, *options: str, program: str = MAIN, **env: str) -> Generator[Server]:
    """Serve a program with its uploads in `folder`; at the end there is nothing in its log."""
    env = {"UPLOADS": str(folder), **{name.upper(): value for name, value in env.items()}}
    with serve(f"lessons.14_binary.{program}:app", *options, env=env) as server:
        yield server
        if program != NAIVE:
            assert complaints(server.log) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with serving(folder) as server:
        yield server


@contextmanager
def client(server: Server) -> Generator[ClientConnection]:
    with connect(f"{server.ws}/upload", compression=None, max_queue=None) as websocket:
        yield websocket


def hear(websocket: ClientConnection) -> dict[str, Any]:
    return json.loads(websocket.recv(timeout=20))


def announce(websocket: ClientConnection, data: bytes, **other: object) -> None:
    size, checksum = len(data), sha256(data).hexdigest()
    message = {"type": "begin", "name": "a", "size": size, "sha256": checksum}
    websocket.send(json.dumps(message | other))


def begin(websocket: ClientConnection, data: bytes, **other: object) -> dict[str, Any]:
    """Begin an upload of `data` and return the answer."""
    announce(websocket, data, **other)
    return hear(websocket)


def resume(websocket: ClientConnection, data: bytes, upload_id: str) -> int:
    """Go on with an upload, and return where; ask again while the server has not seen the break."""
    while (answer := begin(websocket, data, id=upload_id))["type"] == "failed":
        assert answer["detail"] == "Another connection is sending this file.", answer
    if answer["type"] == "uploaded":
        return len(data)
    assert answer["id"] == upload_id
    return answer["offset"]


def send(
    websocket: ClientConnection,
    data: bytes,
    start: int = 0,
    stop: int | None = None,
    size: int = 65_536,
) -> dict[str, Any]:
    """Send a part of `data`, wait for the answer to each chunk, and return the last one."""
    answer: dict[str, Any] = {}
    stop = len(data) if stop is None else stop
    for at in range(start, stop, size):
        end = min(at + size, stop)
        websocket.send(data[at:end])
        answer = hear(websocket)
        assert end == len(data) or answer == {"type": "ack", "offset": end}, answer
    return answer


def upload(websocket: ClientConnection, data: bytes, **other: object) -> dict[str, Any]:
    """Upload all of `data` and return the last answer."""
    answer = begin(websocket, data, **other)
    return send(websocket, data) if answer["type"] == "ready" else answer


def cancel(websocket: ClientConnection) -> dict[str, Any]:
    websocket.send('{"type": "cancel"}')
    return hear(websocket)


def failed(detail: str, *, retry: bool = False) -> dict[str, Any]:
    return {"type": "failed", "detail": detail, "retry": retry}


def uploaded(data: bytes, name: str = "a") -> dict[str, Any]:
    digest = sha256(data).hexdigest()
    return {"type": "uploaded", "name": name, "size": len(data), "sha256": digest}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# The starting point and step 1: chunks and a limit.


@contextmanager
def naive_in(tmp_path: Path) -> Generator[tuple[Server, Path]]:
    folder = tmp_path / "uploads"
    folder.mkdir()
    with serving(folder, program=NAIVE) as naive:
        yield naive, folder


def test_naive_writes_where_the_client_says_and_wants_a_terabyte(tmp_path: Path) -> None:
    with naive_in(tmp_path) as (naive, folder), client(naive) as websocket:
        announce(websocket, b"hello", name="../settings.py")
        websocket.send(b"hello")
        assert hear(websocket)["type"] == "uploaded"
        assert (tmp_path / "settings.py").read_bytes() == b"hello"
        assert names(folder) == set()

        printed = run_client(CLIENTS / "announce.py", naive.ws).sentence
        assert printed == "The server is waiting for a terabyte."


def test_naive_dies_of_a_text_among_the_bytes(tmp_path: Path) -> None:
    with naive_in(tmp_path) as (naive, _), client(naive) as websocket:
        announce(websocket, b"hello")
        websocket.send("cancel")

        assert closing(websocket) == (1006, "")
        naive.wait_for_log("KeyError: 'bytes'")


def is_frozen(server: Server) -> bool:
    try:
        httpx2.get(server.url, timeout=2, trust_env=False)
    except httpx2.TimeoutException:
        return True
    return False


@linux
def test_naive_makes_everybody_wait_for_the_disk(tmp_path: Path) -> None:
    with naive_in(tmp_path) as (naive, folder), client(naive) as websocket:
        # A pipe that nobody reads yet is a disk that does not answer.
        os.mkfifo(folder / "slow")
        announce(websocket, b"hello", name="slow")
        eventually(lambda: is_frozen(naive), lambda: "It answers everybody.", 20)
        reader = threading.Thread(target=(folder / "slow").read_bytes)
        reader.start()

        assert httpx2.get(naive.url, timeout=20, trust_env=False).status_code == 200
        naive.signal(signal.SIGKILL)
        reader.join(10)


@linux
def test_nobody_waits_for_the_disk(tmp_path: Path) -> None:
    upload_id = "0" * 32
    os.mkfifo(tmp_path / f"{upload_id}.part")
    with serving(tmp_path) as server, client(server) as websocket:
        assert begin(websocket, PHOTO, id=upload_id)["id"] == upload_id
        websocket.send(PHOTO[:1000])
        assert httpx2.get(server.url, timeout=20, trust_env=False).status_code == 200

        assert (tmp_path / f"{upload_id}.part").read_bytes() == PHOTO[:1000]
        assert hear(websocket) == {"type": "ack", "offset": 1000}


def test_step_1_takes_text_and_bytes_and_gives_reasons(tmp_path: Path) -> None:
    with serving(tmp_path, program=STEP_1, max_upload_bytes="1000") as server:
        with client(server) as websocket:
            announce(websocket, b"hello", name="../settings.py")
            websocket.send(b"hel")
            websocket.send(b"lo")
            answer = hear(websocket)
            assert answer == {"type": "uploaded", "name": "../settings.py", "size": 5}
            websocket.send("cancel")
            assert closing(websocket) == (1007, "Begin an upload, as JSON.")
        (path,) = tmp_path.iterdir()
        assert path.read_bytes() == b"hello"

        with client(server) as websocket:
            announce(websocket, bytes(1001))
            assert closing(websocket) == (1008, "The limit is 1000 bytes.")
        with client(server) as websocket:
            announce(websocket, b"hello")
            websocket.send(b"hello!")
            assert closing(websocket) == (1008, "These are more bytes than announced.")
        assert run_client(CLIENTS / "announce.py", server.ws).sentence.endswith("with 1008.")


def test_programs_of_the_page_write_only_where_they_should() -> None:
    for program, sentence in (
        (NAIVE, "The server wrote escaped.txt, beside main.py."),
        (STEP_1, "The server did not write beside main.py."),
        (MAIN, "The server did not write beside main.py."),
    ):
        with serve(f"lessons.14_binary.{program}:app") as server:
            assert run_client(CLIENTS / "escape.py", server.ws).sentence == sentence
        assert not (CLIENTS.parent / "escaped.txt").exists()


NAMES = (
    "../../etc/passwd",
    "/etc/passwd",
    r"C:\Windows\win.ini",
    "CON",
    "a\0b",
    "a" * 300,
    ".",
    "<img src=x onerror=alert(1)>",
)


def test_a_name_is_text_and_nothing_else(server: Server, folder: Path) -> None:
    with client(server) as websocket:
        for name in NAMES:
            before = names(folder)
            ready = begin(websocket, b"hello", name=name)
            assert send(websocket, b"hello") == uploaded(b"hello", name)
            assert names(folder) - before == {ready["id"]}


WRONG = {
    "name: String should have at least 1 character": {"name": ""},
    "size: Input should be greater than or equal to 0": {"size": -1},
    "size: Input should be a valid integer": {"size": "5"},
    "sha256: String should match pattern": {"sha256": "abc"},
    "id: String should match pattern": {"id": "../../../../etc/passwd"},
    "id: String should match pattern '^[0-9a-f]{32}$'": {"id": "0" * 32 + "\n"},
}


def test_a_wrong_beginning_is_answered(server: Server) -> None:
    with client(server) as websocket:
        for detail, wrong in WRONG.items():
            answer = begin(websocket, b"hello", **wrong)
            assert answer["type"] == "failed"
            assert answer["detail"].startswith(detail)
            assert len(answer["detail"]) < 350
        websocket.send("[" * 200_000)
        assert "recursion limit" in hear(websocket)["detail"]
        websocket.send('{"type": "end"}')
        assert hear(websocket)["detail"].endswith(""", in '{"type": "end"}'""")

        assert upload(websocket, b"hello") == uploaded(b"hello")


# Step 2: whole, or not there.


def half_a_file(tmp_path: Path, program: str) -> set[str]:
    """Return what is in the folder when a client has left halfway, and the server has noticed."""
    with serving(tmp_path, program=program) as server:
        assert run_client(CLIENTS / "leave.py", server.ws).sentence.startswith("Sent 500 of 1000")
        # When its last line is there, each endpoint has ended.
        server.stop()
    return names(tmp_path)


def test_steps_differ_in_what_they_leave_of_half_a_file(tmp_path: Path) -> None:
    found = {}
    for program in (NAIVE, STEP_1, STEP_2):
        (tmp_path / program).mkdir()
        found[program] = half_a_file(tmp_path / program, program)

    assert found[NAIVE] == {"half"}
    (name,) = found[STEP_1]
    assert (tmp_path / STEP_1 / name).stat().st_size == 500
    assert "." not in name
    assert found[STEP_2] == set()


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_stores_a_file_whole(implementation: str, tmp_path: Path) -> None:
    with (
        serving(tmp_path, "--ws", implementation, chunk_size="100000") as server,
        client(server) as websocket,
    ):
        ready = begin(websocket, PHOTO, name="slope.jpg")
        assert (ready["offset"], ready["chunk_size"]) == (0, 100_000)
        answer = send(websocket, PHOTO, size=ready["chunk_size"])

    assert answer == uploaded(PHOTO, "slope.jpg")
    assert names(tmp_path) == {ready["id"]}
    assert (tmp_path / ready["id"]).read_bytes() == PHOTO


def test_a_file_without_bytes_is_a_file(server: Server, folder: Path) -> None:
    before = names(folder)
    with client(server) as websocket:
        assert begin(websocket, b"") == uploaded(b"")

    (name,) = names(folder) - before
    assert (folder / name).read_bytes() == b""


def test_a_chunk_without_bytes_changes_nothing(server: Server) -> None:
    with client(server) as websocket:
        begin(websocket, b"hello")
        websocket.send(b"")
        assert hear(websocket) == {"type": "ack", "offset": 0}
        assert send(websocket, b"hello") == uploaded(b"hello")


STOPS = {
    "another checksum": ([b"world"], "The checksum is not the one announced."),
    "more bytes": ([b"hell", b"o!"], "These are more bytes than announced."),
    "a second beginning": ([b"hel", '{"type": "begin"'], "Invalid JSON"),
    "a cancelled one": ([b"hel", '{"type": "cancel"}'], "Cancelled."),
}


@pytest.mark.parametrize("program", [STEP_2, STEP_3, MAIN])
def test_what_fails_leaves_nothing_and_the_next_upload_works(program: str, tmp_path: Path) -> None:
    with serving(tmp_path, program=program) as server, client(server) as websocket:
        for what, (messages, detail) in STOPS.items():
            announce(websocket, b"hello")
            for message in messages:
                websocket.send(message)
            # These are on their way, and they are no fault.
            websocket.send(b"hello!")
            while (answer := hear(websocket))["type"] in {"ready", "ack"}:
                pass
            assert answer["type"] == "failed"
            if program == MAIN or what != "a cancelled one":
                assert answer["detail"].startswith(detail), what
            assert names(tmp_path) == set(), what
        announce(websocket, b"hello")
        websocket.send(b"hello")
        while (answer := hear(websocket))["type"] == "ready":
            pass
        assert answer == uploaded(b"hello")


def test_one_file_at_a_time(server: Server) -> None:
    with client(server) as websocket:
        begin(websocket, b"hello")
        assert begin(websocket, b"world") == failed("One file at a time.")
        assert upload(websocket, b"world") == uploaded(b"world")


@linux
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    upload_id = "0" * 32
    (tmp_path / f"{upload_id}.part").symlink_to("/dev/full")
    # The device is as old as the machine, and an old part would be removed.
    env = {"UPLOADS": str(tmp_path), "KEEP_SECONDS": "1e12"}
    with serve("lessons.14_binary.main:app", env=env) as server, client(server) as websocket:
        assert begin(websocket, PHOTO, id=upload_id)["id"] == upload_id
        websocket.send(PHOTO[:1000])
        assert hear(websocket) == failed("It cannot be stored: No space left on device.")
        assert names(tmp_path) == set()

        assert upload(websocket, PHOTO) == uploaded(PHOTO)
        server.wait_for_log("An upload could not be stored: .*No space left on device")


def test_a_file_may_be_as_large_as_the_limit(tmp_path: Path) -> None:
    with serving(tmp_path, max_upload_bytes="1000") as server, client(server) as websocket:
        assert begin(websocket, PHOTO[:1001]) == failed("The limit is 1000 bytes.")
        assert upload(websocket, PHOTO[:1000]) == uploaded(PHOTO[:1000])


# Step 3: resume.


def test_steps_differ_in_what_they_need_after_a_break(tmp_path: Path) -> None:
    for program, sent in (
        (NAIVE, 1_000_000),
        (STEP_1, 1_000_000),
        (STEP_2, 1_000_000),
        (STEP_3, 500_000),
        (MAIN, 500_000),
    ):
        (tmp_path / program).mkdir()
        with serving(tmp_path / program, program=program) as server:
            printed = run_client(CLIENTS / "resume.py", server.ws).sentence
        assert printed == f"The second connection sent {sent} of 1000000 bytes.", program


def test_the_folder_holds_what_it_may_and_what_is_reserved_counts(tmp_path: Path) -> None:
    with (
        serving(tmp_path, max_stored_bytes="400000") as server,
        client(server) as one,
        client(server) as two,
    ):
        begin(one, PHOTO)
        assert begin(two, PHOTO) == failed("The server has no space left for it.")
        assert cancel(one) == failed("Cancelled.")
        assert upload(two, PHOTO) == uploaded(PHOTO)
        assert begin(one, PHOTO)["type"] == "failed"
        # Nothing is free: the smallest file costs 64 KiB.
        assert upload(one, b"") == uploaded(b"")
        assert begin(one, b"")["type"] == "failed"
    assert len(names(tmp_path)) == 2


def test_old_parts_are_removed_at_the_start_and_nothing_else(tmp_path: Path) -> None:
    old = {"a" * 32, "b" * 32 + ".part", "b" * 32 + ".jpg", "holiday.part"}
    for name in old:
        (tmp_path / name).write_bytes(b"hello")
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / ("c" * 32 + ".part")).write_bytes(b"hello")
    with serving(tmp_path) as server, client(server) as websocket:
        assert names(tmp_path) == old - {"b" * 32 + ".part"} | {"c" * 32 + ".part"}
        assert resume(websocket, b"hello, world", "c" * 32) == 5


def test_an_interrupted_upload_never_looks_whole(server: Server, folder: Path) -> None:
    with client(server) as websocket:
        ready = begin(websocket, PHOTO)
        send(websocket, PHOTO, stop=1000)
        vanish(websocket)
    with client(server) as websocket:
        assert resume(websocket, PHOTO, ready["id"]) == 1000
        assert f"{ready['id']}.part" in names(folder)
        assert ready["id"] not in names(folder)
        assert send(websocket, PHOTO, 1000) == uploaded(PHOTO)

    assert (folder / ready["id"]).read_bytes() == PHOTO


def test_a_client_may_be_cut_off_at_any_byte(server: Server, folder: Path) -> None:
    dice = random.Random(1)  # noqa: S311 - the same in every run
    with client(server) as websocket:
        upload_id = begin(websocket, PHOTO)["id"]
        send(websocket, PHOTO, stop=1)
    offset = 1
    while offset < len(PHOTO):
        with client(server) as websocket:
            offset = resume(websocket, PHOTO, upload_id)
            chunks = [PHOTO[at : at + 10_000] for at in range(offset, len(PHOTO), 10_000)]
            wire = b"".join(hostile.frame(chunk, hostile.BINARY) for chunk in chunks)
            websocket.socket.sendall(wire[: dice.randrange(60_000)])
            vanish(websocket)

    assert (folder / upload_id).read_bytes() == PHOTO
    assert f"{upload_id}.part" not in names(folder)


@each_implementation
def test_a_server_may_be_killed_at_any_byte(implementation: str, tmp_path: Path) -> None:
    dice = random.Random(2)  # noqa: S311 - the same in every run
    upload_id, offset, acked = "", 0, 0
    for _ in range(4):
        with (
            serving(tmp_path, "--ws", implementation) as server,
            client(server) as websocket,
        ):
            if upload_id:
                offset = resume(websocket, PHOTO, upload_id)
            else:
                upload_id = begin(websocket, PHOTO)["id"]
            assert acked <= offset, "What was acknowledged is gone."
            acked = offset + dice.randrange(1, 60_000)
            send(websocket, PHOTO, offset, acked, 5000)
            # These are on their way while it dies.
            for at in range(acked, min(acked + 20_000, len(PHOTO) - 1), 5000):
                websocket.send(PHOTO[at : at + 5000])
            server.signal(signal.SIGKILL)
            server.wait_for_exit()
            assert names(tmp_path) == {f"{upload_id}.part"}
    with serving(tmp_path, "--ws", implementation) as server, client(server) as websocket:
        assert send(websocket, PHOTO, resume(websocket, PHOTO, upload_id)) == uploaded(PHOTO)

    assert (tmp_path / upload_id).read_bytes() == PHOTO


def test_a_client_that_missed_the_end_hears_it_again(server: Server, folder: Path) -> None:
    with client(server) as websocket:
        upload_id = begin(websocket, PHOTO)["id"]
        send(websocket, PHOTO)

        assert begin(websocket, PHOTO, id=upload_id) == uploaded(PHOTO)
    assert (folder / upload_id).read_bytes() == PHOTO


def test_nothing_a_client_says_harms_a_whole_file(server: Server, folder: Path) -> None:
    with client(server) as websocket:
        upload_id = begin(websocket, PHOTO)["id"]
        send(websocket, PHOTO)
        answer = begin(websocket, b"x" * len(PHOTO), id=upload_id)
        assert answer == failed("The checksum is not the one announced.")
        for size in (0, len(PHOTO) - 1, len(PHOTO) + 1):
            answer = begin(websocket, PHOTO, id=upload_id, size=size)
            assert answer == failed("The file with this id has another size.")
            websocket.send(b"more")
        assert begin(websocket, PHOTO, id=upload_id) == uploaded(PHOTO)

    assert (folder / upload_id).read_bytes() == PHOTO
    assert f"{upload_id}.part" not in names(folder)


def test_less_may_not_be_announced_than_is_here(server: Server, folder: Path) -> None:
    with client(server) as websocket:
        upload_id = begin(websocket, PHOTO)["id"]
        send(websocket, PHOTO, stop=1000)
    with client(server) as websocket:
        resume(websocket, PHOTO, upload_id)
    with client(server) as websocket:
        while (answer := begin(websocket, PHOTO[:500], id=upload_id))["retry"]:
            pass
        assert answer == failed("The file with this id has another size.")
        assert resume(websocket, PHOTO, upload_id) == 1000

    assert upload_id not in names(folder)


def stored(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


@each_implementation
def test_a_finished_file_lets_nothing_more_be_stored(implementation: str, tmp_path: Path) -> None:
    limits = {"max_upload_bytes": "1000000", "max_stored_bytes": "2000000"}
    with serving(tmp_path, "--ws", implementation, **limits) as server:
        with client(server) as websocket:
            upload_id = begin(websocket, b"x")["id"]
            assert send(websocket, b"x") == uploaded(b"x")
        for _ in range(3):
            with client(server) as websocket:
                answer = begin(websocket, bytes(1_000_000), id=upload_id)
                assert answer == failed("The file with this id has another size.")
                for _ in range(4):
                    websocket.send(bytes(250_000))
                assert cancel(websocket) == failed("Cancelled.")

        assert stored(tmp_path) == 1


@each_implementation
def test_what_lies_on_the_disk_counts_whatever_is_announced(
    implementation: str, tmp_path: Path
) -> None:
    limits = {"max_upload_bytes": "1000000", "max_stored_bytes": "2000000"}
    with serving(tmp_path, "--ws", implementation, **limits) as server:
        answers = []
        # They stay connected, and so would keep what they have reserved.
        holders = [connect(f"{server.ws}/upload", legacy=True) for _ in range(5)]
        for holder in holders:
            with client(server) as websocket:
                answer = begin(websocket, bytes(1_000_000))
                answers.append(answer["type"])
                if answer["type"] == "ready":
                    send(websocket, bytes(1_000_000), stop=999_999, size=250_000)
            # The server may not have seen yet that the first connection is over.
            while begin(holder, b"", id=answer.get("id")).get("retry"):
                pass

        assert answers[0] == "ready"
        assert stored(tmp_path) <= 2_000_000
        for holder in holders:
            holder.close()


@each_implementation
def test_a_begin_meets_no_file_that_another_is_removing(
    implementation: str, tmp_path: Path
) -> None:
    def begin_and_cancel(server: Server) -> set[str]:
        details = set()
        with client(server) as websocket:
            for _ in range(50):
                answer = begin(websocket, PHOTO)
                if answer["type"] == "ready":
                    send(websocket, PHOTO, stop=1)
                    answer = cancel(websocket)
                details.add(answer["detail"])
        return details

    with (
        serving(tmp_path, "--ws", implementation) as server,
        ThreadPoolExecutor(8) as threads,
    ):
        details = set().union(*threads.map(begin_and_cancel, [server] * 8))

        assert details == {"Cancelled."}
        assert names(tmp_path) == set()


def test_a_begin_does_not_look_through_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With thousands of files that would hold up everybody."""
    monkeypatch.setenv("UPLOADS", str(tmp_path))
    for number in range(100):
        (tmp_path / f"{number:032x}").write_bytes(b"x")
    for name in ("settings", "messages", "quota"):
        monkeypatch.delitem(sys.modules, f"lessons.14_binary.{name}", raising=False)
    module = importlib.import_module("lessons.14_binary.quota")
    looked = []
    for name in ("iterdir", "glob", "stat"):
        monkeypatch.setattr(Path, name, lambda *_, name=name: looked.append(name))
    checksum = sha256(b"hello").hexdigest()
    module.quota.reserve(module.Begin(type="begin", name="a", size=5, sha256=checksum))

    assert looked == []
    assert len(module.quota.reserved) == 101


def test_two_connections_never_write_one_file(server: Server) -> None:
    with client(server) as one, client(server) as two:
        upload_id = begin(one, PHOTO)["id"]
        answer = begin(two, PHOTO, id=upload_id)
        assert answer == failed("Another connection is sending this file.", retry=True)
        send(one, PHOTO, stop=1000)
        one.close()

        assert resume(two, PHOTO, upload_id) == 1000


def test_an_id_nobody_was_given_is_replaced(server: Server) -> None:
    with client(server) as websocket:
        ready = begin(websocket, PHOTO, id="0" * 32)

    assert (ready["type"], ready["offset"]) == ("ready", 0)
    assert ready["id"] != "0" * 32


# Step 4: a window, and limits of time.


def test_a_cancelled_upload_leaves_nothing(server: Server, folder: Path) -> None:
    before = names(folder)
    with client(server) as websocket:
        begin(websocket, PHOTO)
        send(websocket, PHOTO, stop=1000)
        assert cancel(websocket) == failed("Cancelled.")
        assert names(folder) == before
        assert upload(websocket, PHOTO) == uploaded(PHOTO)


def test_a_chunk_that_is_too_long_is_1009_and_the_part_is_kept(tmp_path: Path) -> None:
    with serving(tmp_path, "--ws-max-size", "1000") as server:
        with client(server) as websocket:
            ready = begin(websocket, PHOTO)
            send(websocket, PHOTO, stop=1000, size=1000)
            websocket.send(PHOTO[1000:2001])
            assert closing(websocket)[0] == 1009
        with client(server) as websocket:
            assert resume(websocket, PHOTO, ready["id"]) == 1000


def test_a_client_that_falls_silent_gives_its_space_back(tmp_path: Path) -> None:
    limits = {"idle_timeout": "0.3", "max_stored_bytes": "400000"}
    with serving(tmp_path, **limits) as server, client(server) as quiet:
        with client(server) as websocket:
            ready = begin(websocket, PHOTO)
            send(websocket, PHOTO, stop=1000)
            assert closing(websocket) == (4408, "No bytes for 0.3 s.")
        with client(server) as websocket:
            assert resume(websocket, PHOTO, ready["id"]) == 1000
            assert send(websocket, PHOTO, 1000) == uploaded(PHOTO)
        # Only an upload has to be quick: this one has said nothing all the time.
        assert begin(quiet, PHOTO) == failed("The server has no space left for it.")


def test_only_bytes_keep_a_reservation(tmp_path: Path) -> None:
    with serving(tmp_path, idle_timeout="0.5") as server:
        with client(server) as websocket:
            begin(websocket, PHOTO)
            with contextlib.suppress(ConnectionClosed):
                while True:
                    websocket.send(b"")
                    assert hear(websocket) == {"type": "ack", "offset": 0}
            assert closing(websocket) == (4408, "No bytes for 0.5 s.")
        assert names(tmp_path) == set()


def peak(server: Server) -> int:
    """Return the most memory the server has held so far, in bytes."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * KIB


@linux
def test_naive_holds_the_whole_file_in_memory(tmp_path: Path) -> None:
    with naive_in(tmp_path) as (naive, _), client(naive) as websocket:
        announce(websocket, b"hello", name="small")
        websocket.send(b"hello")
        hear(websocket)
        before = peak(naive)
        announce(websocket, b"", name="large", size=64 * MIB)
        for _ in range(64):
            websocket.send(bytes(MIB))
        hear(websocket)

        assert peak(naive) - before >= 60 * MIB


@linux
@each_implementation
def test_memory_stays_flat_while_128_mib_arrive(implementation: str, tmp_path: Path) -> None:
    chunk, count = bytes(range(256)) * KIB, 512
    digest = sha256()
    for _ in range(count):
        digest.update(chunk)
    size = count * len(chunk)
    with (
        serving(tmp_path, "--ws", implementation, max_upload_bytes=str(size)) as server,
        client(server) as websocket,
    ):
        upload(websocket, PHOTO)
        before = peak(server)
        begin(websocket, b"", size=size, sha256=digest.hexdigest())
        for _ in range(count):
            websocket.send(chunk)
        while (answer := hear(websocket))["type"] == "ack":
            pass
        assert answer["type"] == "uploaded"

        assert peak(server) - before < 32 * MIB


@pytest.mark.parametrize(
    ("call", "message", "outcome"),
    [
        ("receive", {"text": "x"}, "{'type': 'websocket.receive', 'text': 'x'}"),
        ("receive", {"bytes": b"x"}, "{'type': 'websocket.receive', 'bytes': b'x'}"),
        ("receive_text", {"bytes": b"x"}, "KeyError('text')"),
        ("receive_bytes", {"text": "x"}, "KeyError('bytes')"),
    ],
)
async def test_only_receive_takes_both_kinds(
    call: str, message: dict[str, str | bytes], outcome: str
) -> None:
    inbox = [{"type": "websocket.connect"}, {"type": "websocket.receive", **message}]

    async def next_message() -> Any:  # noqa: ANN401 - ASGI messages are dictionaries
        return inbox.pop(0)

    async def ignore(_: object) -> None: ...

    websocket = WebSocket({"type": "websocket"}, next_message, ignore)
    await websocket.accept()
    try:
        got: object = await getattr(websocket, call)()
    except KeyError as error:
        got = error

    assert repr(got) == outcome
