"""The text messages of an upload: JSON with a `type`, as in lesson 4."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError


class Begin(BaseModel):
    type: Literal["begin"]
    name: Annotated[str, Field(min_length=1, max_length=1000)]
    size: Annotated[int, Field(strict=True, ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Uploaded(BaseModel):
    type: Literal["uploaded"] = "uploaded"
    name: str
    size: int
    sha256: str


class Failed(BaseModel):
    type: Literal["failed"] = "failed"
    detail: str


Event = Uploaded | Failed


def explain(error: ValueError | OSError, message: str | bytes) -> str:
    """Say why an upload failed, in a line that cannot grow long."""
    if isinstance(error, OSError):
        return f"It cannot be stored: {error.strerror}."
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_input=False)[0]
    field = "".join(f"{part}: " for part in first["loc"][-1:])
    return f"{field}{first['msg']}"[:200] + f", in {message[:100]!r}"
