"""Lesson 14: what the page says, over a real server."""

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
from tests.support.pages import run_program
from tests.support.server import IMPLEMENTATIONS, Server, complaints, serve
from tests.support.speech import eventually

MAIN = "lessons.14_binary.main:app"
NAIVE = "lessons.14_binary.naive:app"
KIB, MIB = 1024, 1024 * 1024
PHOTO = random.Random(14).randbytes(300 * KIB + 7)  # noqa: S311 - the same in every run

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="only Linux has /proc and /dev/full: run the tests there",
)


@contextmanager
def serving(folder: Path, *options: str, app: str = MAIN, **env: str) -> Generator[Server]:
    """Serve the lesson with its uploads in `folder`; at the end there is nothing in its log."""
    env = {"UPLOADS": str(folder), **{name.upper(): value for name, value in env.items()}}
    with serve(app, *options, env=env) as server:
        yield server
        if app == MAIN:
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


def say(websocket: ClientConnection, **message: object) -> None:
    websocket.send(json.dumps(message))


def hear(websocket: ClientConnection, *types: str) -> dict[str, Any]:
    """Return the next message of one of these types; who said or left meanwhile is passed over."""
    while (heard := json.loads(websocket.recv(timeout=20)))["type"] not in types:
        assert heard["type"] in {"left", "said", "uploaded"}, heard
    return heard


def begin(websocket: ClientConnection, data: bytes, **other: object) -> dict[str, Any]:
    """Begin an upload of `data` and return the answer."""
    size, checksum = len(data), sha256(data).hexdigest()
    say(websocket, **{"type": "begin", "name": "a", "size": size, "sha256": checksum, **other})
    return hear(websocket, "ready", "stopped", "error")


def resume(websocket: ClientConnection, data: bytes, upload_id: str) -> int:
    """Go on with an upload, and return where; ask again while the server has not seen the break."""
    while (answer := begin(websocket, data, id=upload_id))["type"] == "stopped":
        assert answer["again"], answer
    assert answer["id"] == upload_id
    return answer["offset"]


def send(websocket: ClientConnection, data: bytes, offset: int = 0, size: int = 64 * KIB) -> None:
    """Send the rest of `data`, and wait for the answer to each chunk."""
    while offset < len(data):
        chunk = data[offset : offset + size]
        websocket.send(chunk)
        offset += len(chunk)
        assert hear(websocket, "taken")["offset"] == offset


def end(websocket: ClientConnection) -> dict[str, Any]:
    say(websocket, type="end")
    return hear(websocket, "uploaded", "stopped", "error")


def upload(websocket: ClientConnection, data: bytes, **other: object) -> dict[str, Any]:
    """Upload all of `data` and return the answer to its end."""
    answer = begin(websocket, data, **other)
    assert answer["type"] == "ready", answer
    send(websocket, data)
    return end(websocket)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_stores_a_file_whole_and_tells_everybody(implementation: str, tmp_path: Path) -> None:
    with (
        serving(tmp_path, "--ws", implementation) as server,
        client(server) as one,
        client(server) as two,
    ):
        ready = begin(one, PHOTO, name="slope.jpg")
        assert (ready["offset"], ready["chunk"]) == (0, 256 * KIB)
        send(one, PHOTO, size=ready["chunk"])
        uploaded = end(one)

        assert hear(two, "uploaded") == uploaded
    assert (uploaded["client"], uploaded["name"]) == (ready["client"], "slope.jpg")
    assert (uploaded["size"], uploaded["sha256"]) == (len(PHOTO), sha256(PHOTO).hexdigest())
    assert (tmp_path / ready["id"]).read_bytes() == PHOTO
    assert names(tmp_path) == {ready["id"]}


NAMES = {
    "a path upwards": "../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "a path of Windows": r"C:\Windows\win.ini",
    "a device of Windows": "CON",
    "a NUL": "a\0b",
    "300 characters": "a" * 300,
    "a dot": ".",
    "HTML": "<img src=x onerror=alert(1)>",
}


@pytest.mark.parametrize("what", NAMES)
def test_a_name_is_text_and_nothing_else(server: Server, folder: Path, what: str) -> None:
    before = names(folder)
    with client(server) as websocket:
        ready = begin(websocket, b"hello", name=NAMES[what])
        send(websocket, b"hello")
        uploaded = end(websocket)

    assert uploaded["name"] == NAMES[what]
    assert names(folder) - before == {ready["id"]}


