"""What the lessons' pages say happens in a browser, done in one."""

import hashlib
import json
import random
import re
import shutil
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect
from websockets.typing import Subprotocol

from tests.lessons.test_08_routers import SHOUT
from tests.support.browser import Witness
from tests.support.client import connect
from tests.support.lessons import PASSWORDS, token
from tests.support.nginx import change, nginx_file
from tests.support.server import ROOT, Server, serve


def to_port(page: Page, server: Server) -> None:
    """Let a page that asks for port 8000 find its server on another one."""
    page.add_init_script(
        f"""const Real = WebSocket;
        window.WebSocket = function (url) {{
            return new Real(url.replace("localhost:8000", "127.0.0.1:{server.port}"));
        }};"""
    )


def test_01_echo_naive_page_runs_what_a_message_contains(page: Page) -> None:
    with serve("lessons.01_echo.naive:app") as server:
        to_port(page, server)
        page.goto(server.url)
        page.wait_for_function("socket.readyState === 1")
        page.fill("#text", '<img src="data:," onerror="document.title = `ran`">')
        page.click("button")

        page.wait_for_function("document.title === 'ran'")


def test_01_echo_naive_page_sees_1006_after_bytes(page: Page) -> None:
    with serve("lessons.01_echo.naive:app") as server:
        to_port(page, server)
        page.goto(server.url)
        page.wait_for_function("socket.readyState === 1")
        code = page.evaluate(
            """new Promise((resolve) => {
                socket.onclose = (event) => resolve(event.code);
                socket.send(new Uint8Array([1, 2, 3]));
            })"""
        )

    assert code == 1006


def test_01_echo_naive_page_is_deaf_on_another_port(page: Page) -> None:
    with serve("lessons.01_echo.naive:app") as server:
        page.goto(server.url)
        page.wait_for_function("socket.readyState === 3")


def test_02_depends_naive_page_loses_what_is_sent_before_connecting(
    page: Page, witness: Witness
) -> None:
    with serve("lessons.02_depends.naive:app") as server:
        page.goto(server.url)
        page.fill("#text", "hello")
        with page.expect_navigation(url=re.compile(r"\?$")):
            page.click("#send")

        expect(page.locator("#text")).to_have_value("")
    assert "Cannot read properties of null" in witness.errors.pop()


def test_02_depends_naive_page_lets_a_token_bring_a_parameter(page: Page) -> None:
    with serve("lessons.02_depends.naive:app") as server:
        to_port(page, server)
        page.goto(server.url)
        page.fill("#token", "a&q=5")
        page.click("text=Connect")
        page.wait_for_function("socket?.readyState === 1")
        page.fill("#text", "hello")
        page.click("#send")

        expect(page.locator("#log")).to_contain_text("Query parameter q is: 5")


def test_02_depends_page_keeps_a_token_in_its_place(page: Page) -> None:
    with serve("lessons.02_depends.main:app") as server:
        page.goto(server.url)
        page.fill("#token", "apple&q=5")
        page.click("text=Connect")

        expect(page.locator("#state")).to_have_text("closed before it was open (1006)")


def test_02_depends_page_says_which_parameter_is_wrong(page: Page) -> None:
    with serve("lessons.02_depends.main:app") as server:
        page.goto(server.url)
        page.fill("#q", "abc")
        page.click("text=Connect")

        expect(page.locator("#state")).to_have_text(
            "closed (4422) q: Input should be a valid integer, unable to parse string as an integer"
        )


def test_02_depends_page_connects_by_cookie_without_a_token(page: Page) -> None:
    with serve("lessons.02_depends.main:app") as server:
        page.goto(server.url)
        page.click("#remember")
        expect(page.locator("#remember")).to_have_text("Remembered")
        page.fill("#token", "")
        page.click("text=Connect")

        expect(page.locator("#state")).to_have_text("open")


def test_02_depends_page_leaves_no_socket_open_behind_it(page: Page) -> None:
    with serve("lessons.02_depends.main:app") as server:
        page.goto(server.url)
        for _ in range(3):
            page.click("text=Connect")
            expect(page.locator("#state")).to_have_text("open")
        page.fill("#text", "hello")
        page.click("#send")

        expect(page.locator("#log li")).to_have_count(2)


