"""What one connection uploads: one file after the other."""

import asyncio
import os
from contextlib import suppress
from hashlib import file_digest
from secrets import token_hex

from .messages import Begin, Event, Failed, Uploaded, explain
from .settings import settings


class UploadSession:
    def __init__(self) -> None:
        self.begin: Begin | None = None

    async def handle(self, message: str | bytes) -> Event | None:
        """Do what a message says, and return the answer, if there is one."""
        try:
            if isinstance(message, bytes):
                return await self.write(message)
            return await self.start(Begin.model_validate_json(message))
        except (ValueError, OSError) as error:
            await self.release()
            return Failed(detail=explain(error, message))

    async def start(self, begin: Begin) -> Uploaded | None:
        """Begin an upload, unless one is under way or the file is too large."""
        if self.begin:
            raise ValueError("One file at a time.")
        if begin.size > settings.max_upload_bytes:
            raise ValueError(f"The limit is {settings.max_upload_bytes} bytes.")
        settings.uploads.mkdir(parents=True, exist_ok=True)
        self.begin = begin
        self.final_path = settings.uploads / token_hex(16)
        self.part_path = self.final_path.with_suffix(".part")
        self.offset = 0
        return None if begin.size else await self.finish(begin)

    async def write(self, chunk: bytes) -> Uploaded | None:
        """Append a chunk to the file."""
        begin = self.begin
        if begin is None:
            # It was on its way when the upload failed.
            return None
        if self.offset + len(chunk) > begin.size:
            raise ValueError("These are more bytes than announced.")
        if chunk:
            await asyncio.to_thread(self.append, chunk)
            self.offset += len(chunk)
        if self.offset == begin.size:
            return await self.finish(begin)
        return None

    def append(self, chunk: bytes) -> None:
        """Write to the disk, which may take a while: a thread does this."""
        with self.part_path.open("ab") as file:
            file.write(chunk)

    async def finish(self, begin: Begin) -> Uploaded:
        """Make the file whole."""
        # A large file takes a second, and nobody else should wait for it.
        await asyncio.to_thread(self.finalize, begin.sha256)
        self.begin = None
        return Uploaded(name=begin.name, size=begin.size, sha256=begin.sha256)

    def finalize(self, sha256: str) -> None:
        """Check what is on the disk, and give the file its final name."""
        # Opened to append, because an empty file has no part yet.
        with self.part_path.open("a+b") as file:
            file.seek(0)
            if file_digest(file, "sha256").hexdigest() != sha256:
                raise ValueError("The checksum is not the one announced.")
            os.fsync(file.fileno())
        # This is one step for the file system: there is never half a file.
        self.part_path.replace(self.final_path)

    async def release(self) -> None:
        """End the upload, if there is one, and remove what has arrived of it."""
        if self.begin is None:
            return
        self.begin = None
        with suppress(OSError):
            await asyncio.to_thread(self.part_path.unlink, missing_ok=True)
