"""Who wants to read what: messages wait in the outbox of each client."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from math import ceil
from time import monotonic

from .settings import settings

TOPICS = ("clock",)

# How many messages may wait for one client.
OUTBOX_SIZE = 100

Outbox = asyncio.Queue[str]


class Topics:
    """Keeps for each topic the outboxes of its subscribers."""

    def __init__(self) -> None:
        self.subscribers: dict[str, set[Outbox]] = {
            topic: set() for topic in TOPICS
        }

    @contextmanager
    def outbox(self) -> Generator[Outbox]:
        """Make an outbox for one client, and unsubscribe it when the block ends."""
        outbox = Outbox(OUTBOX_SIZE)
        try:
            yield outbox
        finally:
            for topic in TOPICS:
                self.unsubscribe(topic, outbox)

    def subscribe(self, topic: str, outbox: Outbox) -> None:
        """Let an outbox have what is published from now on."""
        self.subscribers[topic].add(outbox)

    def unsubscribe(self, topic: str, outbox: Outbox) -> None:
        """Let an outbox have no more of it."""
        self.subscribers[topic].discard(outbox)

    def publish(self, topic: str, text: str) -> None:
        """Put a message into the outbox of each subscriber, and wait for none."""
        for outbox in self.subscribers[topic]:
            # A client that is so far behind misses this message.
            if not outbox.full():
                outbox.put_nowait(f"{topic}: {text}")


async def tick(topics: Topics) -> None:
    """Publish the ticks of lesson 12."""
    seconds, start, number = settings.tick_seconds, monotonic(), 0
    while True:
        # If several ticks are overdue, go on with the next one that is not.
        number = max(number + 1, ceil((monotonic() - start) / seconds))
        due = start + number * seconds
        await asyncio.sleep(due - monotonic())
        topics.publish("clock", f"Tick {number}, {monotonic() - due:.2f} s late")