def test_04_json_page_shows_the_error_it_is_told(page: Page) -> None:
    with serve("lessons.04_json.main:app") as server:
        page.goto(server.url)
        page.click("text=Send as it is")

        expect(page.locator("#log li").first).to_have_text("Error: text: Field required")


@pytest.mark.parametrize("text", ["hello", "{}", '{"type": "shout"}', '{"type": "time"}'])
def test_04_json_naive_page_is_closed_with_1006(page: Page, text: str) -> None:
    with serve("lessons.04_json.naive:app") as server:
        page.goto(server.url)
        page.fill("#frame", text)
        page.click("text=Send as it is")

        expect(page.locator("#state")).to_have_text("closed (1006)")


def test_08_routers_page_shows_an_event_that_it_does_not_know(page: Page, tmp_path: Path) -> None:
    copied = shutil.copytree(ROOT / "lessons" / "08_routers", tmp_path / "08_routers")
    (copied / "features" / "shout.py").write_text(SHOUT)
    with serve("08_routers.main:app", cwd=tmp_path) as server:
        page.goto(server.url)
        page.fill("#frame", '{"type": "shout", "text": "hello"}')
        page.click("text=Send as it is")

        expect(page.locator("#log li").first).to_have_text("Unknown event: shouted")


def test_08_routers_naive_page_shows_the_last_roll_again(page: Page) -> None:
    with serve("lessons.08_routers.naive:app") as server:
        page.goto(server.url)
        page.get_by_role("button", name="Roll").click()
        rolled = page.locator("#log li").filter(has_text="rolled")
        expect(rolled).to_have_count(1)
        page.fill("#frame", '{"type": "shout"}')
        page.click("text=Send as it is")

        expect(rolled).to_have_count(2)


def test_09_rooms_page_counts_people_and_not_tabs(context: BrowserContext) -> None:
    with serve("lessons.09_rooms.main:app") as server:
        one, two = context.new_page(), context.new_page()
        for page in (one, two):
            page.goto(server.url)
            page.get_by_role("button", name="Connect").click()
            expect(page.locator("#people")).to_have_text("Ada")
        expect(one.locator("#log li").filter(has_text="Ada joined")).to_have_count(1)

        two.fill("#user", "Grace")
        two.get_by_role("button", name="Connect").click()
        for page in (one, two):
            expect(page.locator("#people")).to_have_text("Ada, Grace")
        expect(one.locator("#log li").filter(has_text="left")).to_have_count(0)

        two.close()
        expect(one.locator("#log li").first).to_contain_text("Grace left")
        expect(one.locator("#people")).to_have_text("Ada")


def test_09_rooms_page_lets_no_odd_name_leave_it(page: Page) -> None:
    with serve("lessons.09_rooms.main:app") as server:
        page.goto(server.url)
        for field, wrong, right in (("#user", "Ada ", "J\u00f6rg"), ("#room", "Attic", "attic")):
            page.fill(field, wrong)
            page.get_by_role("button", name="Connect").click()
            assert page.locator(f"{field}:invalid").count() == 1
            expect(page.locator("#state")).to_have_text("not connected")
            page.fill(field, right)
        page.get_by_role("button", name="Connect").click()

        expect(page.locator("#people")).to_have_text("J\u00f6rg")


def test_09_rooms_naive_page_shows_who_is_not_there_speaking(context: BrowserContext) -> None:
    with serve("lessons.09_rooms.naive:app") as server:
        first, second, grace = (context.new_page() for _ in range(3))
        for page, user in ((first, "Ada"), (second, "Ada"), (grace, "Grace")):
            page.goto(server.url)
            page.fill("#user", user)
            page.get_by_role("button", name="Connect").click()
            expect(page.locator("#state")).to_have_text("open")
        expect(grace.locator("#people")).to_have_text("Ada, Grace")
        second.close()
        expect(grace.locator("#people")).to_have_text("Grace")
        first.fill("#text", "still here")
        first.keyboard.press("Enter")

        expect(grace.locator("#log li").first).to_contain_text("Ada: still here")


