"""Serve an app on a free port, so that it can be asked what holds it up: see practice/server.py.

It imports what every app needs before it reads which app it is to serve, one line of JSON. So it
can be started while another app is still being asked, and is ready when its turn comes.
"""

import asyncio
import faulthandler
import importlib
import io
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practice.records import Held, Record, raised, write

HELD_SECONDS = 0.5
"""A line that runs longer than this holds up everybody who is connected."""

_LOOK_SECONDS = 0.02
_LOOKS = 0.8 * HELD_SECONDS / _LOOK_SECONDS

# What uvicorn would import when it starts, and what the exercises do.
AHEAD = ["fastapi.templating", "uvicorn.lifespan.on"]
AHEAD += ["uvicorn.protocols.http.auto", "uvicorn.protocols.websockets.auto"]


def main(order: str) -> None:
    """Serve the app that the order names until told to stop; SIGUSR1 writes every thread's stack.

    Its `root_path` is the prefix that a proxy in front has taken away, as `uvicorn --root-path`;
    its `settings` are put in the environment.
    """
    known = json.loads(order)
    os.environ.update(known["settings"])
    # A compiled file is known by its second: an edit within that second would not be seen.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    if hasattr(signal, "SIGUSR1"):  # Windows has none; there a frozen app keeps its secret.
        # Python's own handlers wait for the line to end, and a frozen line does not.
        faulthandler.register(signal.SIGUSR1, all_threads=True)
    _tell_errors()
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Printed()), encoding="utf-8", line_buffering=True
    )
    root_path = known["root_path"]
    config = uvicorn.Config(
        known["app"],
        host="127.0.0.1",
        port=0,
        use_colors=False,
        access_log=False,
        root_path=root_path,
    )
    try:
        # Before the loop runs, which would take a long import for a line that holds it up.
        config.load()
    except Exception as error:
        write(Record(raised=raised(error)))
        raise
    config.loaded_app = _telling(config.loaded_app)
    asyncio.run(_serve(uvicorn.Server(config), Path(known["folder"])))


async def _serve(server: uvicorn.Server, folder: Path) -> None:
    loop = asyncio.get_running_loop()
    threading.Thread(target=_watch, args=(loop, threading.get_ident(), folder), daemon=True).start()
    await server.serve()


class _Printed(io.RawIOBase):
    """Where what is printed goes: each piece is a record."""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - whatever has bytes.
        whole = bytes(data)
        write(Record(printed=whole.decode(errors="replace")))
        return len(whole)


def _tell_errors() -> None:
    """Write a record of each error that somebody logs, or that ends a thread."""
    make = logging.getLogRecordFactory()

    # Whichever logger it is, and whatever its handlers are: a record is made by this.
    def made(*args: Any, **kwargs: Any) -> logging.LogRecord:  # noqa: ANN401 - as the one below.
        logged = make(*args, **kwargs)
        if logged.exc_info and logged.exc_info[1]:
            write(Record(raised=raised(logged.exc_info[1])))
        return logged

    logging.setLogRecordFactory(made)
    threading.excepthook = _and_tell(threading.excepthook)
    sys.unraisablehook = _and_tell(sys.unraisablehook)


def _and_tell(hook: Callable[[Any], object]) -> Callable[[Any], None]:
    def told(args: Any) -> None:  # noqa: ANN401 - each hook has its own.
        if args.exc_value:
            write(Record(raised=raised(args.exc_value)))
        hook(args)

    return told


def _telling(app: Callable[..., Awaitable[None]]) -> ASGIApp:
    """Return the app, with a record of the error that fails its start or its end.

    uvicorn is told of that one in words alone.
    """

    async def telling(scope: Scope, receive: Receive, send: Send) -> None:
        failed = False

        async def sending(message: Message) -> None:
            nonlocal failed
            failed = failed or message["type"].endswith(".failed")
            await send(message)

        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        try:
            await app(scope, receive, sending)
        except BaseException as error:
            if failed:
                write(Record(raised=raised(error)))
            raise

    return telling


def _watch(loop: asyncio.AbstractEventLoop, thread: int, folder: Path) -> None:
    """Write a record when a line of the learner's has held up the loop.

    A machine that is busy holds it up too, and that is not the learner's. So it counts how often
    this thread had its turn meanwhile, and the line must stand in one call each time, as in a
    sleep, or take the processor, as long work does.
    """
    while True:
        answered = threading.Event()
        begun, worked = time.monotonic(), time.process_time()
        try:
            loop.call_soon_threadsafe(answered.set)
        except RuntimeError:
            return  # The loop has ended.
        seen: list[tuple[str, int, int, int] | None] = []
        while not answered.wait(_LOOK_SECONDS):
            seen.append(_place(sys._current_frames().get(thread), folder))  # noqa: SLF001 - the only way.
        seconds = time.monotonic() - begun
        if seconds >= HELD_SECONDS and len(seen) >= _LOOKS:
            first, last = seen[0], seen[-1]
            stands = len({*seen}) == 1
            works = time.process_time() - worked >= HELD_SECONDS / 2
            if first and last and (stands or works):
                write(Record(held=Held(seconds=seconds, file=last[0], line=last[1])))
        time.sleep(_LOOK_SECONDS)


def _place(frame: FrameType | None, folder: Path) -> tuple[str, int, int, int] | None:
    """Return which of the learner's lines a stack is in: its file, line, instruction and frame."""
    while frame:
        if Path(frame.f_code.co_filename).is_relative_to(folder):
            return frame.f_code.co_filename, frame.f_lineno, frame.f_lasti, id(frame)
        frame = frame.f_back
    return None


def read_order() -> str:
    """Return the line that says what to serve, empty if nobody will say it any more."""
    order = sys.stdin.readline()
    # An app that asks for input gets none, as a service does.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return order


if __name__ == "__main__":
    for name in AHEAD:
        importlib.import_module(name)
    if given := read_order():
        main(given)
