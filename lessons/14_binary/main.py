"""Lesson 14: binary. Upload a file that is whole, or not there."""

import asyncio
import logging
import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import file_digest
from itertools import count
from operator import itemgetter
from pathlib import Path
from secrets import token_hex
from time import monotonic, time
from typing import Annotated, Literal

import aiofiles
from anyio import CancelScope
from fastapi import FastAPI, WebSocket, WebSocketDisconnect, WebSocketException
from fastapi.responses import FileResponse
from pydantic import (
    BaseModel,
    Field,
    PositiveFloat,
    PositiveInt,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import from_json
from pydantic_settings import BaseSettings

from .manager import CLIENT_GONE, SEND_TIMEOUT, ConnectionManager


class Settings(BaseSettings):
    """Where files go and what fits, from the environment: UPLOADS=/srv/files."""

    uploads: Path = Path(__file__).with_name(".uploads")
    max_upload_bytes: PositiveInt = 64 * 1024**2
    max_stored_bytes: PositiveInt = 1024**3
    max_chunk_bytes: PositiveInt = 256 * 1024
    idle_seconds: PositiveFloat = 30
    keep_seconds: PositiveFloat = 86_400


app = FastAPI()
logger = logging.getLogger(__name__)
settings = Settings()

# Each file counts as this many bytes at least, or empty ones would be free.
LEAST_BYTES = 65_536

# What a file is called on the disk: a random number of ours, never a client's word.
ID = r"^[0-9a-f]{32}$"

client_ids = count(1)


class Say(BaseModel):
    type: Literal["say"]
    text: Annotated[str, Field(min_length=1, max_length=1000)]


class Begin(BaseModel):
    type: Literal["begin"]
    name: Annotated[str, Field(min_length=1, max_length=1000)]
    size: Annotated[int, Field(strict=True, ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    id: Annotated[str, Field(pattern=ID)] | None = None


class End(BaseModel):
    type: Literal["end"]


class Cancel(BaseModel):
    type: Literal["cancel"]


class Said(BaseModel):
    type: Literal["said"] = "said"
    client: int
    text: str
    at: datetime


class Ready(BaseModel):
    type: Literal["ready"] = "ready"
    client: int
    id: str
    offset: int
    chunk: int


class Taken(BaseModel):
    type: Literal["taken"] = "taken"
    offset: int


class Stopped(BaseModel):
    type: Literal["stopped"] = "stopped"
    detail: str
    again: bool = False


class Uploaded(BaseModel):
    type: Literal["uploaded"] = "uploaded"
    client: int
    name: str
    size: int
    sha256: str
    at: datetime


class Left(BaseModel):
    type: Literal["left"] = "left"
    client: int
    at: datetime


class Error(BaseModel):
    type: Literal["error"] = "error"
    detail: str


Message = Say | Begin | End | Cancel
Event = Said | Uploaded | Ready | Taken | Stopped
messages: TypeAdapter[Message] = TypeAdapter(
    Annotated[Message, Field(discriminator="type")]
)


class OutOfTurnError(ValueError):
    """A message that makes no sense now; nothing has changed."""


class StoppedError(Exception):
    """An upload that cannot go on; `again` if it may at another time."""

    def __init__(self, detail: str, *, again: bool = False) -> None:
        super().__init__(detail)
        self.again = again


class Room:
    """How many bytes each file counts, by its id: those stored, or those announced.

    The folder is read once, at the start. From then on every change is noted here.
    """

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        # When each part was last written that nobody sends now, the oldest first.
        self.parts: dict[str, float] = {}
        self.sending: set[str] = set()
        for path in settings.uploads.glob("*"):
            # A file with another kind of name is not one of ours.
            if re.match(ID, path.stem) and path.suffix in {"", ".part"}:
                found = path.stat()
                self.sizes[path.stem] = found.st_size
                if path.suffix:
                    self.parts[path.stem] = found.st_mtime
        self.parts = dict(sorted(self.parts.items(), key=itemgetter(1)))

    def take(self, begin: Begin) -> str:
        """Return the id under which an upload begins or goes on; promise its room.

        Raises:
            StoppedError: too large, no room, going on elsewhere, another size.
        """
        most = settings.max_stored_bytes
        if begin.size > settings.max_upload_bytes:
            raise StoppedError(f"The limit is {settings.max_upload_bytes} bytes.")
        if begin.id in self.sending:
            raise StoppedError("Another connection sends this file.", again=True)
        self.remove_old_parts()
        # An id that is unknown, or forgotten, begins anew under one of ours.
        upload_id = begin.id if begin.id in self.sizes else token_hex(16)
        stored = self.sizes.get(upload_id, begin.size)
        grows = begin.size > stored and upload_id in self.parts
        # A part may grow to what was announced, and a whole file does not change.
        if begin.size != stored and not grows:
            raise StoppedError("The file with this id has another size.")
        # No await from here to the promise, or another may take the same room.
        sizes = self.sizes | {upload_id: begin.size}
        if sum(max(size, LEAST_BYTES) for size in sizes.values()) > most:
            raise StoppedError("The server has no room left for it.")
        self.sizes = sizes
        self.parts.pop(upload_id, None)
        self.sending.add(upload_id)
        return upload_id

    def remove_old_parts(self) -> None:
        """Remove the parts of uploads that broke too long ago."""
        for upload_id, written in list(self.parts.items()):
            if written > time() - settings.keep_seconds:
                break
            (settings.uploads / f"{upload_id}.part").unlink(missing_ok=True)
            del self.parts[upload_id], self.sizes[upload_id]


class Upload:
    """A file on its way: what has arrived of it is in `<id>.part`."""

    def __init__(self, begin: Begin) -> None:
        self.begin = begin
        settings.uploads.mkdir(parents=True, exist_ok=True)
        self.id = room.take(begin)
        self.deadline = monotonic() + settings.idle_seconds
        self.whole = settings.uploads / self.id
        self.part = self.whole.with_suffix(".part")
        # It may be finished already, and its client may not have heard of it.
        self.path = self.whole if self.whole.exists() else self.part
        self.offset = self.path.stat().st_size if self.path.exists() else 0

    async def write(self, chunk: bytes) -> None:
        """Append a chunk.

        Raises:
            StoppedError: that is more than was announced.
            OSError: the disk is full, or worse.
        """
        if self.offset + len(chunk) > self.begin.size:
            raise StoppedError("These are more bytes than announced.")
        # Begun, it is finished, even if the client is dropped: threads do not stop.
        with CancelScope(shield=True):
            # Closed each time: what is acknowledged does not die with this process.
            async with aiofiles.open(self.part, "ab") as file:
                await file.write(chunk)
        self.offset += len(chunk)
        if chunk:
            self.deadline = monotonic() + settings.idle_seconds

    async def finish(self) -> None:
        """Make the part a whole file.

        Raises:
            OutOfTurnError: bytes are missing.
            StoppedError: its bytes are not those that were announced.
            OSError: the disk has failed.
        """
        if (missing := self.begin.size - self.offset) > 0:
            raise OutOfTurnError(f"{missing} bytes are missing.")
        # A large file takes a second, and nobody else waits for it.
        with CancelScope(shield=True):
            await asyncio.to_thread(self.seal)

    def seal(self) -> None:
        """Check what is on the disk, and rename it."""
        # Opened to append, because an empty file has no part until now.
        with self.path.open("a+b") as file:
            file.seek(0)
            if file_digest(file, "sha256").hexdigest() != self.begin.sha256:
                raise StoppedError("The checksum is not the one announced.")
            os.fsync(file.fileno())
        # In one step: whoever looks finds no file, or all of it.
        self.path = self.path.replace(self.whole)
        if os.name == "posix":
            # The new name is a line of the folder, which a power cut may lose too.
            folder = os.open(settings.uploads, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)

    async def leave(self, *, keep: bool) -> None:
        """Let go of the part, and keep it if there is something to go on with."""
        if not (keep and self.offset):
            with CancelScope(shield=True), suppress(OSError):
                await asyncio.to_thread(self.part.unlink, missing_ok=True)
        room.sending.discard(self.id)
        if self.path == self.part:
            if keep and self.offset:
                room.sizes[self.id] = self.offset
                room.parts[self.id] = time()
            else:
                del room.sizes[self.id]


class Desk:
    """Where one client hands in its files, one after the other."""

    def __init__(self, client: int) -> None:
        self.client = client
        self.upload: Upload | None = None
        self.stopped = False

    async def answer(self, message: Message | bytes) -> Event | None:
        """Return what there is to say to a message, if anything.

        Raises:
            OutOfTurnError: the message makes no sense now.
        """
        try:
            return await self.do(message)
        except StoppedError as reason:
            stopped = Stopped(detail=str(reason), again=reason.again)
        except OSError as error:
            # The disk is the operator's, and nothing here needs a traceback.
            logger.error("Upload by client #%s: %s", self.client, error)
            stopped = Stopped(detail=f"It cannot be stored: {error.strerror}.")
        self.stopped = True
        await self.leave(keep=False)
        return stopped

    async def do(self, message: Message | bytes) -> Event | None:
        """Do as a message says, and return what there is to say to it."""
        upload = self.upload
        match message:
            case Say(text=text):
                return Said(client=self.client, text=text, at=datetime.now(UTC))
            case Begin() if not upload:
                self.stopped = False
                upload = self.upload = Upload(message)
                return Ready(
                    client=self.client,
                    id=upload.id,
                    offset=upload.offset,
                    chunk=settings.max_chunk_bytes,
                )
            case Begin():
                raise OutOfTurnError("One file at a time.")
            case bytes() if self.stopped:
                # Sent before the client knew.
                return None
            case _ if not upload:
                raise OutOfTurnError("Begin an upload first.")
            case bytes():
                await upload.write(message)
                return Taken(offset=upload.offset)
            case Cancel():
                raise StoppedError("Cancelled.")
        await upload.finish()
        await self.leave(keep=True)
        at = datetime.now(UTC)
        begin = upload.begin.model_dump(include={"name", "size", "sha256"})
        return Uploaded(client=self.client, at=at, **begin)

    async def leave(self, *, keep: bool) -> None:
        """Let go of the upload, if there is one."""
        upload, self.upload = self.upload, None
        if upload:
            await upload.leave(keep=keep)


manager = ConnectionManager()
room = Room()


async def close(websocket: WebSocket, code: int = 1000, reason: str = "") -> None:
    """Close a connection unless it is closed; cut the reason to what fits.

    Raises:
        ValueError: no close frame may carry this code.
    """
    if not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise ValueError(f"Close code {code} may not be sent.")
    # It may be gone, closed, or not reading: none of them needs our frame.
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(SEND_TIMEOUT):
            cut = reason.encode()[:123].decode(errors="ignore")
            await websocket.close(code, cut)


def parse(text: str) -> Message:
    """Return the message in `text`.

    Raises:
        ValueError: it is not JSON (which has no NaN), or not one of the messages.
    """
    return messages.validate_python(from_json(text, allow_inf_nan=False))


def explain(error: ValueError) -> str:
    """Say what is wrong with a message, in a line that cannot grow long."""
    if isinstance(error, OutOfTurnError):
        return str(error)
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        field = "".join(f"{part}: " for part in first["loc"][1:])
        return f"{field}{first['msg']}"[:200]
    return f"This is not JSON: {error}"[:200]


async def receive(websocket: WebSocket, upload: Upload | None) -> Message | bytes:
    """Return the next message: bytes as they are, text as what it says.

    Raises:
        ValueError: the text is not one of the messages.
        WebSocketException: 4408 too late, 1009 too long.
    """
    seconds = upload.deadline - monotonic() if upload else None
    try:
        async with asyncio.timeout(seconds):
            message = await websocket.receive()
    except TimeoutError:
        reason = f"No bytes for {settings.idle_seconds:g} s."
        raise WebSocketException(4408, reason) from None
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"], message.get("reason"))
    # It has text or bytes; the other key is missing, or None.
    chunk = message.get("bytes")
    if chunk is None:
        return parse(message["text"])
    if len(chunk) > settings.max_chunk_bytes:
        reason = f"Longer than {settings.max_chunk_bytes} bytes."
        raise WebSocketException(1009, reason)
    return chunk


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.get("/sha256.js")
async def script() -> FileResponse:
    path = Path(__file__).with_name("sha256.js")
    # Where a system says that .js is plain text, a browser runs none of it.
    return FileResponse(path, media_type="text/javascript")


@app.websocket("/upload")
async def chat(websocket: WebSocket) -> None:
    await websocket.accept()
    client = next(client_ids)
    desk = Desk(client)
    try:
        with manager.connect(websocket), suppress(*CLIENT_GONE):
            while True:
                try:
                    event = await desk.answer(await receive(websocket, desk.upload))
                except ValueError as reason:
                    error = Error(detail=explain(reason))
                    await manager.send(websocket, error.model_dump_json())
                else:
                    if isinstance(event, Said | Uploaded):
                        await manager.broadcast(event.model_dump_json())
                    elif event:
                        await manager.send(websocket, event.model_dump_json())
    except WebSocketException as refused:
        await close(websocket, refused.code, refused.reason)
    finally:
        await desk.leave(keep=True)
        left = Left(client=client, at=datetime.now(UTC))
        await manager.broadcast(left.model_dump_json())
