"""How many connections there are, in all and for each client."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from fastapi import HTTPException

# Seconds until a client that was refused may try again.
RETRY_AFTER = 5


class FullError(HTTPException):
    """No place is free: a refusal that says when to try again."""

    def __init__(self, status_code: int, detail: str) -> None:
        super().__init__(status_code, detail, {"Retry-After": str(RETRY_AFTER)})


class ConnectionLimiter:
    """Gives a place to each connection, and takes it back."""

    def __init__(self, max_total: int, max_per_client: int) -> None:
        self.max_total = max_total
        self.max_per_client = max_per_client
        self.taken: Counter[str] = Counter()

    @contextmanager
    def acquire(self, client: str) -> Generator[None]:
        """Hold a place for as long as the `with` block runs.

        Raises:
            FullError: all places are taken, or all that one client may have.
        """
        # No await from here to the count, or another may take the same place.
        if self.taken.total() >= self.max_total:
            raise FullError(503, f"All {self.max_total} places are taken.")
        if 0 < self.max_per_client <= self.taken[client]:
            raise FullError(429, f"You have all {self.max_per_client} of yours.")
        self.taken[client] += 1
        try:
            yield
        finally:
            self.taken[client] -= 1
            if not self.taken[client]:
                del self.taken[client]
