"""What is written down after an answer has been sent."""

from collections import deque
from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import BaseModel

router = APIRouter(tags=["journal"])


class LogEntry(BaseModel):
    at: datetime
    user: str
    action: str


journal: deque[LogEntry] = deque(maxlen=100)


async def log_entry(user: str, action: str) -> None:
    journal.append(LogEntry(at=datetime.now(UTC), user=user, action=action))


@router.get("/journal")
async def read_journal() -> list[LogEntry]:
    return list(journal)
