"""Measure how fast each server carries the course's own lessons, side by side in one run.

`python -m bench.servers` starts lesson 1 on each server, then lesson 3, and writes
bench/servers.md. In lesson 1, every client says a thing and waits for its echo, again and again. In
lesson 3, one client speaks, and the next sentence waits until everybody has the last. The servers
take turns, several times over, so that a moment in which the machine is slow meets all of them.
What counts is the ratio to uvicorn as it comes, turn by turn; all of it on 127.0.0.1.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from websockets.frames import Frame, Opcode

from bench.server import Server

SERVERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "uvicorn": ("websockets-sansio", ()),
    "uvicorn --ws wsproto": ("wsproto", ()),
    "uvicorn --ws websockets": ("websockets", ()),
    "granian": ("granian", ()),
    "hypercorn": ("hypercorn", ()),
    "hypercorn --worker-class uvloop": ("hypercorn", ("--worker-class", "uvloop")),
}
BASE = "uvicorn"
TURNS = 7
ECHO_CLIENTS, ECHOES = 20, 200
LISTENERS, SENTENCES = 50, 120
SECONDS = 60
"""How long one turn may take before the whole run fails."""
IDLE = 0.002
"""Seconds of work that do not count: even an idle server looks at its clock now and then."""
TEXT = "x" * 40
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\n"
    "Connection: Upgrade\r\n"
    "Upgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
RESULT = Path(__file__).with_suffix(".md")

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Figures:
    """What a server's turns gave: messages a second, and its own seconds of work for each."""

    rates: list[float] = field(default_factory=list)
    works: list[float] = field(default_factory=list)


def work(group: int) -> float:
    """Return the processor seconds that the processes of a group have used so far (on Linux)."""
    used = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(process.name)) == group:
                for task in process.glob("task/*/schedstat"):
                    used += int(task.read_text(encoding="utf-8").split()[0])
        except OSError:
            continue  # It has ended since it was listed.
    return used / 1e9


async def join(server: Server, path: str) -> Stream:
    """Open a WebSocket that costs the client as little as can be, without compression."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(HANDSHAKE.format(path=path).encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 101"):
        raise RuntimeError(f"No handshake: {head!r}")
    return reader, writer


async def hear(stream: Stream) -> None:
    """Read one short message."""
    _, size = await stream[0].readexactly(2)
    await stream[0].readexactly(size)


async def echo(server: Server) -> int:
    """Let every client get its echoes, and return how many there were."""
    streams = [await join(server, "/ws") for _ in range(ECHO_CLIENTS)]
    message = Frame(Opcode.TEXT, TEXT.encode()).serialize(mask=True)

    async def converse(stream: Stream) -> None:
        for _ in range(ECHOES):
            stream[1].write(message)
            await hear(stream)

    await asyncio.gather(*(converse(stream) for stream in streams))
    for _, writer in streams:
        writer.close()
    return ECHO_CLIENTS * ECHOES


async def broadcast(server: Server) -> int:
    """Let one client speak to the others, and return how many messages arrived."""
    streams = [await join(server, f"/ws/{number}") for number in range(1, LISTENERS + 2)]
    message = Frame(Opcode.TEXT, TEXT.encode()).serialize(mask=True)
    for _ in range(SENTENCES):
        streams[0][1].write(message)
        await asyncio.gather(*(hear(stream) for stream in streams))
    for _, writer in streams:
        writer.transport.abort()
    return (LISTENERS + 1) * SENTENCES


async def settle(server: Server) -> None:
    """Wait until the server has nothing left to do, so that a turn pays for itself alone."""
    last = -1.0
    while (now := work(server.pid)) - last > IDLE:
        last = now
        await asyncio.sleep(0.1)


async def measure(app: str, turn: Callable[[Server], Awaitable[int]]) -> dict[str, Figures]:
    """Let every server have its turns, one after the other."""
    figures = {name: Figures() for name in SERVERS}
    with ExitStack() as stack:
        running = {
            name: stack.enter_context(Server(server, app, *options))
            for name, (server, options) in SERVERS.items()
        }
        for number in range(TURNS + 1):
            for name, server in running.items():
                async with asyncio.timeout(SECONDS):
                    await settle(server)
                    used, begin = work(server.pid), time.perf_counter()
                    count = await turn(server)
                    seconds = time.perf_counter() - begin
                    await settle(server)
                    used = work(server.pid) - used
                if number:  # The first turn warms up.
                    figures[name].rates.append(count / seconds)
                    figures[name].works.append(used / count)
    return figures


def spread(values: list[float], digits: int = 2) -> str:
    """Return the median, and the least and the most."""
    least, most = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} ({least:.{digits}f}-{most:.{digits}f})"


async def main() -> None:
    """Measure both lessons and write the table."""
    echoes = await measure("lessons.01_echo.main:app", echo)
    broadcasts = await measure("lessons.03_manager.main:app", broadcast)
    lines = [
        "| | echoes, ratio | work for each, ratio | broadcast, ratio | work for each, ratio |",
        "|---|---|---|---|---|",
    ]
    for name in SERVERS:
        cells = []
        for figures in (echoes, broadcasts):
            ours, base = figures[name], figures[BASE]
            for values, others in ((ours.rates, base.rates), (ours.works, base.works)):
                ratios = [a / b for a, b in zip(values, others, strict=True)]
                cells.append("1" if name == BASE else spread(ratios))
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
        rates = [spread(figures[name].rates, 0) for figures in (echoes, broadcasts)]
        works = [spread([w * 1e6 for w in f[name].works], 0) for f in (echoes, broadcasts)]
        print(name, "echoes/s", rates[0], "broadcast/s", rates[1], "work in µs", *works)
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
