"""Measure what an upload of 1 GiB costs the server of lesson 14, and its naive version.

`python -m bench.binary` uploads it to each of uvicorn's implementations, and writes
bench/binary.md: how fast it was, and by how much the server's memory rose at its peak. The naive
version gets an eighth of it, because it holds all of it. Memory is read from /proc: on Linux only.
Server and client share the machine, and all are measured in one run; what counts is their ratio.
"""

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from websockets.sync.client import ClientConnection, connect

from bench.server import IMPLEMENTATIONS, Server

MIB = 1 << 20
SIZE = 1024 * MIB
NAIVE_SIZE = 128 * MIB
CHUNK = bytes(range(256)) * 1024
WINDOW = 4
RESULT = Path(__file__).with_suffix(".md")


@dataclass
class Cost:
    """What an upload costs: seconds, and bytes of the server's memory."""

    size: int
    seconds: float
    memory: int


def peak(server: Server) -> int:
    """Return the most memory the server has held so far, in bytes."""
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def checksum(size: int) -> str:
    """Return the checksum of `size` bytes of chunks."""
    digest = sha256()
    for _ in range(size // len(CHUNK)):
        digest.update(CHUNK)
    return digest.hexdigest()


def upload(websocket: ClientConnection, size: int) -> None:
    """Upload `size` bytes as the lesson's page does, with a few chunks under way."""
    begin = {"type": "begin", "name": "a", "size": size, "sha256": checksum(size)}
    websocket.send(json.dumps(begin))
    websocket.recv()
    chunks = size // len(CHUNK)
    for number in range(chunks + WINDOW):
        if number < chunks:
            websocket.send(CHUNK)
        if number >= WINDOW:
            answer = websocket.recv(timeout=120)
    assert json.loads(answer)["type"] == "uploaded"  # noqa: S101


def upload_naively(websocket: ClientConnection, size: int) -> None:
    """Upload `size` bytes as the naive page does, all at once."""
    websocket.send(json.dumps({"name": "a", "size": size}))
    for _ in range(size // len(CHUNK)):
        websocket.send(CHUNK)
    websocket.recv(timeout=120)


def measure(
    app: str,
    implementation: str,
    size: int,
    send: Callable[[ClientConnection, int], None],
    compression: str | None = None,
) -> Cost:
    """Return what an upload costs, after a small one that costs what the first one always does."""
    with tempfile.TemporaryDirectory() as folder:
        env = {"UPLOADS": folder, "MAX_UPLOAD_BYTES": str(SIZE), "MAX_STORED_BYTES": str(2 * SIZE)}
        with (
            Server(implementation, f"lessons.14_binary.{app}:app", env=env) as server,
            connect(f"{server.ws}/upload", proxy=None, compression=compression) as websocket,
        ):
            send(websocket, MIB)
            before = peak(server)
            begin = time.perf_counter()
            send(websocket, size)
            return Cost(size, time.perf_counter() - begin, peak(server) - before)


def main() -> None:
    """Measure all and write the table."""
    auto = IMPLEMENTATIONS[0]
    costs = {name: measure("main", name, SIZE, upload) for name in IMPLEMENTATIONS}
    costs[f"{auto}, compressed"] = measure("main", auto, SIZE, upload, "deflate")
    costs[f"{auto}, naive"] = measure("naive", auto, NAIVE_SIZE, upload_naively)
    lines = ["| | size | MiB a second | more memory |", "|---|---|---|---|"]
    for name, cost in costs.items():
        size, memory = cost.size / MIB, cost.memory / MIB
        speed = size / cost.seconds
        lines.append(f"| {name} | {size:,.0f} MiB | {speed:,.0f} | {memory:.1f} MiB |")
    text = "\n".join([*lines, ""])
    RESULT.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
