"""Take the port before anything else is done, and say in one sentence why it cannot be had."""

import errno
import ipaddress
import re
import socket
from contextlib import suppress

MAX_PORT = 65535
LEAST_OPEN = 1024
"""The first port that everybody may listen on; those below are for the system's own."""


class CannotListenError(Exception):
    """The address cannot be listened on; its text is the sentence to show."""


def listen(host: str, port: str, word: str) -> socket.socket:
    """Return a listening TCP socket; port "0" takes a free one.

    `word` is the make target to name in advice, as "make run".

    Raises:
        CannotListenError: `port` is no number from 0 to 65535, is taken or is forbidden, or `host`
            is no address of this machine.
    """
    if not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > MAX_PORT:
        raise CannotListenError(f"{port!r} is no port; a port is a number from 1 to {MAX_PORT}.")
    unknown = f"{host} is no address of this machine; try 127.0.0.1, or 0.0.0.0 for all of its own."
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise CannotListenError(unknown) from None
    # localhost is both ::1 and 127.0.0.1. Every browser tries the second one too.
    family, *_, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    try:
        return socket.create_server(address[:2], family=family, backlog=2048)
    except PermissionError:
        raise CannotListenError(
            f"Port {port} is not allowed to you; {_other(family, host, int(port), word)}"
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotListenError(
                f"Port {port} is in use; {_other(family, host, int(port), word)}"
            ) from None
        raise CannotListenError(unknown) from None


def _other(family: socket.AddressFamily, host: str, port: int, word: str) -> str:
    """Return the advice to take the next port that is free, or any if none is near."""
    for other in range(max(port + 1, LEAST_OPEN), min(port + 100, MAX_PORT) + 1):
        with suppress(OSError):
            socket.create_server((host, other), family=family).close()
            return f"try: {word} PORT={other} (without make: --port {other})"
    return f"try: {word} PORT=0 (without make: --port 0), which takes a free one"


def for_this_machine_only(listener: socket.socket) -> bool:
    """Tell whether `listener` is out of reach for every other machine."""
    return ipaddress.ip_address(listener.getsockname()[0]).is_loopback


def addresses(listener: socket.socket) -> list[str]:
    """Return the http addresses to open: one, and with 0.0.0.0 also the one the class types."""
    host, port = listener.getsockname()[:2]
    if not ipaddress.ip_address(host).is_unspecified:
        return [f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"]
    mine = [f"http://127.0.0.1:{port}"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        # Connecting a datagram socket sends nothing: it asks the routing table which address this
        # machine would speak from. The destination is reserved for examples; nobody has it.
        probe.connect(("192.0.2.1", 9))
        mine.append(f"http://{probe.getsockname()[0]}:{port}")
    return mine
