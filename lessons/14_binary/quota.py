"""How much of the disk all files may take together."""

import re
from secrets import token_hex
from time import time

from .messages import UPLOAD_ID, Begin
from .settings import settings

# Each file counts as this many bytes at least, or empty ones would be free.
MIN_CHARGED_BYTES = 65_536


class BusyError(ValueError):
    """Another connection is sending this file; try again later."""


class Quota:
    """Which files there are, and how many bytes are reserved for each, by its id.

    The folder is read once, at the start. From then on every change is noted here.
    """

    def __init__(self) -> None:
        self.reserved: dict[str, int] = {}
        self.parts: set[str] = set()
        self.busy: set[str] = set()
        for path in settings.uploads.glob("*"):
            # A file with another kind of name is not one of ours.
            if re.fullmatch(UPLOAD_ID, path.stem) and path.suffix in {"", ".part"}:
                found = path.stat()
                if path.suffix and found.st_mtime < time() - settings.keep_seconds:
                    path.unlink()
                    continue
                self.reserved[path.stem] = found.st_size
                if path.suffix:
                    self.parts.add(path.stem)

    def reserve(self, begin: Begin) -> str:
        """Reserve the disk space for an upload, and return its id."""
        if begin.id in self.busy:
            raise BusyError("Another connection is sending this file.")
        upload_id = begin.id if begin.id in self.reserved else token_hex(16)
        known = self.reserved.get(upload_id, begin.size)
        may_grow = upload_id in self.parts
        if begin.size < known or (begin.size > known and not may_grow):
            raise ValueError("The file with this id has another size.")
        sizes = self.reserved | {upload_id: begin.size}
        charged = sum(max(size, MIN_CHARGED_BYTES) for size in sizes.values())
        # No await since the sizes were read: nobody else can take this space.
        if charged > settings.max_stored_bytes:
            raise ValueError("The server has no space left for it.")
        self.reserved = sizes
        self.parts.discard(upload_id)
        self.busy.add(upload_id)
        return upload_id

    def release(self, upload_id: str, part_size: int | None) -> None:
        """Keep so many bytes of a file reserved, or all of it if it is whole."""
        self.busy.discard(upload_id)
        if part_size:
            self.reserved[upload_id] = part_size
            self.parts.add(upload_id)
        elif part_size is not None:
            del self.reserved[upload_id]


quota = Quota()
