"""Whose page opens a WebSocket: the server's own, one of a list, or none."""

from collections.abc import Collection
from typing import Annotated

from pydantic import AfterValidator, HttpUrl, TypeAdapter
from pydantic_settings import BaseSettings
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

urls = TypeAdapter(HttpUrl)


def canonical(origin: str) -> str:
    """Return an origin as a browser writes it: small, and without port 80 or 443.

    Raises:
        ValueError: it is no origin, or more than one.
    """
    url = urls.validate_python(origin)
    if url.path != "/" or url.username or url.password or url.query or url.fragment:
        raise ValueError("An origin is a scheme, a host and perhaps a port.")
    return str(url).removesuffix("/")


class Settings(BaseSettings):
    """Who else may come, from the environment: ALLOWED_ORIGINS='["https://a.org"]'."""

    allowed_origins: list[Annotated[str, AfterValidator(canonical)]] = []
    require_origin: bool = False


class OriginGuard:
    """An ASGI middleware that refuses the WebSockets of other people's pages."""

    def __init__(
        self, app: ASGIApp, allowed: Collection[str] = (), *, required: bool = False
    ) -> None:
        self.app = app
        self.allowed = allowed
        self.required = required

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in; refuse a handshake that may not with 403."""
        if scope["type"] == "websocket" and not self.admits(HTTPConnection(scope)):
            await WebSocketClose(1008)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def admits(self, connection: HTTPConnection) -> bool:
        """Return whether a handshake comes from a page that may come in."""
        origins = connection.headers.getlist("origin")
        if not origins:
            # Every browser sends one: this is a program, with nobody's cookies.
            return not self.required
        try:
            # Two are as good as none; "null" is no address, and may be anybody's.
            (origin,) = map(canonical, origins)
            return origin in self.allowed or origin == own(connection, origin)
        except ValueError:
            return False


def own(connection: HTTPConnection, origin: str) -> str:
    """Return the origin of the server's own pages, at the host that was asked for.

    Raises:
        ValueError: that is no host.
    """
    # A proxy may take TLS off without a word, and then the page knows better.
    secure = connection.scope["scheme"] == "wss" or origin.startswith("https:")
    scheme = "https" if secure else "http"
    return canonical(f"{scheme}://{connection.headers.get('host', '')}")
