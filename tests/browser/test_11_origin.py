"""What the page of lesson 11 says happens in a browser, done in one."""

import json

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import SIGNING_IN, sign_in
from tests.support.server import Server, serve


def connect_by_cookie(page: Page, server: Server) -> None:
    """Sign in as Ada, and press Connect with a cookie."""
    page.goto(server.url)
    sign_in(page)
    expect(page.locator("#state")).to_have_text("open", timeout=SIGNING_IN)
    page.select_option("#way", "cookie")
    page.get_by_role("button", name="Connect").click()


def sit_in_the_attic(page: Page, server: Server) -> None:
    """Sign in as Ada, and be in the room."""
    connect_by_cookie(page, server)
    expect(page.locator("#people")).to_have_text("Ada")


def lure(context: BrowserContext, server: Server, host: str, attacker: Server) -> Page:
    """Open the attacker's page, by one of its two names, beside the chat's."""
    page = context.new_page()
    page.goto(f"http://{host}:{attacker.port}/?chat={server.ws}/")
    expect(page.locator("#state")).not_to_have_text("connecting")
    expect(page.locator("#fetched")).not_to_have_text("asking")
    return page


@pytest.mark.parametrize("app", ["10_auth.main", "11_origin.naive"])
def test_another_port_reads_and_speaks_in_your_name(app: str, context: BrowserContext) -> None:
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
def test_another_site_is_sent_no_cookie(app: str, context: BrowserContext) -> None:
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
def test_is_closed_to_other_pages_and_open_to_its_own(host: str, context: BrowserContext) -> None:
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


def test_a_page_of_the_list_gets_in_from_its_own_port(context: BrowserContext) -> None:
    page = context.new_page()
    with serve("lessons.11_origin.attacker:app") as friend:
        env = {"ALLOWED_ORIGINS": json.dumps([friend.url])}
        with serve("lessons.11_origin.main:app", env=env) as server:
            sit_in_the_attic(page, server)
            other = lure(context, server, "127.0.0.1", friend)

            expect(other.locator("#state")).to_have_text("open")


def test_a_sandboxed_frame_of_its_own_page_is_nobody(page: Page) -> None:
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


def test_one_window_is_enough_for_all_that_the_page_tells_its_reader(
    context: BrowserContext,
) -> None:
    page = context.new_page()
    for app in ("11_origin.main", "11_origin.naive", "11_origin.step_1", "10_auth.main"):
        with serve(f"lessons.{app}:app") as server:
            sit_in_the_attic(page, server)