def sign_in(page: Page, user: str = "Ada", password: str | None = None) -> None:
    """Fill in the form of lesson 10, and press its button."""
    page.fill("#user", user)
    page.fill("#password", PASSWORDS.get(user, "") if password is None else password)
    page.get_by_role("button", name="Sign in").click()


SIGNING_IN = 30_000
"""Milliseconds: hashing takes long on purpose."""


def test_10_auth_page_keeps_what_was_typed_over_the_end_of_its_token(page: Page) -> None:
    with serve("lessons.10_auth.main:app", env={"TOKEN_SECONDS": "4"}) as server:
        page.goto(server.url)
        sign_in(page)
        expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
        page.fill("#text", "half a sen")
        expect(page.locator("#state")).to_have_text(
            "closed (4401) Your time is over. Sign in again."
        )
        assert page.evaluate("document.activeElement.id") == "text"
        page.keyboard.type("tence")
        page.keyboard.press("Enter")
        expect(page.locator("#text")).to_have_value("half a sentence")
        sign_in(page)
        expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
        page.focus("#text")
        page.keyboard.press("Enter")

        expect(page.locator("#log li").first).to_contain_text("Ada: half a sentence")
        expect(page.locator("#text")).to_have_value("")


def test_10_auth_page_gives_back_what_was_sent_and_never_heard(page: Page) -> None:
    routes: list[WebSocketRoute] = []

    def deaf(route: WebSocketRoute) -> None:
        """Let the page speak to nobody."""
        routes.append(route)

    page.route_web_socket(re.compile(r"/ws\?room=attic&ticket="), deaf)
    with serve("lessons.10_auth.main:app") as server:
        page.goto(server.url)
        sign_in(page)
        expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
        for text in ("one", "two"):
            page.fill("#text", text)
            page.keyboard.press("Enter")
        said = {"type": "said", "user": "Ada", "text": "one", "at": "2026-01-01T00:00:00Z"}
        routes[0].send(json.dumps(said))
        expect(page.locator("#log li").first).to_contain_text("Ada: one")
        page.fill("#text", "three")
        routes[0].close(code=4401, reason="Over.")

        expect(page.locator("#state")).to_have_text("closed (4401) Over.")
        expect(page.locator("#text")).to_have_value("two three")


def test_10_auth_page_says_why_it_is_not_signed_in(page: Page, witness: Witness) -> None:
    with serve("lessons.10_auth.main:app") as server:
        page.goto(server.url)
        for user in ("Ada", "Eve"):
            sign_in(page, user, "wrong")
            expect(page.locator("#state")).to_have_text(
                "not signed in (401) Wrong name or password.", timeout=SIGNING_IN
            )
            expect(page.locator("#password")).to_have_value("")
        server.stop()
        sign_in(page)
        expect(page.locator("#state")).to_have_text("not signed in (no answer)")
    assert not witness.complaints()


def test_10_auth_page_gets_in_by_each_door(page: Page, witness: Witness) -> None:
    with serve("lessons.10_auth.main:app") as server:
        page.goto(server.url)
        sign_in(page)
        expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
        for way in ("ticket", "cookie", "subprotocol", "hello"):
            page.select_option("#way", way)
            page.get_by_role("button", name="Connect").click()
            expect(page.locator("#people")).to_have_text("Ada")
            page.fill("#text", f"by {way}")
            page.keyboard.press("Enter")
            expect(page.locator("#log li").first).to_contain_text(f"Ada: by {way}")
        assert page.evaluate("document.cookie") == ""
    assert witness.console == []


