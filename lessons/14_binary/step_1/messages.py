"""The text messages of an upload: JSON with a `type`, as in lesson 4."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field


class Begin(BaseModel):
    type: Literal["begin"]
    name: Annotated[str, Field(min_length=1, max_length=1000)]
    size: Annotated[int, Field(strict=True, ge=0)]


class Uploaded(BaseModel):
    type: Literal["uploaded"] = "uploaded"
    name: str
    size: int
