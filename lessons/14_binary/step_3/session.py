"""What one connection uploads: one file after the other."""

import asyncio
import os
from contextlib import suppress
from hashlib import file_digest

from .messages import Begin, Event, Failed, Ready, Uploaded, explain
from .quota import quota
from .settings import settings


class UploadSession:
    def __init__(self) -> None:
        self.begin: Begin | None = None
        self.id = ""

    async def handle(self, message: str | bytes) -> Event | None:
        """Do what a message says, and return the answer, if there is one."""
        try:
            if isinstance(message, bytes):
                return await self.write(message)
            return await self.start(Begin.model_validate_json(message))
        except (ValueError, OSError) as error:
            await self.release(keep=False)
            return Failed(detail=explain(error, message))

    async def start(self, begin: Begin) -> Ready | Uploaded:
        """Begin an upload, unless one is under way or the file is too large."""
        if self.begin:
            raise ValueError("One file at a time.")
        if begin.size > settings.max_upload_bytes:
            raise ValueError(f"The limit is {settings.max_upload_bytes} bytes.")
        settings.uploads.mkdir(parents=True, exist_ok=True)
        self.id = quota.reserve(begin)
        self.begin = begin
        self.final_path = settings.uploads / self.id
        self.part_path = self.final_path.with_suffix(".part")
        # The file may be whole, and its client may not have heard of it.
        self.path = self.final_path if self.final_path.exists() else self.part_path
        self.offset = self.path.stat().st_size if self.path.exists() else 0
        if self.offset == begin.size:
            return await self.finish(begin)
        return Ready(id=self.id, offset=self.offset)

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
        # Closed each time, so what is written survives `kill -9`.
        with self.part_path.open("ab") as file:
            file.write(chunk)

    async def finish(self, begin: Begin) -> Uploaded:
        """Make the file whole."""
        # A large file takes a second, and nobody else should wait for it.
        await asyncio.to_thread(self.finalize, begin.sha256)
        await self.release(keep=True)
        return Uploaded(name=begin.name, size=begin.size, sha256=begin.sha256)

    def finalize(self, sha256: str) -> None:
        """Check what is on the disk, and give the file its final name."""
        # Opened to append, because an empty file has no part yet.
        with self.path.open("a+b") as file:
            file.seek(0)
            if file_digest(file, "sha256").hexdigest() != sha256:
                raise ValueError("The checksum is not the one announced.")
            os.fsync(file.fileno())
        # This is one step for the file system: there is never half a file.
        self.path.replace(self.final_path)

    async def release(self, *, keep: bool) -> None:
        """End the upload, if there is one; keep what has arrived, or remove it."""
        if self.begin is None:
            return
        self.begin = None
        if not keep:
            with suppress(OSError):
                await asyncio.to_thread(self.part_path.unlink, missing_ok=True)
        part_size = self.offset if keep else 0
        quota.release(self.id, None if self.final_path.exists() else part_size)
