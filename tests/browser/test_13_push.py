"""What the page of lesson 13 says happens in a browser, done in one."""

import re
import shutil
import signal
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.support.server import ROOT, Server, serve


def opened(page: Page, server: Server) -> None:
    page.goto(server.url)
    expect(page.locator("#state")).to_have_text("open")


def test_page_shows_what_it_watches(context: BrowserContext, tmp_path: Path) -> None:
    env = {"DATABASE": str(tmp_path / "readings"), "TICK_SECONDS": "0.1", "MEASURE_SECONDS": "0"}
    page, other = context.new_page(), context.new_page()
    with serve("lessons.13_push.main:app", env=env) as server:
        for one in (page, other):
            opened(one, server)
            one.get_by_label("snow").check()
        page.get_by_label("clock").check()
        expect(page.get_by_role("row", name="clock")).to_contain_text("Tick")
        other.get_by_role("button", name="Measure snow").click()
        for one in (page, other):
            expect(one.get_by_role("row", name="snow")).to_contain_text("cm")
        expect(other.get_by_role("row", name="clock")).not_to_contain_text("Tick")

        page.fill("#text", "forget snow")
        page.click("#send")
        expect(page.get_by_label("snow")).not_to_be_checked()


def test_naive_has_no_place_for_a_third_window(context: BrowserContext, tmp_path: Path) -> None:
    env = {"DATABASE": str(tmp_path / "readings"), "TICK_SECONDS": "1000"}
    with serve("lessons.13_push.naive:app", env=env) as server:
        for _ in range(2):
            opened(context.new_page(), server)
        third = context.new_page()
        third.goto(server.url)
        expect(third.locator("#state")).to_have_text("closed (1006)")
        third.goto(f"{server.url}/readings")
        expect(third.locator("body")).to_have_text("Internal Server Error")


def test_naive_in_a_thread_is_killed_by_pings(page: Page, tmp_path: Path) -> None:
    copied = tmp_path / "lesson"
    shutil.copytree(ROOT / "lessons" / "13_push", copied)
    source = (copied / "naive.py").read_text(encoding="utf-8")
    half = "reading = await asyncio.to_thread(read_instrument, topic)"
    cured = source.replace("reading = read_instrument(topic)", half)
    (copied / "naive.py").write_text(cured, encoding="utf-8")
    env = {"DATABASE": str(tmp_path / "readings")}
    pings = ("--ws-ping-interval", "1", "--ws-ping-timeout", "1")
    with serve("naive:app", *pings, env=env, cwd=copied) as server:
        opened(page, server)
        page.get_by_role("button", name="Measure snow").dblclick()
        killed = re.compile(r"^closed \((1006|1011\) keepalive ping timeout)")
        expect(page.locator("#state")).to_have_text(killed)


def test_naive_waits_for_who_has_left(page: Page, tmp_path: Path) -> None:
    env = {"DATABASE": str(tmp_path / "readings"), "TICK_SECONDS": "1000"}
    with serve("lessons.13_push.naive:app", env=env) as server:
        for path in ("both", "speak"):
            opened(page, server)
            page.evaluate(
                """(path) => new Promise((resolve) => {
                    const socket = new WebSocket(`${path}/snow`);
                    socket.onopen = resolve;
                })""",
                path,
            )
            page.goto("about:blank")
        server.wait_for_log(r"ExceptionGroup: unhandled errors in a TaskGroup \(1 sub-exception\)")
        server.signal(signal.SIGINT)
        server.wait_for_log("Waiting for background tasks to complete")
        assert server.exit_code is None

        # "Only a second Ctrl+C ends it."
        server.signal(signal.SIGINT)
        server.wait_for_exit()
