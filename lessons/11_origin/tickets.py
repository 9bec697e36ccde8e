"""Tickets: each lets one user in, once, and soon."""

from secrets import token_urlsafe
from time import monotonic

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel

from .auth import CurrentUser, User
from .settings import settings

router = APIRouter()


class Tickets:
    """The tickets that nobody has used yet, the oldest first."""

    def __init__(self) -> None:
        self.pending: dict[str, tuple[float, User]] = {}

    def create(self, user: User) -> str:
        """Return a new ticket, and forget those that have expired."""
        now = monotonic()
        for ticket, (expires_at, _) in list(self.pending.items()):
            if expires_at > now:
                break  # All tickets last equally long, so the rest is younger.
            del self.pending[ticket]
        ticket = token_urlsafe(32)
        self.pending[ticket] = (now + settings.ticket_seconds, user)
        return ticket

    def redeem(self, ticket: str) -> User:
        """Return whose ticket this is. It works only once.

        Raises:
            HTTPException: 401, it was used, has expired, or is not ours.
        """
        expires_at, user = self.pending.pop(ticket, (0.0, None))
        if user is None or expires_at <= monotonic():
            raise HTTPException(401, "This ticket is not valid, or not any more.")
        return user


tickets = Tickets()


class Ticket(BaseModel):
    ticket: str


@router.post("/tickets")
async def create_ticket(user: CurrentUser, response: Response) -> Ticket:
    response.headers["Cache-Control"] = "no-store"
    return Ticket(ticket=tickets.create(user))
