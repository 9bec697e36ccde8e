"""What one connection uploads: one file after the other."""

import asyncio
from secrets import token_hex

from .messages import Begin, Uploaded
from .settings import settings


class UploadSession:
    def __init__(self) -> None:
        self.begin: Begin | None = None

    async def handle(self, message: str | bytes) -> Uploaded | None:
        """Do what a message says, and return the answer, if there is one."""
        if isinstance(message, bytes):
            return await self.write(message)
        return await self.start(Begin.model_validate_json(message))

    async def start(self, begin: Begin) -> Uploaded | None:
        """Begin an upload, unless the file is too large."""
        if begin.size > settings.max_upload_bytes:
            raise ValueError(f"The limit is {settings.max_upload_bytes} bytes.")
        settings.uploads.mkdir(parents=True, exist_ok=True)
        self.begin = begin
        self.path = settings.uploads / token_hex(16)
        self.offset = 0
        return await self.write(b"")

    async def write(self, chunk: bytes) -> Uploaded | None:
        """Append a chunk to the file."""
        begin = self.begin
        if begin is None or self.offset + len(chunk) > begin.size:
            raise ValueError("These are more bytes than announced.")
        await asyncio.to_thread(self.append, chunk)
        self.offset += len(chunk)
        if self.offset < begin.size:
            return None
        self.begin = None
        return Uploaded(name=begin.name, size=begin.size)

    def append(self, chunk: bytes) -> None:
        """Write to the disk, which may take a while: a thread does this."""
        with self.path.open("ab") as file:
            file.write(chunk)