WRONG = {
    "no name": ({"name": ""}, "name: String should have at least 1 character"),
    "a negative size": ({"size": -1}, "size: Input should be greater than or equal to 0"),
    "a size as text": ({"size": "5"}, "size: Input should be a valid integer"),
    "half a checksum": ({"sha256": "abc"}, "sha256: String should match pattern"),
    "a path for an id": ({"id": "../../../../etc/passwd"}, "id: String should match pattern"),
    "a line break after an id": ({"id": "0" * 32 + "\n"}, "id: String should match pattern"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_beginning_is_answered(server: Server, what: str) -> None:
    wrong, detail = WRONG[what]
    with client(server) as websocket:
        answer = begin(websocket, b"hello", **wrong)

        assert answer["type"] == "error"
        assert answer["detail"].startswith(detail)
        assert upload(websocket, b"hello")["type"] == "uploaded"


def test_a_file_without_bytes_is_a_file(server: Server, folder: Path) -> None:
    with client(server) as websocket:
        ready = begin(websocket, b"")
        assert end(websocket)["size"] == 0

    assert (folder / ready["id"]).read_bytes() == b""


def test_a_chunk_without_bytes_changes_nothing(server: Server) -> None:
    with client(server) as websocket:
        begin(websocket, b"hello")
        websocket.send(b"")
        assert hear(websocket, "taken")["offset"] == 0
        send(websocket, b"hello")

        assert end(websocket)["type"] == "uploaded"


def test_one_may_talk_while_one_uploads(server: Server) -> None:
    with client(server) as websocket:
        begin(websocket, PHOTO)
        websocket.send(PHOTO[:1000])
        say(websocket, type="say", text="half of it")
        assert hear(websocket, "taken")["offset"] == 1000
        assert hear(websocket, "said")["text"] == "half of it"
        send(websocket, PHOTO, 1000)

        assert end(websocket)["type"] == "uploaded"


def test_what_comes_out_of_turn_is_answered_and_stops_nothing(server: Server) -> None:
    with client(server) as websocket:
        for message in (b"bytes", '{"type": "end"}', '{"type": "cancel"}'):
            websocket.send(message)
            assert hear(websocket, "error")["detail"] == "Begin an upload first."
        begin(websocket, b"hello")
        assert begin(websocket, b"world")["detail"] == "One file at a time."
        websocket.send(b"hel")
        hear(websocket, "taken")
        assert end(websocket)["detail"] == "2 bytes are missing."
        send(websocket, b"hello", 3)

        assert end(websocket)["type"] == "uploaded"


STOPS = {
    "another checksum": ([b"world"], "The checksum is not the one announced."),
    "more bytes": ([b"hello", b"!"], "These are more bytes than announced."),
    "one chunk too long": ([b"hello!"], "These are more bytes than announced."),
}


@pytest.mark.parametrize("what", STOPS)
def test_what_is_not_as_announced_leaves_nothing(server: Server, folder: Path, what: str) -> None:
    chunks, detail = STOPS[what]
    before = names(folder)
    with client(server) as websocket:
        begin(websocket, b"hello")
        for chunk in chunks:
            websocket.send(chunk)
        say(websocket, type="end")
        while (stopped := hear(websocket, "taken", "stopped", "error"))["type"] == "taken":
            pass
        assert (stopped["type"], stopped["detail"]) == ("stopped", detail)
        assert names(folder) == before

        say(websocket, type="cancel")
        assert upload_after_errors(websocket)["type"] == "uploaded"


def upload_after_errors(websocket: ClientConnection) -> dict[str, Any]:
    """Upload something once the complaints about earlier messages have been read."""
    while hear(websocket, "error", "said")["type"] == "error":
        say(websocket, type="say", text="done with errors")
    return upload(websocket, b"again")


def test_bytes_on_their_way_when_an_upload_stops_are_no_fault(server: Server) -> None:
    with client(server) as websocket:
        begin(websocket, b"hello")
        for _ in range(5):
            websocket.send(b"hello!")
        say(websocket, type="say", text="and then")

        assert hear(websocket, "stopped", "error")["type"] == "stopped"
        assert json.loads(websocket.recv())["type"] == "said"


def test_a_cancelled_upload_leaves_nothing(server: Server, folder: Path) -> None:
    before = names(folder)
    with client(server) as websocket:
        begin(websocket, PHOTO)
        send(websocket, PHOTO[:1000])
        say(websocket, type="cancel")

        assert hear(websocket, "stopped")["detail"] == "Cancelled."
        assert names(folder) == before
        assert upload(websocket, PHOTO)["type"] == "uploaded"


def test_a_chunk_that_is_too_long_is_1009_and_the_part_is_kept(tmp_path: Path) -> None:
    with serving(tmp_path, max_chunk_bytes="1000") as server:
        with client(server) as websocket:
            ready = begin(websocket, PHOTO)
            send(websocket, PHOTO[:1000], size=1000)
            websocket.send(PHOTO[1000:2001])
            assert closing(websocket) == (1009, "Longer than 1000 bytes.")
        with client(server) as websocket:
            assert resume(websocket, PHOTO, ready["id"]) == 1000


def test_a_client_that_falls_silent_gives_its_room_back(tmp_path: Path) -> None:
    with serving(tmp_path, idle_seconds="0.2") as server:
        with client(server) as websocket:
            ready = begin(websocket, PHOTO)
            send(websocket, PHOTO[:1000])
            assert closing(websocket) == (4408, "No bytes for 0.2 s.")
        with client(server) as websocket:
            assert resume(websocket, PHOTO, ready["id"]) == 1000


def test_only_an_upload_has_to_be_quick(tmp_path: Path) -> None:
    with serving(tmp_path, idle_seconds="0.05") as server, client(server) as one:
        with client(server) as two:
            begin(two, PHOTO)
            # While `one` says nothing, `two` is closed for it.
            assert closing(two)[0] == 4408
        say(one, type="say", text="still here")
        assert hear(one, "said")["text"] == "still here"


def test_a_file_may_be_as_large_as_the_limit(tmp_path: Path) -> None:
    with serving(tmp_path, max_upload_bytes="1000") as server, client(server) as websocket:
        answer = begin(websocket, PHOTO[:1001])
        assert (answer["type"], answer["detail"]) == ("stopped", "The limit is 1000 bytes.")

        assert upload(websocket, PHOTO[:1000])["type"] == "uploaded"


def test_the_folder_holds_what_it_may_and_what_is_promised_counts(tmp_path: Path) -> None:
    with (
        serving(tmp_path, max_stored_bytes="400000") as server,
        client(server) as one,
        client(server) as two,
    ):
        begin(one, PHOTO)
        assert begin(two, PHOTO)["detail"] == "The server has no room left for it."
        say(one, type="cancel")
        hear(one, "stopped")
        assert upload(two, PHOTO)["type"] == "uploaded"
        assert begin(one, PHOTO)["type"] == "stopped"
        # Nothing is free: the smallest file costs 64 KiB.
        assert upload(one, b"")["type"] == "uploaded"
        assert begin(one, b"")["type"] == "stopped"
    assert len(names(tmp_path)) == 2


@linux
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    upload_id = "0" * 32
    part = tmp_path / f"{upload_id}.part"
    part.symlink_to("/dev/full")
    # The device is as old as the machine, and an old part would be removed.
    env = {"UPLOADS": str(tmp_path), "KEEP_SECONDS": "1e12"}
    with serve(MAIN, env=env) as server, client(server) as websocket:
        assert begin(websocket, PHOTO, id=upload_id)["id"] == upload_id
        websocket.send(PHOTO[:1000])
        stopped = hear(websocket, "stopped", "taken")
        assert stopped["detail"] == "It cannot be stored: No space left on device."
        assert names(tmp_path) == set()

        assert upload(websocket, PHOTO)["type"] == "uploaded"
        server.wait_for_log("Upload by client #1: .*No space left on device")


def test_old_parts_are_removed_and_nothing_else(tmp_path: Path) -> None:
    old = {"a" * 32, "b" * 32 + ".part", "b" * 32 + ".jpg", "holiday.part"}
    for name in old:
        (tmp_path / name).write_bytes(b"hello")
        os.utime(tmp_path / name, (0, 0))
    with serving(tmp_path) as server, client(server) as websocket:
        ready = begin(websocket, PHOTO)
        send(websocket, PHOTO[:1])

        assert names(tmp_path) == old - {"b" * 32 + ".part"} | {ready["id"] + ".part"}


def test_an_interrupted_upload_never_looks_whole(server: Server, folder: Path) -> None:
    with client(server) as websocket:
        ready = begin(websocket, PHOTO)
        send(websocket, PHOTO[:1000])
        vanish(websocket)
    with client(server) as websocket:
        assert resume(websocket, PHOTO, ready["id"]) == 1000
        assert f"{ready['id']}.part" in names(folder)
        assert ready["id"] not in names(folder)
        send(websocket, PHOTO, 1000)
        assert end(websocket)["type"] == "uploaded"

    assert (folder / ready["id"]).read_bytes() == PHOTO


def test_a_client_may_be_cut_off_at_any_byte(server: Server, folder: Path) -> None:
    dice = random.Random(1)  # noqa: S311 - the same in every run
    with client(server) as websocket:
        upload_id = begin(websocket, PHOTO)["id"]
        send(websocket, PHOTO[:1])
    offset = 1
    while offset < len(PHOTO):
        with client(server) as websocket:
            offset = resume(websocket, PHOTO, upload_id)
            chunks = [PHOTO[at : at + 10_000] for at in range(offset, len(PHOTO), 10_000)]
            wire = b"".join(hostile.frame(chunk, hostile.BINARY) for chunk in chunks)
            websocket.socket.sendall(wire[: dice.randrange(60_000)])
            vanish(websocket)
    with client(server) as websocket:
        assert resume(websocket, PHOTO, upload_id) == len(PHOTO)
        assert end(websocket)["type"] == "uploaded"

    assert (folder / upload_id).read_bytes() == PHOTO


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_a_server_may_be_killed_at_any_byte(implementation: str, tmp_path: Path) -> None:
    dice = random.Random(2)  # noqa: S311 - the same in every run
    upload_id, offset, taken = "", 0, 0
    for _ in range(4):
        with (
            serving(tmp_path, "--ws", implementation) as server,
            client(server) as websocket,
        ):
            if upload_id:
                offset = resume(websocket, PHOTO, upload_id)
            else:
                upload_id = begin(websocket, PHOTO)["id"]
            assert taken <= offset, "What was acknowledged is gone."
            taken = min(offset + dice.randrange(1, 60_000), len(PHOTO))
            send(websocket, PHOTO[:taken], offset, 5000)
            # These are on their way while it dies.
            for at in range(taken, min(taken + 20_000, len(PHOTO)), 5000):
                websocket.send(PHOTO[at : at + 5000])
            server.signal(signal.SIGKILL)
            server.wait_for_exit()
            assert names(tmp_path) == {f"{upload_id}.part"}
    with serving(tmp_path, "--ws", implementation) as server, client(server) as websocket:
        send(websocket, PHOTO, resume(websocket, PHOTO, upload_id))
        assert end(websocket)["type"] == "uploaded"

    assert (tmp_path / upload_id).read_bytes() == PHOTO


def test_a_client_that_missed_the_end_hears_it_again(server: Server, folder: Path) -> None:
    with client(server) as websocket:
        upload_id = begin(websocket, PHOTO)["id"]
        send(websocket, PHOTO)
        end(websocket)
        assert resume(websocket, PHOTO, upload_id) == len(PHOTO)

        assert end(websocket)["type"] == "uploaded"
    assert (folder / upload_id).read_bytes() == PHOTO


def test_nothing_a_client_says_harms_a_whole_file(server: Server, folder: Path) -> None:
    with client(server) as websocket:
        upload_id = begin(websocket, PHOTO)["id"]
        send(websocket, PHOTO)
        end(websocket)
        other = b"x" * len(PHOTO)
        resume(websocket, other, upload_id)
        assert end(websocket)["type"] == "stopped"
        for size in (0, len(PHOTO) - 1, len(PHOTO) + 1):
            answer = begin(websocket, PHOTO, id=upload_id, size=size)
            assert answer["detail"] == "The file with this id has another size."
            websocket.send(b"more")

    assert (folder / upload_id).read_bytes() == PHOTO
    assert f"{upload_id}.part" not in names(folder)


def test_less_may_not_be_announced_than_is_here(server: Server, folder: Path) -> None:
    with client(server) as websocket:
        upload_id = begin(websocket, PHOTO)["id"]
        send(websocket, PHOTO[:1000])
    with client(server) as websocket:
        resume(websocket, PHOTO, upload_id)
    with client(server) as websocket:
        while (answer := begin(websocket, PHOTO[:500], id=upload_id)).get("again"):
            pass
        assert answer["detail"] == "The file with this id has another size."
        assert resume(websocket, PHOTO, upload_id) == 1000

    assert upload_id not in names(folder)


def stored(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_a_finished_file_lets_nothing_more_be_stored(implementation: str, tmp_path: Path) -> None:
    limits = {"max_upload_bytes": "1000000", "max_stored_bytes": "2000000"}
    with serving(tmp_path, "--ws", implementation, **limits) as server:
        with client(server) as websocket:
            upload_id = begin(websocket, b"x")["id"]
            send(websocket, b"x")
            assert end(websocket)["size"] == 1
        for _ in range(3):
            with client(server) as websocket:
                answer = begin(websocket, bytes(1_000_000), id=upload_id)
                assert answer["type"] == "stopped"
                assert not answer["again"]
                for _ in range(4):
                    websocket.send(bytes(250_000))
                assert end(websocket)["type"] == "error"

        assert stored(tmp_path) == 1


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_what_lies_on_the_disk_counts_whatever_is_announced(
    implementation: str, tmp_path: Path
) -> None:
    limits = {"max_upload_bytes": "1000000", "max_stored_bytes": "2000000"}
    with (
        serving(tmp_path, "--ws", implementation, **limits) as server,
        contextlib.ExitStack() as stack,
    ):
        answers = []
        for _ in range(5):
            with client(server) as websocket:
                answer = begin(websocket, bytes(1_000_000))
                answers.append(answer["type"])
                if answer["type"] == "ready":
                    send(websocket, bytes(1_000_000))
            holding = stack.enter_context(client(server))
            # The server may not have seen yet that the first connection is over.
            while begin(holding, b"", id=answer.get("id")).get("again"):
                pass

        assert answers[0] == "ready"
        assert stored(tmp_path) <= 2_000_000


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_a_begin_meets_no_file_that_another_is_removing(
    implementation: str, tmp_path: Path
) -> None:
    def begin_and_cancel(server: Server) -> set[str]:
        details = set()
        with client(server) as websocket:
            for _ in range(100):
                answer = begin(websocket, PHOTO)
                if answer["type"] == "ready":
                    websocket.send(b"x")
                    hear(websocket, "taken")
                    say(websocket, type="cancel")
                    answer = hear(websocket, "stopped")
                details.add(answer["detail"])
        return details

    with (
        serving(tmp_path, "--ws", implementation) as server,
        ThreadPoolExecutor(8) as threads,
    ):
        told = set().union(*threads.map(begin_and_cancel, [server] * 8))

        assert told == {"Cancelled."}


def test_a_begin_does_not_look_through_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With thousands of files that would hold up everybody."""
    monkeypatch.setenv("UPLOADS", str(tmp_path))
    for number in range(100):
        (tmp_path / f"{number:032x}").write_bytes(b"x")
    monkeypatch.delitem(sys.modules, "lessons.14_binary.main", raising=False)
    module = importlib.import_module("lessons.14_binary.main")
    looked = []
    for name in ("iterdir", "glob", "stat"):
        monkeypatch.setattr(Path, name, lambda *_, name=name: looked.append(name))
    checksum = sha256(b"hello").hexdigest()
    module.room.take(module.Begin(type="begin", name="a", size=5, sha256=checksum))

    assert looked == []
    assert len(module.room.sizes) == 101


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_only_bytes_keep_a_promise(implementation: str, tmp_path: Path) -> None:
    with serving(tmp_path, "--ws", implementation, idle_seconds="0.5") as server:
        with client(server) as websocket:
            begin(websocket, PHOTO)
            with contextlib.suppress(ConnectionClosed):
                while True:
                    websocket.send(b"")
                    hear(websocket, "taken")
                    assert end(websocket)["type"] == "error"
            assert closing(websocket) == (4408, "No bytes for 0.5 s.")
        # The file is removed when the connection is over, a moment after its close frame.
        eventually(lambda: not names(tmp_path), lambda: f"{names(tmp_path)} is left.", 10)


def test_two_connections_never_write_one_file(server: Server) -> None:
    with client(server) as one, client(server) as two:
        upload_id = begin(one, PHOTO)["id"]
        answer = begin(two, PHOTO, id=upload_id)
        assert (answer["type"], answer["again"]) == ("stopped", True)
        assert answer["detail"] == "Another connection sends this file."
        send(one, PHOTO[:1000])
        one.close()

        assert resume(two, PHOTO, upload_id) == 1000


def test_an_id_nobody_was_given_begins_anew(server: Server) -> None:
    with client(server) as websocket:
        ready = begin(websocket, PHOTO, id="0" * 32)

    assert (ready["type"], ready["offset"]) == ("ready", 0)
    assert ready["id"] != "0" * 32


def test_an_id_is_told_to_nobody_else(server: Server) -> None:
    with client(server) as one, client(server) as two:
        begin(one, PHOTO)
        send(one, PHOTO)
        end(one)

        assert "id" not in hear(two, "uploaded")


def peak(server: Server) -> int:
    """Return the most memory the server has held so far, in bytes."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * KIB


class Generated:
    """Bytes that are made when they are asked for, so that the test holds none of them."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.chunk = bytes(range(256)) * KIB
        self.sha256 = sha256()
        for _ in range(size // len(self.chunk)):
            self.sha256.update(self.chunk)


@linux
@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_memory_stays_flat_while_256_mib_arrive(implementation: str, tmp_path: Path) -> None:
    file = Generated(256 * MIB)
    with (
        serving(tmp_path, "--ws", implementation, max_upload_bytes=str(file.size)) as server,
        client(server) as websocket,
    ):
        upload(websocket, PHOTO)
        before = peak(server)
        begin(websocket, b"", size=file.size, sha256=file.sha256.hexdigest())
        for _ in range(file.size // len(file.chunk)):
            websocket.send(file.chunk)
        while hear(websocket, "taken")["offset"] < file.size:
            pass
        assert end(websocket)["type"] == "uploaded"

        assert peak(server) - before < 32 * MIB


@contextmanager
def naive_in(tmp_path: Path) -> Generator[tuple[Server, Path]]:
    folder = tmp_path / "uploads"
    folder.mkdir()
    with serving(folder, app=NAIVE) as naive:
        yield naive, folder


def naive_begin(websocket: ClientConnection, name: str, size: int) -> None:
    websocket.send(json.dumps({"name": name, "size": size}))


def test_naive_writes_where_the_client_says(tmp_path: Path) -> None:
    with naive_in(tmp_path) as (naive, folder), client(naive) as websocket:
        naive_begin(websocket, "../settings.py", 5)
        websocket.send(b"hello")
        assert str(websocket.recv()).startswith("settings.py is uploaded")

    assert (tmp_path / "settings.py").read_bytes() == b"hello"
    assert names(folder) == set()


def test_naive_takes_the_pages_program_out_of_its_folder(tmp_path: Path) -> None:
    with naive_in(tmp_path) as (naive, _):
        assert run_program("14_binary", naive.port).startswith("readable.txt is uploaded")

    assert (tmp_path / "readable.txt").read_bytes() == b"hello"


def test_naive_takes_half_a_file_for_a_whole_one(tmp_path: Path) -> None:
    with naive_in(tmp_path) as (naive, folder):
        with client(naive) as websocket:
            naive_begin(websocket, "slope.jpg", len(PHOTO))
            websocket.send(PHOTO[:100_000])
        photo = folder / "slope.jpg"
        eventually(lambda: photo.stat().st_size == 100_000, lambda: "It is not there.", 10)

    assert names(folder) == {"slope.jpg"}


def test_naive_loses_a_file_when_another_has_its_name(tmp_path: Path) -> None:
    with naive_in(tmp_path) as (naive, folder), client(naive) as one, client(naive) as two:
        naive_begin(one, "slope.jpg", 5)
        one.send(b"hello")
        one.recv()
        naive_begin(two, "slope.jpg", 5)
        photo = folder / "slope.jpg"
        eventually(lambda: photo.stat().st_size == 0, lambda: "It is still there.", 10)


@linux
def test_naive_holds_the_whole_file_in_memory(tmp_path: Path) -> None:
    with naive_in(tmp_path) as (naive, _), client(naive) as websocket:
        naive_begin(websocket, "small", 5)
        websocket.send(b"hello")
        websocket.recv()
        before = peak(naive)
        naive_begin(websocket, "large", 64 * MIB)
        for _ in range(64):
            websocket.send(bytes(MIB))
        websocket.recv(timeout=30)

        assert peak(naive) - before >= 60 * MIB


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
        naive_begin(websocket, "slow", 5)
        eventually(lambda: is_frozen(naive), lambda: "It answers everybody.", 20)
        reader = threading.Thread(target=(folder / "slow").read_bytes)
        reader.start()

        assert httpx2.get(naive.url, timeout=20, trust_env=False).status_code == 200
        reader.join(0)
        naive.signal(signal.SIGKILL)
        reader.join(10)


def test_naive_dies_of_a_text_among_the_bytes(tmp_path: Path) -> None:
    with naive_in(tmp_path) as (naive, _), client(naive) as websocket:
        naive_begin(websocket, "slope.jpg", 5)
        websocket.send("cancel")

        assert closing(websocket) == (1006, "")
        naive.wait_for_log("KeyError: 'bytes'")


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