def test_10_auth_a_subprotocol_that_is_not_answered_is_broken_off_by_the_browser_alone(
    page: Page, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "lessons/10_auth", tmp_path / "10_auth")
    doors = tmp_path / "10_auth/doors.py"
    text = doors.read_text("utf-8")
    assert 'accept(subprotocol="bearer")' in text
    doors.write_text(text.replace('accept(subprotocol="bearer")', "accept()"), "utf-8")
    with serve("10_auth.main:app", cwd=tmp_path) as server:
        page.goto(server.url)
        sign_in(page)
        expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
        page.select_option("#way", "subprotocol")
        page.get_by_role("button", name="Connect").click()
        expect(page.locator("#state")).to_have_text("closed (1006)")

        shown = [Subprotocol("bearer"), Subprotocol(token(f"{server.url}/", "Ada"))]
        url = f"{server.ws}/ws/subprotocol?room=attic"
        with connect(url, subprotocols=shown) as websocket:
            assert "Ada" in str(websocket.recv(timeout=10))


def test_10_auth_page_asks_again_when_the_server_has_forgotten_it(page: Page) -> None:
    with serve("lessons.10_auth.main:app") as server:
        page.goto(server.url)
        sign_in(page)
        expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
        page.route("**/tickets", lambda route: route.fulfill(status=401, json={"detail": "No."}))
        page.get_by_role("button", name="Connect").click()

        expect(page.locator("#state")).to_have_text("not connected (401) No.")
        expect(page.locator("#password")).to_be_visible()


def test_10_auth_naive_page_tells_who_has_an_account(page: Page) -> None:
    with serve("lessons.10_auth.naive:app") as server:
        page.goto(server.url)
        told = {"Ada": "(401) The password is wrong.", "Eve": "(404) There is no such user."}
        for user, words in told.items():
            sign_in(page, user, "wrong")
            expect(page.locator("#state")).to_have_text(f"not signed in {words}")


def test_10_auth_naive_page_does_not_get_in_in_tokyo(page: Page) -> None:
    with serve("lessons.10_auth.naive:app", env={"TZ": "UTC-9"}) as server:
        page.goto(server.url)
        sign_in(page)

        expect(page.locator("#state")).to_have_text("not connected (401) Signature has expired")


def sit_in_the_attic(page: Page, server: Server) -> None:
    """Sign in as Ada, and connect with a cookie."""
    page.goto(server.url)
    sign_in(page)
    expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
    page.select_option("#way", "cookie")
    page.get_by_role("button", name="Connect").click()
    expect(page.locator("#people")).to_have_text("Ada")


def lure(context: BrowserContext, server: Server, host: str, attacker: Server) -> Page:
    """Open the attacker's page, by one of its two names, beside the chat's."""
    page = context.new_page()
    page.goto(f"http://{host}:{attacker.port}/?chat={server.ws}/")
    expect(page.locator("#state")).not_to_have_text("connecting")
    expect(page.locator("#fetched")).not_to_have_text("asking")
    return page


@pytest.mark.parametrize("app", ["10_auth.main", "11_origin.naive"])
def test_11_origin_another_port_reads_and_speaks_in_your_name(
    app: str, context: BrowserContext
) -> None:
    page = context.new_page()
    with (
        serve("lessons.11_origin.attacker:app") as attacker,
        serve(f"lessons.{app}:app") as server,
    ):
        sit_in_the_attic(page, server)
        other = lure(context, server, "127.0.0.1", attacker)
        expect(other.locator("#state")).to_have_text("open")
        expect(page.locator("#log li").first).to_contain_text("Ada: Send me your money.")
        page.fill("#text", "the secret of the attic")
        page.keyboard.press("Enter")
        expect(other.locator("#log li").first).to_contain_text("the secret of the attic")
        # Lesson 10 tells nobody by HTTP; the naive version tells everybody.
        told = '{"user":"Ada"}' if "naive" in app else "refused (Failed to fetch)"
        expect(other.locator("#fetched")).to_have_text(told)


