"""What a message is, and who handles it: the table that the features fill."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, TypeVar

from fastapi import WebSocket
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from .manager import CLIENT_GONE
from .rooms import Room

logger = logging.getLogger(__name__)


class Error(BaseModel):
    type: Literal["error"] = "error"
    detail: str


@dataclass(frozen=True)
class Client:
    """Who sent a message, and how to tell it, or its room, something."""

    user: str
    room: Room
    websocket: WebSocket

    async def tell(self, event: BaseModel) -> None:
        """Send an event to this client alone."""
        await self.room.manager.send(self.websocket, event.model_dump_json())

    async def tell_all(self, event: BaseModel) -> None:
        """Send an event to everybody in the room."""
        await self.room.tell_all(event)


M = TypeVar("M", bound=BaseModel)
Handler = Callable[[M, Client], Awaitable[None]]


class Table:
    """Which handler each message goes to, and so which messages there are."""

    messages: TypeAdapter[Any]

    def __init__(self) -> None:
        self.handlers: dict[type[BaseModel], Handler[Any]] = {}

    def on(self, model: type[M]) -> Callable[[Handler[M]], Handler[M]]:
        """Make the function below the handler of a message.

        Raises:
            TypeError: messages of this type have a handler already.
        """

        def register(handler: Handler[M]) -> Handler[M]:
            if model in self.handlers:
                raise TypeError(f"{model.__name__} has two handlers.")
            self.handlers[model] = handler
            # Two models of the same type make no union: Pydantic raises TypeError.
            union: Any = reduce(or_, self.handlers)
            self.messages = TypeAdapter(
                Annotated[union, Field(discriminator="type")]
            )
            return handler

        return register

    def parse(self, text: str) -> BaseModel:
        """Return the message in `text`.

        Raises:
            ValueError: it is not JSON (which has no NaN), or none of the messages.
        """
        return self.messages.validate_python(from_json(text, allow_inf_nan=False))

    async def handle(self, message: BaseModel, client: Client) -> None:
        """Call a message's handler; its bug costs an answer, not the connection."""
        handler = self.handlers[type(message)]
        try:
            await handler(message, client)
        except CLIENT_GONE:
            raise
        except Exception as error:  # noqa: BLE001 - the client must hear of every bug
            bug = " ".join(repr(error).split())
            logger.error("%s: %s", type(message).__name__, bug)
            await client.tell(Error(detail="The server failed."))


table = Table()


def explain(error: ValueError) -> str:
    """Say what is wrong with a message, in a line that cannot grow long."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        field = "".join(f"{part}: " for part in first["loc"][1:])
        return f"{field}{first['msg']}"[:200]
    return f"This is not JSON: {error}"[:200]
