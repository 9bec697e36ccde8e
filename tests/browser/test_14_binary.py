"""What the page of lesson 14 says happens in a browser, done in one."""

import hashlib
import json
import random
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.server import Server, serve

NOISE = random.Random(14)  # noqa: S311 - the same in every run


PHOTO = NOISE.randbytes(4_000_001)
"""A file to choose: its size is no multiple of a chunk."""


CHUNK_SIZE = 262_144

STOP_HALF_WAY = """
let chunks = 0;
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
    if (typeof data === "string" || chunks++ < 6 || sessionStorage.goes) send.call(this, data);
};
"""
"""Loses every chunk after the sixth of sixteen, as a broken line does, until `goes` is set."""


@contextmanager
def upload_server(folder: Path, *options: str) -> Generator[Server]:
    """Serve lesson 14, with its files in this folder."""
    env = {"UPLOADS": str(folder), "CHUNK_SIZE": str(CHUNK_SIZE)}
    with serve("lessons.14_binary.main:app", *options, env=env) as server:
        yield server


def choose(page: Page, name: str) -> None:
    page.set_input_files("#file", {"name": name, "mimeType": "image/jpeg", "buffer": PHOTO})


def choose_and_upload(page: Page) -> None:
    expect(page.locator("#state")).to_have_text("open")
    choose(page, "<b>slope</b>.jpg")
    page.click("#start")


def choose_and_upload_half(page: Page) -> None:
    """Return when six chunks are acknowledged, and nothing more gets through."""
    choose_and_upload(page)
    expect(page.locator("#status")).to_have_text("sent 39 %")


def mend(page: Page) -> None:
    """Let chunks get through again, also for a page that is loaded again."""
    page.evaluate("sessionStorage.goes = true")


def stored(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.iterdir()]


def ready_offsets(page: Page) -> list[int]:
    """Return a list that grows by where each upload begins, for pages opened from now on."""
    offsets: list[int] = []

    def note(frame: str | bytes) -> None:
        if isinstance(frame, str) and (event := json.loads(frame))["type"] == "ready":
            offsets.append(event["offset"])

    page.on("websocket", lambda socket: socket.on("framereceived", note))
    return offsets


def test_page_uploads_a_file_and_shows_its_name_as_text(page: Page, tmp_path: Path) -> None:
    with upload_server(tmp_path) as server:
        page.goto(server.url)
        choose_and_upload(page)

        expect(page.locator("#status")).to_have_text("done")
        digest = hashlib.sha256(PHOTO).hexdigest()
        expect(page.locator("#log li").first).to_have_text(
            f'{{"type":"uploaded","name":"<b>slope</b>.jpg","size":4000001,"sha256":"{digest}"}}'
        )
        assert stored(tmp_path) == [PHOTO]


def test_page_needs_no_secure_context(page: Page, tmp_path: Path) -> None:
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    with upload_server(tmp_path) as server:
        page.goto(server.url)
        choose_and_upload(page)

        expect(page.locator("#status")).to_have_text("done")


def test_page_adds_up_as_everybody_does(page: Page) -> None:
    with serve("lessons.14_binary.main:app") as server:
        page.goto(server.url)
        sums = page.evaluate(
            """async () => {
                const { Sha256 } = await import("./sha256.js");
                const sums = [];
                for (let length = 0; length < 200; length += 1) {
                    for (const step of [1, 63, 64, 200]) {
                        const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
                        const sum = new Sha256();
                        for (let at = 0; at < length; at += step) {
                            sum.update(bytes.subarray(at, at + step));
                        }
                        sums.push([length, sum.hex()]);
                    }
                }
                return sums;
            }"""
        )

    for length, digest in sums:
        data = bytes(i * 7 % 256 for i in range(length))
        assert digest == hashlib.sha256(data).hexdigest(), length


def test_page_cancels(page: Page, tmp_path: Path) -> None:
    page.add_init_script(STOP_HALF_WAY)
    with upload_server(tmp_path) as server:
        page.goto(server.url)
        choose_and_upload_half(page)
        page.click("text=Cancel")

        expect(page.locator("#status")).to_have_text("Cancelled.")
        expect(page.get_by_role("button", name="Upload")).to_be_enabled()
        assert stored(tmp_path) == []


def test_page_goes_on_after_the_server_was_killed(page: Page, tmp_path: Path) -> None:
    offsets = ready_offsets(page)
    page.add_init_script(STOP_HALF_WAY)
    with upload_server(tmp_path) as server:
        page.goto(server.url)
        choose_and_upload_half(page)
        port = server.port
        server.signal(signal.SIGKILL)
        expect(page.locator("#state")).to_have_text("closed (1006)")
        expect(page.locator("#status")).to_have_text("waits for a connection")
    with upload_server(tmp_path, "--port", str(port)):
        mend(page)
        page.click("text=Connect again")

        expect(page.locator("#status")).to_have_text("done")
    assert offsets == [0, 6 * CHUNK_SIZE]
    assert stored(tmp_path) == [PHOTO]


def test_page_goes_on_after_it_was_loaded_again(page: Page, tmp_path: Path) -> None:
    offsets = ready_offsets(page)
    page.add_init_script(STOP_HALF_WAY)
    with upload_server(tmp_path) as server:
        page.goto(server.url)
        choose_and_upload_half(page)
        mend(page)
        page.reload()
        choose_and_upload(page)

        expect(page.locator("#status")).to_have_text("done")
    assert offsets == [0, 6 * CHUNK_SIZE]
    assert stored(tmp_path) == [PHOTO]


NOTE_WAITING = """
window.most = 0;
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
    send.call(this, data);
    window.most = Math.max(window.most, this.bufferedAmount);
};
"""


def test_page_holds_four_chunks_and_those_before_it_the_whole_file(
    page: Page, tmp_path: Path
) -> None:
    page.add_init_script(NOTE_WAITING)
    with upload_server(tmp_path) as server:
        page.goto(server.url)
        choose_and_upload(page)
        expect(page.locator("#status")).to_have_text("done")
        assert page.evaluate("window.most") < 5 * CHUNK_SIZE

    for program in ("naive", "step_3.main"):
        env = {"UPLOADS": str(tmp_path)}
        with serve(f"lessons.14_binary.{program}:app", env=env) as server:
            page.goto(server.url)
            expect(page.locator("#state")).to_have_text("open")
            choose(page, "slope.jpg")
            page.click("#start")

            expect(page.locator("#log li").first).to_contain_text("uploaded")
            expect(page.locator("#status")).to_contain_text("bytes wait in this page")
            assert page.evaluate("window.most") > 3_000_000