@pytest.mark.parametrize("app", ["10_auth.main", "11_origin.naive"])
def test_11_origin_another_site_is_sent_no_cookie(app: str, context: BrowserContext) -> None:
    page = context.new_page()
    with (
        # On this machine, localhost is another site than 127.0.0.1.
        serve("lessons.11_origin.attacker:app", "--host", "localhost") as attacker,
        serve(f"lessons.{app}:app") as server,
    ):
        sit_in_the_attic(page, server)
        other = lure(context, server, "localhost", attacker)

        expect(other.locator("#state")).to_have_text("closed (1006)")
        assert other.locator("#log li").count() == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_11_origin_is_closed_to_other_pages_and_open_to_its_own(
    host: str, context: BrowserContext
) -> None:
    page = context.new_page()
    with (
        serve("lessons.11_origin.attacker:app", "--host", host) as attacker,
        serve("lessons.11_origin.main:app") as server,
    ):
        sit_in_the_attic(page, server)
        other = lure(context, server, host, attacker)

        expect(other.locator("#state")).to_have_text("closed (1006)")
        expect(other.locator("#fetched")).to_have_text("refused (Failed to fetch)")
        assert other.locator("#log li").count() == 0
        assert server.log.count('"WebSocket /ws/cookie" 403') == 1


def test_11_origin_a_page_of_the_list_gets_in_from_its_own_port(context: BrowserContext) -> None:
    page = context.new_page()
    with serve("lessons.11_origin.attacker:app") as friend:
        env = {"ALLOWED_ORIGINS": json.dumps([friend.url])}
        with serve("lessons.11_origin.main:app", env=env) as server:
            sit_in_the_attic(page, server)
            other = lure(context, server, "127.0.0.1", friend)

            expect(other.locator("#state")).to_have_text("open")


def test_11_origin_a_sandboxed_frame_of_its_own_page_is_nobody(page: Page) -> None:
    with serve("lessons.11_origin.main:app") as server:
        sit_in_the_attic(page, server)
        page.evaluate(
            r"""() => {
              const frame = document.createElement("iframe");
              frame.sandbox = "allow-scripts";
              frame.srcdoc = `<p id="framed">connecting</p><script>
                const socket = new WebSocket("${new URL("ws/cookie?room=attic", document.baseURI)
                  .href.replace("http", "ws")}");
                socket.onopen = () => { framed.textContent = "open"; };
                socket.onclose = (event) => { framed.textContent = event.code; };
              <\/script>`;
              document.body.append(frame);
            }"""
        )

        expect(page.frame_locator("iframe").locator("#framed")).to_have_text("1006")
        server.wait_for_log('"WebSocket /ws/cookie" 403')


LABORATORY = {
    "refused by close()": "never open, 1006, not clean",
    "refused by a denial response": "never open, 1006, not clean",
    "refused by HTTPException": "never open, 1006, not clean",
    "refused by validation": "never open, 1006, not clean",
    "bye": "1000, clean Bye.",
    "close 1003": "1003, clean I cannot read this.",
    "close 1008": "1008, clean This is against the rules.",
    "close 1009": "1009, clean This is too long.",
    "close 1011": "1011, clean The server failed.",
    "close 1013": "1013, clean Try again later.",
    "close 4000": "4000, clean What 4000 means is up to us.",
    "close with 100 é": f"1000, clean {'é' * 61}",
    "close 100": "1011, clean The server failed.",
    "close 1006": "1011, clean The server failed.",
    "twice": "1000, clean Once.",
    "return": "1000, clean That was all.",
    "raise": "1011, clean The server failed.",
    "raise WebSocketException": "1008, clean This is against the rules.",
    "raise HTTPException": "1011, clean The server failed.",
    "bytes": "1003, clean Send text, not bytes.",
    "the page closes": "1005, clean",
    "the page closes with 4001": "4001, clean The page had enough.",
    "the page closes with 1001": "InvalidAccessError, 1005, clean",
}


def test_06_closing_each_button_of_the_laboratory_tells_its_end(page: Page) -> None:
    with serve("lessons.06_closing.main:app") as server:
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        rows = page.locator("#laboratory tr")
        rows.first.wait_for()
        told = {}
        for row in rows.all():
            row.locator("button").click()
            expect(row.locator("output")).to_contain_text("clean")
            told[row.locator("button").inner_text()] = row.locator("output").inner_text()

        assert told == LABORATORY
        opened = [end for end in told.values() if not end.startswith("never open")]
        expect(page.locator("#log li").filter(has_text="left the chat")).to_have_count(len(opened))


