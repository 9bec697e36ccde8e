"""How a wrong message is answered: from lesson 4."""

from typing import Literal

from pydantic import BaseModel, ValidationError


class Error(BaseModel):
    type: Literal["error"] = "error"
    detail: str


def explain(error: ValueError) -> str:
    """Say what is wrong with a message, in a line that cannot grow long."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        field = "".join(f"{part}: " for part in first["loc"][1:])
        return f"{field}{first['msg']}"[:200]
    return f"This is not JSON: {error}"[:200]
