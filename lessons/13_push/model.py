"""It stands for a language model: it takes its time, and answers in small parts."""

import asyncio
import time
from collections.abc import AsyncGenerator

from .settings import settings

ANSWER = (
    "{} That is a good question. A server that listens while it speaks can be"
    " stopped in the middle of a sentence, so press Stop before this one ends."
)


def look_up(question: str) -> str:
    """Find what is known about a question. It blocks, as many libraries do."""
    time.sleep(settings.look_up_seconds)
    return ANSWER.format(question)


async def generate(found: str) -> AsyncGenerator[str]:
    """Yield an answer, one token at a time."""
    for token in found.split():
        await asyncio.sleep(settings.token_seconds)
        yield token
