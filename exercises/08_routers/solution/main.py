"""Exercise 8: what may I say. A dispatcher that can tell what it understands."""

import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

logger = logging.getLogger(__name__)


class Answer(BaseModel):
    type: Literal["answer"] = "answer"
    text: str


class Messages(BaseModel):
    """Which messages the station understands: what each is for, by its type."""

    type: Literal["messages"] = "messages"
    messages: dict[str, str]


class Error(BaseModel):
    type: Literal["error"] = "error"
    detail: str


@dataclass(frozen=True)
class Client:
    """Who sent a message, and how to answer."""

    websocket: WebSocket

    async def send(self, event: BaseModel) -> None:
        """Send an event to this client."""
        await self.websocket.send_text(event.model_dump_json())


Handler = Callable[[Any, Client], Awaitable[None]]


class Dispatcher:
    """Which handler each message goes to, and so which messages there are."""

    messages: TypeAdapter[Any]

    def __init__(self) -> None:
        self.handlers: dict[type[BaseModel], Handler] = {}

    def on(self, model: type[BaseModel]) -> Callable[[Handler], Handler]:
        """Make the function below the handler of a message."""

        def register(handler: Handler) -> Handler:
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
        """Call the handler of a message."""
        try:
            await self.handlers[type(message)](message, client)
        except WebSocketDisconnect:
            raise
        except Exception:
            logger.exception("The handler of %s failed.", type(message).__name__)
            await client.send(Error(detail="The station failed."))

    def purposes(self) -> dict[str, str]:
        """Return what each message is for, by its type."""
        found = {
            get_args(model.model_fields["type"].annotation)[0]: model.__doc__ or ""
            for model in self.handlers
        }
        return dict(sorted(found.items()))


dispatcher = Dispatcher()


def explain(error: ValueError) -> str:
    """Say what is wrong with a message, in a line that cannot grow long."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        if not first["loc"]:
            return f"I understand: {', '.join(dispatcher.purposes())}."
        field = "".join(f"{part}: " for part in first["loc"][1:])
        return f"{field}{first['msg']}"[:200]
    return f"This is not JSON: {error}"[:200]


class Snow(BaseModel):
    """How deep the snow is."""

    type: Literal["snow"]
    metres: float


@dispatcher.on(Snow)
async def snow(message: Snow, client: Client) -> None:
    await client.send(Answer(text=f"Snow: {message.metres:g} m."))


class Guests(BaseModel):
    """How many guests there are, and how many beds."""

    type: Literal["guests"]
    guests: int
    beds: int


@dispatcher.on(Guests)
async def guests(message: Guests, client: Client) -> None:
    full = round(100 * message.guests / message.beds)
    await client.send(Answer(text=f"Beds: {full} percent taken."))


class Help(BaseModel):
    """What the station understands."""

    type: Literal["help"]


@dispatcher.on(Help)
async def tell_purposes(_: Help, client: Client) -> None:
    await client.send(Messages(messages=dispatcher.purposes()))


if os.environ.get("SEASON") == "winter":

    class Avalanche(BaseModel):
        """How likely an avalanche is, from 1 to 5."""

        type: Literal["avalanche"]
        danger: int

    @dispatcher.on(Avalanche)
    async def avalanche(message: Avalanche, client: Client) -> None:
        await client.send(Answer(text=f"Avalanche: {message.danger} of 5."))


router = APIRouter(prefix="/huts/{hut}")


@router.websocket("/ws")
async def listen(websocket: WebSocket) -> None:
    await websocket.accept()
    client = Client(websocket)
    with suppress(WebSocketDisconnect):
        while True:
            try:
                message = dispatcher.parse(await websocket.receive_text())
            except KeyError:
                # receive_text() looks up "text"; a binary message has none.
                await client.send(Error(detail="Send text, not bytes."))
            except ValueError as reason:
                await client.send(Error(detail=explain(reason)))
            else:
                await dispatcher.dispatch(message, client)


app = FastAPI()
app.include_router(router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))
