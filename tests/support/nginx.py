"""Start a real nginx in front of a server, from the text of a configuration with places in it."""

import getpass
import os
import re
import socket
import ssl
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.machine import certificate, program
from tests.support.server import Process

_PLACE = re.compile(r"@[A-Z_]+@")

# Everything nginx would write elsewhere, it writes into its own folder.
_MAIN = """\
{user}
daemon off;
pid nginx.pid;
error_log stderr notice;
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
    include site.conf;
}}
"""


class Nginx(Process):
    """An nginx that listens on two free ports of 127.0.0.1.

    `trust` is an SSL context for a client: it trusts the certificate at @CERT@, and no other.
    """

    def __init__(
        self, folder: Path, http: socket.socket, https: socket.socket, trust: ssl.SSLContext
    ) -> None:
        # nginx takes open sockets over from an nginx that it replaces, by this variable. From a
        # test it takes ports that nobody else can have got in the meantime.
        sockets = (http.fileno(), https.fileno())
        super().__init__(
            [
                program("nginx", "to see the lessons behind it"),
                "-e",
                "stderr",
                "-p",
                f"{folder}",
                "-c",
                "main.conf",
            ],
            "start worker process ",
            env={"NGINX": "".join(f"{number};" for number in sockets)},
            keep=sockets,
        )
        self.trust = trust
        self._site = folder / "site.conf"
        self.http_port = _port(http)
        self.https_port = _port(https)

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
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        http, https = (
            stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=511))
            for _ in range(2)
        )
        key, cert = certificate(folder)
        trust = ssl.create_default_context(cafile=cert)
        known: dict[str, object]
        known = {"HTTP": _address(http), "HTTPS": _address(https), "CERT": cert, "KEY": key}
        known |= {"HTTP_PORT": _port(http), "HTTPS_PORT": _port(https)}
        # As root it would become somebody else, who may not read the folder.
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        (folder / "main.conf").write_text(_MAIN.format(user=user, main=main))
        (folder / "site.conf").write_text(fill(config, known | places))
        yield stack.enter_context(Nginx(folder, http, https, trust))


def _address(listening: socket.socket) -> str:
    return f"127.0.0.1:{_port(listening)}"


def _port(listening: socket.socket) -> int:
    return listening.getsockname()[1]
