"""Serve the course: `python -m course --host 127.0.0.1 --port 8000`."""

import contextlib
import io
import os
import secrets
import socket
import sys
from typing import Annotated, TextIO

import segno
import typer
import uvicorn

from course.handshake import AnsweringProtocol
from course.listen import (
    CannotListenError,
    addresses,
    for_this_machine_only,
    listen,
)

CLASS_LIMITS = {"MAX_CONNECTIONS": "200", "MAX_PER_CLIENT": "10"}
"""Lesson 07's limits in a class: there is room for all, and each machine meets the usual ten."""


class Server(uvicorn.Server):
    """uvicorn, with the address to open as the last line of its start."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say where the course is; the site and all lessons answer by then."""
        await super().startup(sockets)
        for listener in sockets or []:
            here = addresses(listener)
            if not for_this_machine_only(listener):
                invite(here[-1], sys.stdout)
            print(f"The course is running on {' and on '.join(here)} (Ctrl+C ends it)", flush=True)


def invite(address: str, out: TextIO) -> None:
    """Show an address as a QR code, for a class to point their telephones at."""
    if "//127." in address:
        out.write("No other machine can reach the course: this one is in no network.\n")
        return
    drawn = io.StringIO()
    segno.make(address, error="l", micro=False).terminal(drawn, compact=True)
    lines = drawn.getvalue().splitlines()
    if out.isatty():
        # White on black in every terminal: where it were black on white, some cameras would fail.
        lines = [f"\x1b[97;40m{line}\x1b[0m" for line in lines]
    try:
        out.write("\n".join([*lines, ""]))
    except UnicodeEncodeError:
        out.write("This terminal cannot show the address as a QR code: it is not in UTF-8.\n")


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    host: Annotated[str, typer.Option(help="0.0.0.0 serves a class.")] = "127.0.0.1",
    port: Annotated[str, typer.Option(help="0 takes a free one.")] = "8000",
) -> None:
    """Serve the course: the site, and every lesson live, until Ctrl+C."""
    try:
        listener = listen(host, port, "make run")
    except CannotListenError as error:
        sys.exit(str(error))
    if not for_this_machine_only(listener):
        # Lesson 07 reads these when it is imported.
        for name, value in CLASS_LIMITS.items():
            os.environ.setdefault(name, value)
    # Lessons 10 and 11 warn of a key they make themselves; to a reader that is an error of theirs.
    os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))
    # A handler that waits for something else than its client must not hold up Ctrl+C for ever.
    config = uvicorn.Config("course.main:app", ws=AnsweringProtocol, timeout_graceful_shutdown=3)
    # uvicorn raises the interrupt again once it has shut down.
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listener])


if __name__ == "__main__":
    app(prog_name="python -m course")
