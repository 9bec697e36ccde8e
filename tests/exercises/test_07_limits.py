"""Exercise 7: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

ACQUIRE = (
    "    with limiter.acquire():\n        await look_up(name)\n        await websocket.accept()\n"
)
AFTER = "    await look_up(name)\n    with limiter.acquire():\n        await websocket.accept()\n"
TAKE = "if bucket.take():"

WRONG = {
    "the place is taken after the database was asked": (
        {ACQUIRE: AFTER},
        "the database is asked 20 times; a client without a place should cost no question.",
    ),
    "a new bucket for each connection": (
        {"bucket = buckets.setdefault(\n            name, ": "bucket = (\n            "},
        "has sent 3 messages, sends one more in a second window, and reads",
    ),
    "counted by the manager, which knows too late": (
        {"if self.taken >= self.max_total:": ("if len(manager.connections) >= self.max_total:")},
        "There are 3 places, 20 windows connect at once, and",
    ),
    "everybody is told to wait": (
        {"await manager.send(websocket, wait)": "await manager.broadcast(wait)"},
        "which is meant for",
    ),
    "closed, as in the lesson": (
        {"await manager.send(websocket, wait)": "await websocket.close(1008, wait)"},
        "Your app closes the connection (1008 Wait 3600 s,",
    ),
    "one bucket for all": (
        {"            name, TokenBucket(": '            "", TokenBucket('},
        "may send 3 messages in a row, and sends",
    ),
    "a bucket that ends with the connection": (
        {
            "            except KeyError:": "            finally:\n"
            "                buckets.pop(name, None)\n            try:\n"
            "                pass\n            except KeyError:",
        },
        "has sent 3 messages, connects again, sends one more, and reads",
    ),
    "the limit is written into the code": (
        {"TokenBucket(settings.messages, ": "TokenBucket(5, "},
        "has sent 3 messages in a row, sends one more, and reads",
    ),
    "a bucket that never fills again": (
        {"self.tokens + new": "self.tokens"},
        "tries 500 times one after the other, and 1 of them is passed on.",
    ),
    "all messages come back at once": (
        {
            "self.tokens + new)": "self.size if new >= 1 else self.tokens)",
            "        self.updated_at = now\n": (
                "        self.updated_at = now if new >= 1 else self.updated_at\n"
            ),
        },
        "the time of one message, and 3 more are passed on at once.",
    ),
    "full without saying when to come back": (
        {', {"Retry-After": "5"}': ""},
        "is refused with 503, and its Retry-After is '';",
    ),
    "come back in no time": (
        {'"Retry-After": "5"': '"Retry-After": "0"'},
        "is refused with 503, and its Retry-After is '0';",
    ),
    "full is the client's fault": (
        {"raise HTTPException(503": "raise HTTPException(400"},
        "handshake gets 400; 503 is right.",
    ),
    "one too many": (
        {"if self.taken >= self.max_total": "if self.taken > self.max_total"},
        "handshake gets 101; 503 is right.",
    ),
    "whoever is unknown keeps the place": (
        {
            "        try:\n            yield\n        finally:\n            self.taken": (
                "        yield\n        self.taken"
            )
        },
        "Somebody unknown was refused with 404, and the place is not free.",
    ),
}

RIGHT = {
    # A semaphore whose acquire() need not wait does not let others go on.
    "        self.taken = 0\n": "        self.free = asyncio.Semaphore(max_total)\n",
    "    @contextmanager\n    def acquire(self) -> Generator[None]:": (
        "    @asynccontextmanager\n    async def acquire(self) -> AsyncGenerator[None]:"
    ),
    "if self.taken >= self.max_total:": "if self.free.locked():",
    "        self.taken += 1\n": "        await self.free.acquire()\n",
    "            self.taken -= 1\n": "            self.free.release()\n",
    "    with limiter.acquire():": "    async with limiter.acquire():",
    "from collections.abc import Generator\nfrom contextlib import contextmanager": (
        "from collections.abc import AsyncGenerator, Generator\n"
        "from contextlib import asynccontextmanager, contextmanager"
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("07", edits)


def test_a_right_answer_may_do_it_differently(desk: Desk) -> None:
    desk.solve("07")
    path = desk.exercise("07").work / "main.py"
    source = path.read_text("utf-8")
    for old, new in RIGHT.items():
        assert old in source, old
        source = source.replace(old, new, 1)
    path.write_text(source, "utf-8")
    ended = desk.word("check", "07")
    assert ended.returncode == 0, ended.stdout
