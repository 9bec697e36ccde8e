"""A limit on how often something may happen, which lets a short burst through."""

from time import monotonic


class TokenBucket:
    """Gets `rate` tokens a second, and holds as many as it gets in one second."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.size = max(rate, 1)
        self.tokens = self.size
        self.updated_at = monotonic()

    def take(self) -> bool:
        """Take a token and return True, or return False if there is none."""
        now = monotonic()
        new = (now - self.updated_at) * self.rate
        self.tokens = min(self.size, self.tokens + new)
        self.updated_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