NAIVE = {"bye": "1006", "close with 100 é": "1006", "return": "1006", "raise": "1006"}


@pytest.mark.parametrize("implementation", ["websockets-sansio", "wsproto"])
def test_06_closing_naive_buttons_tell_what_the_page_says(page: Page, implementation: str) -> None:
    wanted = {"bye": "100, clean"} if implementation == "wsproto" else NAIVE
    with serve("lessons.06_closing.naive:app", "--ws", implementation) as server:
        page.goto(server.url)
        for name, code in wanted.items():
            row = page.locator("#laboratory tr").filter(
                has=page.get_by_role("button", name=name, exact=True)
            )
            row.locator("button").click()

            expect(row.locator("output")).to_contain_text(code)


def test_07_limits_page_shows_who_came_in_and_who_did_not(page: Page) -> None:
    with serve("lessons.07_limits.main:app") as server:
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        page.click("text=Let it in")
        expect(page.locator("#told")).to_have_text(re.compile("^9 × open; 3 × closed [(]1006[)]$"))
        expect(page.locator("#places")).to_have_text("10 of 10")

        page.select_option("#refuse", "after")
        page.click("text=Send it away")
        page.click("text=Let it in")
        reason = "closed (1013) All 10 places are taken. Try again in 5 s."
        expect(page.locator("#told")).to_contain_text(f"3 × {reason}")


def test_07_limits_naive_page_is_told_nothing_of_a_refusal(page: Page) -> None:
    with serve("lessons.07_limits.naive:app") as server:
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        page.click("text=Let it in")

        expect(page.locator("#told")).to_contain_text("closed (1006)")
        expect(page.locator("#places")).to_have_text("10 of 10")


NOISE = random.Random(14)  # noqa: S311 - the same in every run
PHOTO = NOISE.randbytes(4_000_001)
"""A file to choose: its size is no multiple of a chunk."""


@contextmanager
def upload_server(folder: Path, *options: str, chunk: int = 262_144) -> Generator[Server]:
    """Serve lesson 14; small chunks make an upload slow enough to meet it half way."""
    env = {"UPLOADS": str(folder), "MAX_CHUNK_BYTES": str(chunk)}
    with serve("lessons.14_binary.main:app", *options, env=env) as server:
        yield server


def choose(page: Page, name: str) -> None:
    page.set_input_files("#file", {"name": name, "mimeType": "image/jpeg", "buffer": PHOTO})


def choose_and_upload(page: Page) -> None:
    expect(page.locator("#state")).to_have_text("open")
    choose(page, "<b>slope</b>.jpg")
    page.click("#start")


def half_way(page: Page) -> None:
    expect(page.locator("#told")).to_contain_text("sent")
    page.wait_for_function("document.querySelector('#progress').value > 0.02")


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


def test_14_binary_page_uploads_a_file_and_everybody_sees_it(page: Page, tmp_path: Path) -> None:
    with upload_server(tmp_path) as server:
        other = page.context.new_page()
        other.goto(server.url)
        expect(other.locator("#state")).to_have_text("open")
        page.goto(server.url)
        choose_and_upload(page)

        expect(page.locator("#told")).to_have_text("done")
        digest = hashlib.sha256(PHOTO).hexdigest()
        for shown in (page, other):
            expect(shown.locator("#log li").first).to_contain_text(
                f"uploaded <b>slope</b>.jpg: 4,000,001 bytes, sha256 {digest}"
            )
        assert stored(tmp_path) == [PHOTO]


def test_14_binary_page_needs_no_secure_context(page: Page, tmp_path: Path) -> None:
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    with upload_server(tmp_path) as server:
        page.goto(server.url)
        choose_and_upload(page)

        expect(page.locator("#told")).to_have_text("done")


def test_14_binary_page_adds_up_as_everybody_does(page: Page) -> None:
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


