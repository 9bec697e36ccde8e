"""Exercise 0: the letterbox. Take the reports that huts send."""

from collections import defaultdict, deque
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

app = FastAPI()

HUTS = ("Kar", "Alm", "Joch", "Grat", "Firn")


class Report(BaseModel):
    """What everybody may read of a report; snow is in centimetres."""

    text: Annotated[str, Field(min_length=1, max_length=200)]
    snow: Annotated[int, Field(ge=0, le=1000)]


class Letter(Report):
    """What a warden writes."""

    phone: str


# The last hundred reports of each hut.
letterbox: dict[str, deque[Letter]] = defaultdict(partial(deque, maxlen=100))


async def get_hut(hut: str) -> str:
    """Return the hut that the path names."""
    if hut not in HUTS:
        raise HTTPException(404, f"There is no hut {hut}.")
    return hut


Hut = Annotated[str, Depends(get_hut)]


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.post("/huts/{hut}/reports", status_code=201)
async def leave_report(hut: Hut, letter: Letter) -> Report:
    letterbox[hut].append(letter)
    return letter


@app.get("/huts/{hut}/reports")
async def read_reports(hut: Hut) -> list[Report]:
    return list(letterbox[hut])
