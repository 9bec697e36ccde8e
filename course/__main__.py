"""Serve the course: `python -m course --host 127.0.0.1 --port 8000`."""

import argparse
import contextlib
import os
import socket
import sys

import uvicorn

from course.listen import (
    CannotListenError,
    addresses,
    for_this_machine_only,
    listen,
)


class Server(uvicorn.Server):
    """uvicorn, with the address to open as the last line of its start."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say where the course is; the site and all lessons answer by then."""
        await super().startup(sockets)
        for listener in sockets or []:
            where = " and on ".join(addresses(listener))
            print(f"The course is running on {where} (Ctrl+C ends it)", flush=True)


def main() -> None:
    """Serve until Ctrl+C; exit with 1 and a sentence when the address cannot be had."""
    parser = argparse.ArgumentParser("python -m course", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 serves a class")
    parser.add_argument("--port", default="8000", help="0 takes a free one")
    options = parser.parse_args()
    try:
        listener = listen(options.host, options.port, "make run")
    except CannotListenError as error:
        sys.exit(str(error))
    if not for_this_machine_only(listener):
        # A class has two sockets a head; lesson 07 admits ten by default, and reads this at import.
        os.environ.setdefault("MAX_CONNECTIONS", "200")
    # A handler that waits for something else than its client must not hold up Ctrl+C for ever.
    config = uvicorn.Config("course.main:app", timeout_graceful_shutdown=3)
    # uvicorn raises the interrupt again once it has shut down.
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