def test_14_binary_page_cancels(page: Page, tmp_path: Path) -> None:
    with upload_server(tmp_path, chunk=4096) as server:
        page.goto(server.url)
        choose_and_upload(page)
        half_way(page)
        page.click("text=Cancel")

        expect(page.locator("#told")).to_have_text("Cancelled.")
        expect(page.get_by_role("button", name="Upload")).to_be_enabled()
        assert stored(tmp_path) == []


def test_14_binary_page_goes_on_after_the_server_was_killed(page: Page, tmp_path: Path) -> None:
    offsets = ready_offsets(page)
    with upload_server(tmp_path, chunk=4096) as server:
        page.goto(server.url)
        choose_and_upload(page)
        half_way(page)
        port = server.port
        server.signal(signal.SIGKILL)
        expect(page.locator("#state")).to_have_text("closed (1006)")
        expect(page.locator("#told")).to_have_text("waits for a connection")
    with upload_server(tmp_path, "--port", str(port)):
        page.click("text=Connect again")

        expect(page.locator("#told")).to_have_text("done")
    assert offsets[0] == 0 < offsets[1]
    assert stored(tmp_path) == [PHOTO]


def test_14_binary_page_goes_on_after_it_was_loaded_anew(page: Page, tmp_path: Path) -> None:
    offsets = ready_offsets(page)
    with upload_server(tmp_path, chunk=4096) as server:
        page.goto(server.url)
        choose_and_upload(page)
        half_way(page)
        page.reload()
        choose_and_upload(page)

        expect(page.locator("#told")).to_have_text("done", timeout=30_000)
    assert offsets[0] == 0 < offsets[-1]
    assert stored(tmp_path) == [PHOTO]


NOTE_WAITING = """
window.most = 0;
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
    send.call(this, data);
    window.most = Math.max(window.most, this.bufferedAmount);
};
"""


def test_14_binary_page_holds_four_chunks_and_naive_the_whole_file(
    page: Page, tmp_path: Path
) -> None:
    page.add_init_script(NOTE_WAITING)
    with upload_server(tmp_path) as server:
        page.goto(server.url)
        choose_and_upload(page)
        expect(page.locator("#told")).to_have_text("done")
        assert page.evaluate("window.most") < 5 * 262_144

    with serve("lessons.14_binary.naive:app", env={"UPLOADS": str(tmp_path)}) as server:
        page.goto(server.url)
        page.wait_for_function("socket.readyState === 1")
        choose(page, "slope.jpg")
        page.click("button >> nth=0")

        expect(page.locator("#sent")).to_have_text("4000001")
        assert page.evaluate("window.most") > 3_000_000


def test_14_binary_naive_page_cannot_cancel(page: Page, tmp_path: Path) -> None:
    with serve("lessons.14_binary.naive:app", env={"UPLOADS": str(tmp_path)}) as server:
        page.goto(server.url)
        page.wait_for_function("socket.readyState === 1")
        choose(page, "slope.jpg")
        page.evaluate("upload().then(cancel)")

        # Behind four megabytes, it is taken for the beginning of the next file.
        expect(page.locator("#log")).to_have_text("closed (1006)")
        assert stored(tmp_path) == [PHOTO]


def opened(page: Page, server: Server) -> None:
    page.goto(server.url)
    expect(page.locator("#state")).to_have_text("open")


def test_13_push_page_shows_what_it_watches(context: BrowserContext, tmp_path: Path) -> None:
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


def test_13_push_naive_has_no_place_for_a_third_window(
    context: BrowserContext, tmp_path: Path
) -> None:
    env = {"DATABASE": str(tmp_path / "readings"), "TICK_SECONDS": "1000"}
    with serve("lessons.13_push.naive:app", env=env) as server:
        for _ in range(2):
            opened(context.new_page(), server)
        third = context.new_page()
        third.goto(server.url)
        expect(third.locator("#state")).to_have_text("closed (1006)")
        third.goto(f"{server.url}/readings")
        expect(third.locator("body")).to_have_text("Internal Server Error")


def test_13_push_naive_in_a_thread_is_killed_by_pings(page: Page, tmp_path: Path) -> None:
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


