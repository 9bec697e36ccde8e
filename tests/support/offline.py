"""Run a program with the network off, and learn whether it tried to reach anything all the same.

Two walls stand between the program and the network. Linux, where it allows that, gives it a network
namespace of its own, in which there is a loopback and nothing else: nothing gets out. And in every
Python that the program starts, a hook stops whatever is not for this machine, and writes it down.
Where there is no namespace, the hook and settings that lead pip and all proxies to a closed port
are the wall.
"""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_LOOPBACK = """
import fcntl, os, socket, struct, sys
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0x41))  # up, and running
os.execvp(sys.argv[1], sys.argv[1:])
"""

_NOWHERE = """
import socket
with socket.socket() as outside:
    outside.settimeout(1)
    outside.connect(("192.0.2.1", 80))  # No machine has this address.
"""

_HOOK = """
import os, sys

def stop(event, arguments):
    host = None
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    if isinstance(host, bytes):
        host = host.decode()
    if host in {None, "", "localhost", "0.0.0.0", "::", "::1"} or host.startswith("127."):
        return
    with open(os.environ["NETWORK_TRIED"], "a") as file:
        file.write(f"{host} by {' '.join(sys.orig_argv)}\\n")
    raise OSError(f"The network is off, and {host} is on it.")

sys.addaudithook(stop)
"""

_CLOSED = "http://127.0.0.1:9"


@functools.cache
def wall() -> list[str]:
    """Return what to write before a command, so that it gets a network namespace; [] if none."""
    for options in ("-rn", "-n"):
        words = ["unshare", options, sys.executable, "-c", _LOOPBACK]
        if shutil.which("unshare") is None:
            return []
        tried = subprocess.run(
            [*words, sys.executable, "-c", _NOWHERE], capture_output=True, text=True, check=False
        )
        if "Network is unreachable" in tried.stderr:
            return words
    return []


def how() -> str:
    """Say how the network is turned off on this machine."""
    if wall():
        return f"by a network namespace (unshare {wall()[1]}), and watched by an audit hook"
    return "by an audit hook in each Python, and settings that lead to a closed port"


class Offline:
    """Runs programs without the network; `tried` is what they wanted from it."""

    def __init__(self, folder: Path) -> None:
        """Keep what is needed for it in `folder`, which is also the programs' home."""
        self._tried = folder / "tried.txt"
        self._tried.touch()
        (folder / "sitecustomize.py").write_text(_HOOK)
        own = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        self._env = own | {
            "HOME": str(folder),
            "PYTHONPATH": str(folder),
            "NETWORK_TRIED": str(self._tried),
            # A room's machine may be set up for a package index that it cannot reach here.
            "PIP_INDEX_URL": f"{_CLOSED}/simple",
            "PIP_FIND_LINKS": f"{_CLOSED}/wheels",
            **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), _CLOSED),
        }

    @property
    def tried(self) -> list[str]:
        """What a program wanted from the network, and which program."""
        return self._tried.read_text().splitlines()

    def run(
        self, *command: str | Path, cwd: Path, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command that ends by itself."""
        return subprocess.run(
            [*wall(), *map(str, command)],
            cwd=cwd,
            env={**self._env, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
