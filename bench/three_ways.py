"""Measure what news cost a page by polling, by server-sent events and by WebSocket.

`python -m bench.three_ways` opens each way's page in Chromium, counts every byte between the
browser and the server, and writes bench/three_ways.md: requests and bytes of one page in ten
seconds without news, in ten seconds with a hundred, and how old news are when the page shows them.
The three are measured in one run, one after the other; what counts is their ratio.
"""

import asyncio
import contextlib
import statistics
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from playwright.async_api import Page, async_playwright

from bench.server import IMPLEMENTATIONS, Server
from tools import chromium

WAYS = {"polling": "polling", "sse": "server-sent events", "websocket": "WebSocket"}
SECONDS = 10
NEWS = 100
RESULT = Path(__file__).with_suffix(".md")


@dataclass
class Relay:
    """A TCP relay in front of a server that counts what passes, in bytes and in requests."""

    port: int = 0
    size: int = 0
    requests: int = 0

    def reset(self) -> None:
        """Count from zero again."""
        self.size = self.requests = 0

    async def serve(self, upstream: int) -> asyncio.Server:
        """Listen on a free port of 127.0.0.1 and pass everything on to `upstream`."""

        async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):
                while data := await reader.read(65_536):
                    self.size += len(data)
                    # A browser sends a request's head in one piece.
                    self.requests += data.startswith((b"GET ", b"POST "))
                    writer.write(data)
                    await writer.drain()
            writer.close()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection("127.0.0.1", upstream)
            await asyncio.gather(pump(reader, back), pump(there, writer))

        listener = await asyncio.start_server(connected, "127.0.0.1", 0)
        self.port = listener.sockets[0].getsockname()[1]
        return listener


@dataclass
class Cost:
    """What one way costs: requests and bytes without and with news, and their age in seconds."""

    idle_requests: int
    idle_bytes: int
    news_requests: int
    news_bytes: int
    age: float


async def vote(name: str, server: Server, voter: httpx2.AsyncClient, page: Page) -> None:
    """Bring about one piece of news, not through the relay."""
    if name == "websocket":
        await page.evaluate("window.voter.send('vote')")
    else:
        await voter.post(f"{server.url}/votes")


async def measure(name: str, server: Server, pages: tuple[Page, Page], relay: Relay) -> Cost:
    """Return what a way costs one page; the other page votes, without being counted."""
    page, other = pages
    await other.goto(server.url)
    if name == "websocket":
        await other.evaluate(
            """() => new Promise((open) => {
                window.voter = new WebSocket("votes");
                window.voter.onopen = open;
            })"""
        )
    await page.goto(f"http://127.0.0.1:{relay.port}/")
    await page.wait_for_function("document.querySelector('#votes').textContent === '0'")

    relay.reset()
    await asyncio.sleep(SECONDS)
    idle = (relay.requests, relay.size)

    await page.evaluate(
        """() => {
            const votes = document.querySelector("#votes");
            const note = () => window.seen.push([Number(votes.textContent), Date.now()]);
            window.seen = [];
            new MutationObserver(note).observe(votes, { childList: true });
        }"""
    )
    relay.reset()
    voted = []
    async with httpx2.AsyncClient() as voter:
        begin = time.time()
        for number in range(1, NEWS + 1):
            # A steady pace: what a vote takes comes out of the pause before the next.
            await asyncio.sleep(max(0, begin + number * SECONDS / NEWS - time.time()))
            voted.append(time.time())
            await vote(name, server, voter, other)
        await page.wait_for_function(f"document.querySelector('#votes').textContent === '{NEWS}'")
    requests, size = relay.requests, relay.size
    seen = await page.evaluate("window.seen")
    shown = [next(at for value, at in seen if value > index) / 1000 for index in range(NEWS)]
    age = statistics.median(after - before for before, after in zip(voted, shown, strict=True))
    return Cost(*idle, requests, size, age)


@asynccontextmanager
async def browser_pages() -> AsyncGenerator[tuple[Page, Page]]:
    """Open two pages in the system's Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.find(), args=list(chromium.QUIET)
        )
        yield await browser.new_page(), await browser.new_page()
        await browser.close()


async def main() -> None:
    """Measure all three and write the table."""
    costs = {}
    for name in WAYS:
        relay = Relay()
        with Server(IMPLEMENTATIONS[0], f"topics.three_ways.{name}:app") as server:
            listener = await relay.serve(server.port)
            async with listener, browser_pages() as pages:
                costs[name] = await measure(name, server, pages, relay)
        print(name, costs[name])
    best = costs["websocket"]
    lines = [
        "| | requests, no news | bytes, no news | requests, news | bytes, news | ratio | age |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {WAYS[name]} | {cost.idle_requests} | {cost.idle_bytes:,} | {cost.news_requests} "
        f"| {cost.news_bytes:,} | {cost.news_bytes / best.news_bytes:.1f} "
        f"| {cost.age * 1000:.0f} ms |"
        for name, cost in costs.items()
    ]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if chromium.find() is None:
        sys.exit(chromium.ADVICE)
    asyncio.run(main())
