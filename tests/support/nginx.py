"""Start a real nginx in front of a server: a piece of a configuration, or a reader's whole file."""

import getpass
import os
import re
import signal
import socket
import ssl
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.machine import certificate, program
from tests.support.server import Process

READERS = {
    "127.0.0.1:8000": "127.0.0.1:@BACKEND@",
    "127.0.0.1:8080": "@HTTP@",
    "127.0.0.1:8443": "@HTTPS@",
}
"""What the whole file of a reader says, and where it is on the machine of a test."""

_FOLDER = re.compile(r"/tmp/[\w-]+")  # noqa: S108 - looked for, and never used
_PLACE = re.compile(r"@[A-Z_]+@")

# Everything nginx would write elsewhere, it writes into its own folder.
_AROUND = """\
daemon off;
pid nginx.pid;
worker_processes 1;
{main}
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
{config}
}}
"""


class Nginx(Process):
    """An nginx that listens on two free ports of 127.0.0.1.

    `trust` is an SSL context for a client: it trusts the certificate of this nginx, and no other.
    """

    def __init__(
        self,
        folder: Path,
        http: socket.socket,
        https: socket.socket,
        complete: Callable[[str], str],
    ) -> None:
        """Prepare to run in `folder`, where the certificate is.

        `complete` makes a whole configuration of what a test gives.
        """
        # nginx takes open sockets over from an nginx that it replaces, by this variable. From a
        # test it takes ports that nobody else can have got in the meantime.
        sockets = (http.fileno(), https.fileno())
        # At this level it tells when it is ready, whatever else the configuration logs.
        directives = "error_log stderr notice;"
        if os.geteuid() == 0:
            # As root it would become somebody else, who may not read the folder.
            directives += f" user {getpass.getuser()};"
        super().__init__(
            [
                program("nginx", "to see the lessons behind it"),
                *("-e", "stderr", "-p", f"{folder}", "-c", "nginx.conf", "-g", directives),
            ],
            "start worker process ",
            env={"NGINX": "".join(f"{number};" for number in sockets)},
            keep=sockets,
        )
        self.trust = ssl.create_default_context(cafile=folder / "cert.pem")
        self.http_port = _port(http)
        self.https_port = _port(https)
        self._folder = folder
        self._complete = complete

    @property
    def http(self) -> str:
        """The address for HTTP, without a slash at its end."""
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def https(self) -> str:
        """The address for HTTPS, without a slash at its end."""
        return f"https://127.0.0.1:{self.https_port}"

    @property
    def ws(self) -> str:
        """The address for WebSockets without TLS, without a slash at its end."""
        return f"ws://127.0.0.1:{self.http_port}"

    @property
    def wss(self) -> str:
        """The address for WebSockets over TLS, without a slash at its end."""
        return f"wss://127.0.0.1:{self.https_port}"

    def configure(self, config: str) -> None:
        """Put a configuration in place; a running nginx reads it when it is reloaded."""
        (self._folder / "nginx.conf").write_text(self._complete(config))

    def reload(self) -> None:
        """Have a new worker read the configuration; return when the old one lets nobody in."""
        before = len(self.log)
        self.signal(signal.SIGHUP)
        self.wait_for_log("gracefully shutting down", since=before)


def change(words: str, changes: Mapping[str, str]) -> str:
    """Return `words` with changes made, old to new.

    Raises:
        AssertionError: what one of them replaces is not there, so it would change nothing.
    """
    for old, new in changes.items():
        assert old in words, f"There is no {old!r} to change."
        words = words.replace(old, new)
    return words


def fill(config: str, places: Mapping[str, object]) -> str:
    """Return `config` with each @NAME@ replaced by the value of places["NAME"].

    Raises:
        KeyError: a place has no value.
    """
    return _PLACE.sub(lambda place: str(places[place[0].strip("@")]), config)


@contextmanager
def nginx(config: str, *, main: str = "", **places: object) -> Generator[Nginx]:
    """Run nginx for the length of a `with` block, as a process of its own in a folder of its own.

    `config` is what stands inside of `http { }`. In it, @HTTP@ and @HTTPS@ are addresses to listen
    on, @HTTP_PORT@ and @HTTPS_PORT@ their ports, @CERT@ and @KEY@ a certificate for 127.0.0.1, and
    @NAME@ is the value of the argument NAME: `nginx(config, BACKEND=server.port)`. `main` are
    directives that stand outside of `http { }`.

    Raises:
        AssertionError: nginx refuses the configuration; the message has its words.
    """
    with _run(config, lambda text: _AROUND.format(config=text, main=main), places) as running:
        yield running


@contextmanager
def nginx_file(config: str, **places: object) -> Generator[Nginx]:
    """Do as `nginx` does, with the whole of an nginx.conf, as a reader starts it.

    In it, the addresses of READERS and a folder in /tmp give way to the test's own, and nothing
    else does. @NAME@ is a place as in `nginx`, so BACKEND is to be given.

    Raises:
        AssertionError: nginx refuses the configuration; the message has its words.
    """
    with _run(config, _with_places, places) as running:
        yield running


@contextmanager
def _run(
    config: str, complete: Callable[[str], str], places: Mapping[str, object]
) -> Generator[Nginx]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        key, cert = certificate(folder)
        known: dict[str, object] = {"CERT": cert, "KEY": key, "FOLDER": folder, **places}
        with _listen() as http, _listen() as https:
            known |= {"HTTP": _address(http), "HTTPS": _address(https)}
            known |= {"HTTP_PORT": _port(http), "HTTPS_PORT": _port(https)}
            running = Nginx(folder, http, https, lambda text: fill(complete(text), known))
            running.configure(config)
            stack.enter_context(running)
        # The sockets are nginx's alone now: once it has ended, nobody listens.
        yield running


def _with_places(config: str) -> str:
    for address, place in READERS.items():
        config = config.replace(address, place)
    return _FOLDER.sub("@FOLDER@", config)


def _listen() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0), backlog=511)


def _address(listening: socket.socket) -> str:
    return f"127.0.0.1:{_port(listening)}"


def _port(listening: socket.socket) -> int:
    return listening.getsockname()[1]
