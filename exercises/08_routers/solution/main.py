"""Exercise 8: what may I say. A table of calls that can tell what is in it."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from fastapi import APIRouter, FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

logger = logging.getLogger(__name__)


class Copied(BaseModel):
    """What the station says to a call that it has understood."""

    type: Literal["copied"] = "copied"
    text: str


class Calls(BaseModel):
    """Which calls the station understands, and what each is for."""

    type: Literal["calls"] = "calls"
    calls: dict[str, str]


class Error(BaseModel):
    """What the station says to everything else."""

    type: Literal["error"] = "error"
    detail: str


M = TypeVar("M", bound=BaseModel)
Handler = Callable[[M], Awaitable[BaseModel]]


class Table:
    """Which handler each call goes to."""

    messages: TypeAdapter[Any]

    def __init__(self) -> None:
        self.handlers: dict[type[BaseModel], Handler[Any]] = {}

    def on(self, model: type[M]) -> Callable[[Handler[M]], Handler[M]]:
        """Make the function below the handler of a call."""

        def register(handler: Handler[M]) -> Handler[M]:
            self.handlers[model] = handler
            union: Any = reduce(or_, self.handlers)
            self.messages = TypeAdapter(
                Annotated[union, Field(discriminator="type")]
            )
            return handler

        return register

    def calls(self) -> dict[str, str]:
        """Return what each call is for, by its name."""
        names = {
            get_args(model.model_fields["type"].annotation)[0]: model.__doc__ or ""
            for model in self.handlers
        }
        return dict(sorted(names.items()))

    async def answer(self, text: str) -> BaseModel:
        """Return what the station says to what a hut has sent."""
        try:
            message = self.messages.validate_python(from_json(text))
        except ValidationError:
            return Error(detail=f"I understand: {', '.join(self.calls())}.")
        except ValueError:
            return Error(detail="This is not JSON.")
        try:
            return await self.handlers[type(message)](message)
        except Exception as error:  # noqa: BLE001 - the hut must hear of every bug
            logger.error("%s: %r", type(message).__name__, error)
            return Error(detail="The station failed.")


table = Table()


class Snow(BaseModel):
    """How deep the snow is."""

    type: Literal["snow"]
    metres: float


@table.on(Snow)
async def snow(message: Snow) -> Copied:
    return Copied(text=f"Snow: {message.metres:g} m.")


class Guests(BaseModel):
    """How many guests there are, and how many beds."""

    type: Literal["guests"]
    guests: int
    beds: int


@table.on(Guests)
async def guests(message: Guests) -> Copied:
    full = round(100 * message.guests / message.beds)
    return Copied(text=f"Beds: {full} percent taken.")


class Help(BaseModel):
    """What the station understands."""

    type: Literal["help"]


@table.on(Help)
async def tell_calls(_: Help) -> Calls:
    return Calls(calls=table.calls())


router = APIRouter(prefix="/huts/{hut}")


@router.websocket("/ws")
async def listen(websocket: WebSocket) -> None:
    await websocket.accept()
    with suppress(WebSocketDisconnect):
        try:
            while True:
                said = await table.answer(await websocket.receive_text())
                await websocket.send_text(said.model_dump_json())
        except KeyError:
            # receive_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")


app = FastAPI()
app.include_router(router)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))
