"""Exercise 0: the snow report. Take reports from the huts, and from nobody else."""

from collections import deque
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

app = FastAPI()

HUTS = ("Kar", "Alm", "Joch", "Grat", "Firn")
MAX_REPORTS = 100


class ReportInfo(BaseModel):
    text: Annotated[str, Field(min_length=1, max_length=200)]
    snow: Annotated[int, Field(ge=0, le=1000)]


class ReportCreate(ReportInfo):
    phone: str


reports: dict[str, deque[ReportCreate]] = {}


async def get_hut(hut: str) -> str:
    """Return the hut that the path names."""
    if hut not in HUTS:
        raise HTTPException(404, f"There is no hut {hut}.")
    return hut


KnownHut = Annotated[str, Depends(get_hut)]


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.post("/huts/{hut}/reports", status_code=201)
async def create_report(hut: KnownHut, report: ReportCreate) -> ReportInfo:
    reports.setdefault(hut, deque(maxlen=MAX_REPORTS)).append(report)
    return report


@app.get("/huts/{hut}/reports")
async def read_reports(hut: KnownHut) -> list[ReportInfo]:
    return list(reports.get(hut, []))
