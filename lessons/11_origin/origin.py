"""Which pages may open a WebSocket: the server's own, and those of a list."""

from collections.abc import Collection
from typing import Annotated

from pydantic import AfterValidator, HttpUrl, TypeAdapter
from pydantic_settings import BaseSettings
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

urls = TypeAdapter(HttpUrl)


def normalize_origin(origin: str) -> str:
    """Return an origin as a browser writes it: small letters, no default port.

    Raises:
        ValueError: it is not an origin, or it is more than one.
    """
    url = urls.validate_python(origin)
    if url.path != "/" or url.username or url.password or url.query or url.fragment:
        raise ValueError("An origin is a scheme, a host and perhaps a port.")
    return str(url).removesuffix("/")


class Settings(BaseSettings):
    """What else is allowed, by the environment: ALLOWED_ORIGINS='["https://a.org"]'."""

    allowed_origins: list[Annotated[str, AfterValidator(normalize_origin)]] = []
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
        """Pass on what is allowed, and refuse any other handshake with 403."""
        if scope["type"] == "websocket" and not self.is_allowed(
            HTTPConnection(scope)
        ):
            await WebSocketClose(1008)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def is_allowed(self, connection: HTTPConnection) -> bool:
        """Return whether a handshake comes from a page that may connect."""
        origins = connection.headers.getlist("origin")
        if not origins:
            # Every browser sends one: this is a program, and has nobody's cookies.
            return not self.required
        try:
            # Fails if there are two. "null", which is not a URL, may be anybody's.
            (origin,) = map(normalize_origin, origins)
            return origin in self.allowed or origin == own_origin(
                connection, origin
            )
        except ValueError:
            return False


def own_origin(connection: HTTPConnection, origin: str) -> str:
    """Return the origin of our own pages, at the host that was asked for.

    Raises:
        ValueError: that is not a host.
    """
    # A proxy may end TLS without telling us; the page's origin still says https.
    secure = connection.scope["scheme"] == "wss" or origin.startswith("https:")
    scheme = "https" if secure else "http"
    return normalize_origin(f"{scheme}://{connection.headers.get('host', '')}")