def test_13_push_naive_waits_for_who_has_left(page: Page, tmp_path: Path) -> None:
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


UNDER_CHAT = ("--root-path", "/chat")
PROXY = (ROOT / "lessons" / "15_mounts" / "nginx.conf").read_text()


def test_15_mounts_page_works_behind_nginx_and_https(trusting: BrowserContext) -> None:
    with (
        serve("lessons.15_mounts.main:app", *UNDER_CHAT) as server,
        nginx_file(PROXY, BACKEND=server.port) as proxy,
    ):
        witness = Witness(trusting)
        page = trusting.new_page()
        sockets: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        # Without its slash, as a reader types it.
        page.goto(f"{proxy.https}/chat")
        expect(page.locator("#state")).to_have_text("open")
        page.fill("#text", "said in private")
        page.click("#send")
        expect(page.locator("#log li").first).to_have_text("You wrote: said in private")
        row = page.locator("#where tr").filter(has_text="url_for")
        expect(row.locator("td")).to_have_text(f"{proxy.wss}/chat/api/v1/ws")

        assert page.url == f"{proxy.https}/chat/"
        assert sockets == [f"{proxy.wss}/chat/api/v1/ws"]
        assert witness.complaints() == []
        assert witness.console == []

        server.stop()
        expect(page.locator("#state")).to_have_text(re.compile(r"^closed \(1012\)"))


@pytest.mark.parametrize("path", ["/chat/", "/"])
def test_15_mounts_page_works_where_the_server_knows_no_prefix(page: Page, path: str) -> None:
    with (
        serve("lessons.15_mounts.main:app") as server,
        nginx_file(PROXY, BACKEND=server.port) as proxy,
    ):
        page.goto(f"{proxy.http if path == '/chat/' else server.url}{path}")

        expect(page.locator("#state")).to_have_text("open")
        expect(page.locator("#where")).to_contain_text("/api/v1")


def test_15_mounts_documentation_of_the_room_asks_no_other_host(page: Page) -> None:
    with (
        serve("lessons.15_mounts.main:app", *UNDER_CHAT) as server,
        nginx_file(PROXY, BACKEND=server.port) as proxy,
    ):
        page.goto(f"{proxy.http}/chat/api/v1/docs")
        page.click("text=/where")
        page.click("text=Try it out")
        page.click("text=Execute")

        expect(page.locator(".live-responses-table")).to_contain_text(
            f'"url_for": "{proxy.ws}/chat/api/v1/ws"'
        )


def test_15_mounts_page_sees_1006_without_upgrade(page: Page) -> None:
    config = change(PROXY, {"proxy_set_header Upgrade $http_upgrade;": ""})
    with (
        serve("lessons.15_mounts.main:app", *UNDER_CHAT) as server,
        nginx_file(config, BACKEND=server.port) as proxy,
    ):
        page.goto(f"{proxy.http}/chat/")

        expect(page.locator("#state")).to_have_text("closed (1006)")
        server.wait_for_log(r'"GET /chat/api/v1/ws HTTP/1\.\d" 404')


def test_15_mounts_idle_page_is_cut_off_with_1006(page: Page) -> None:
    config = change(PROXY, {"proxy_read_timeout 60s": "proxy_read_timeout 1s"})
    with (
        serve("lessons.15_mounts.main:app", *UNDER_CHAT, "--ws-ping-interval", "30") as server,
        nginx_file(config, BACKEND=server.port) as proxy,
    ):
        page.goto(f"{proxy.http}/chat/")

        expect(page.locator("#state")).to_have_text("closed (1006)")


def test_15_mounts_naive_page_is_well_at_the_root_alone(page: Page) -> None:
    styled = "getComputedStyle(document.body).maxWidth"
    with (
        serve("lessons.15_mounts.naive:app", *UNDER_CHAT) as server,
        nginx_file(PROXY, BACKEND=server.port) as proxy,
    ):
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        assert page.evaluate(styled) == "640px"

        page.goto(f"{proxy.http}/chat/")
        expect(page.locator("#state")).to_have_text("closed (1006)")
        assert page.evaluate(styled) == "none"
