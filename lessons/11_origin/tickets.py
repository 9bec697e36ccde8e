"""Tickets: each lets in the person it was given to, once, and soon."""

from secrets import token_urlsafe
from time import monotonic

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel

from .auth import Speaker, Speaking, settings

router = APIRouter()


class Tickets:
    """The tickets that nobody has used yet, the oldest first."""

    def __init__(self) -> None:
        self.waiting: dict[str, tuple[float, Speaker]] = {}

    def issue(self, speaker: Speaker) -> str:
        """Return a new ticket, and forget those that are too old."""
        now = monotonic()
        while self.waiting and next(iter(self.waiting.values()))[0] <= now:
            del self.waiting[next(iter(self.waiting))]
        ticket = token_urlsafe(32)
        self.waiting[ticket] = (now + settings.ticket_seconds, speaker)
        return ticket

    def redeem(self, ticket: str) -> Speaker:
        """Return whose ticket this is; there is no second time.

        Raises:
            HTTPException: 401, nobody's, by now or ever.
        """
        until, speaker = self.waiting.pop(ticket, (0.0, None))
        if speaker is None or until <= monotonic():
            raise HTTPException(401, "This ticket is used, too old, or none.")
        return speaker


tickets = Tickets()


class Ticket(BaseModel):
    ticket: str


@router.post("/tickets")
async def hand_out(speaker: Speaking, response: Response) -> Ticket:
    response.headers["Cache-Control"] = "no-store"
    return Ticket(ticket=tickets.issue(speaker))
