"""The questions that were answered, in SQLite."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiosqlite

# How many connections to the database there are, for all clients together.
CONNECTIONS = 2

# Seconds. Nobody waits longer than this for a connection.
SESSION_TIMEOUT = 1.0


class Database:
    """Lends its connections, each to one borrower at a time."""

    def __init__(self) -> None:
        self.free: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[aiosqlite.Connection]:
        """Lend a connection for as long as the `async with` block runs."""
        async with asyncio.timeout(SESSION_TIMEOUT):
            connection = await self.free.get()
        try:
            yield connection
        finally:
            self.free.put_nowait(connection)


@asynccontextmanager
async def open_database(path: Path) -> AsyncGenerator[Database]:
    """Keep the database open while the block runs."""
    database = Database()
    async with AsyncExitStack() as stack:
        for _ in range(CONNECTIONS):
            # Without an isolation level, each statement is saved at once.
            connecting = aiosqlite.connect(path, isolation_level=None)
            database.free.put_nowait(await stack.enter_async_context(connecting))
        async with database.session() as session:
            await session.execute("CREATE TABLE IF NOT EXISTS answers (question)")
        yield database


async def save(session: aiosqlite.Connection, question: str) -> None:
    """Save a question that was answered."""
    await session.execute("INSERT INTO answers VALUES (?)", (question,))


async def read_all(session: aiosqlite.Connection) -> list[str]:
    """Return the questions that were answered, the last hundred of them."""
    rows = await session.execute_fetchall(
        "SELECT question FROM answers ORDER BY rowid DESC LIMIT 100"
    )
    return [str(question) for (question,) in rows]
