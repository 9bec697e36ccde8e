"""Serve an app on a free port, so that it can be asked what holds it up: see practice/server.py."""

import asyncio
import faulthandler
import signal
import sys

import uvicorn


def main(app: str, root_path: str = "") -> None:
    """Serve until told to stop; SIGUSR1 writes the stack of every thread.

    `root_path` is the prefix that a proxy in front has taken away, as `uvicorn --root-path`.
    """
    if hasattr(signal, "SIGUSR1"):  # Windows has none; there a frozen app keeps its secret.
        # Python's own handlers wait for the line to end, and a frozen line does not.
        faulthandler.register(signal.SIGUSR1, all_threads=True)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, use_colors=False, access_log=False, root_path=root_path
    )
    # Before the loop runs, which would take a long import for a line that holds it up.
    config.load()
    # In debug mode the loop itself says what holds it up, which `uvicorn` cannot be told to do.
    asyncio.run(uvicorn.Server(config).serve(), debug=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
