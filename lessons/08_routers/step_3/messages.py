"""What a message is, who sent it, and which handler it goes to."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Annotated, Any

from fastapi import WebSocket
from pydantic import BaseModel, Field, TypeAdapter
from pydantic_core import from_json

from .errors import Error
from .manager import CLIENT_GONE, ConnectionManager

logger = logging.getLogger(__name__)


manager = ConnectionManager()


@dataclass(frozen=True)
class Client:
    """Who sent a message, and how to answer."""

    number: int
    websocket: WebSocket

    async def send(self, event: BaseModel) -> None:
        """Send an event to this client alone."""
        await manager.send(self.websocket, event.model_dump_json())

    async def broadcast(self, event: BaseModel) -> None:
        """Send an event to everybody."""
        await manager.broadcast(event.model_dump_json())


# Each handler takes a message of its own type, so `Any` stands for all of them.
Handler = Callable[[Any, Client], Awaitable[None]]


class Dispatcher:
    """Which handler each message goes to, and so which messages there are."""

    def __init__(self, handlers: dict[type[BaseModel], Handler]) -> None:
        self.handlers = handlers
        union: Any = reduce(or_, handlers)
        self.messages: TypeAdapter[Any] = TypeAdapter(
            Annotated[union, Field(discriminator="type")]
        )

    def parse(self, text: str) -> BaseModel:
        """Return the message in `text`; raise `ValueError` if there is none."""
        return self.messages.validate_python(from_json(text, allow_inf_nan=False))

    async def dispatch(self, message: BaseModel, client: Client) -> None:
        """Call the handler of a message; if it fails, the client gets an error."""
        try:
            await self.handlers[type(message)](message, client)
        except CLIENT_GONE:
            raise
        except Exception:
            logger.exception("The handler of %s failed.", type(message).__name__)
            await client.send(Error(detail="The server failed."))
