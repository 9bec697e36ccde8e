"""What a message is, who sent it, and which handler it goes to."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Annotated, Any, Protocol

from fastapi import WebSocket
from pydantic import BaseModel, Field, TypeAdapter
from pydantic_core import from_json

from .errors import Error
from .manager import CLIENT_GONE, ConnectionManager

logger = logging.getLogger(__name__)


class Room(Protocol):
    """What a handler needs of its client's room."""

    manager: ConnectionManager

    async def send_users(self, websocket: WebSocket) -> None:
        """Send the list of users to one client."""


@dataclass(frozen=True)
class Client:
    """Who sent a message, and how to answer."""

    user: str
    room: Room
    websocket: WebSocket

    async def send(self, event: BaseModel) -> None:
        """Send an event to this client alone."""
        await self.room.manager.send(self.websocket, event.model_dump_json())

    async def broadcast(self, event: BaseModel) -> None:
        """Send an event to everybody in the room."""
        await self.room.manager.broadcast(event.model_dump_json())


# Each handler takes a message of its own type, so `Any` stands for all of them.
Handler = Callable[[Any, Client], Awaitable[None]]


class Dispatcher:
    """Which handler each message goes to, and so which messages there are."""

    messages: TypeAdapter[Any]

    def __init__(self) -> None:
        self.handlers: dict[type[BaseModel], Handler] = {}

    def on(self, model: type[BaseModel]) -> Callable[[Handler], Handler]:
        """Make the function below the handler of a message.

        Raises:
            TypeError: messages of this type have a handler already.
        """

        def register(handler: Handler) -> Handler:
            if model in self.handlers:
                raise TypeError(f"{model.__name__} has two handlers.")
            self.handlers[model] = handler
            union: Any = reduce(or_, self.handlers)
            self.messages = TypeAdapter(
                Annotated[union, Field(discriminator="type")]
            )
            return handler

        return register

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


dispatcher = Dispatcher()
