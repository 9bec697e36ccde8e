"""The pages of the exercises, solved, in a real browser: what a learner has in the end."""

import re
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from practice.exercise import Exercise
from tests.support.server import Server, serve

MARKUP = "<img src=x onerror=alert(1)>"


def solved(name: str, root: Path) -> Path:
    """Make the exercise's folder below `root`, with the solution in it."""
    exercise = Exercise(name)
    folder = root / name
    shutil.copytree(exercise.folder, folder)
    shutil.copytree(exercise.solution.parent, folder, dirs_exist_ok=True)
    return folder


def at_port(route: Route, port: int) -> None:
    """Answer with the page as if its desk were at another port."""
    answer = route.fetch()
    assert ":8000/" in answer.text()
    route.fulfill(response=answer, body=answer.text().replace(":8000/", f":{port}/"))


@pytest.fixture
def reports(tmp_path: Path) -> Iterator[Server]:
    solved("04_json", tmp_path)
    with serve("04_json.main:app", cwd=tmp_path) as server:
        yield server


@pytest.fixture
def valley(tmp_path: Path) -> Iterator[Server]:
    solved("05_templates", tmp_path)
    with serve("05_templates.main:valley", cwd=tmp_path) as server:
        yield server


def test_snow_and_its_correction_are_shown_in_words(page: Page, reports: Server) -> None:
    page.goto(reports.url)
    page.get_by_role("button", name="Connect").click()
    expect(page.locator("#state")).to_have_text("open")
    latest = page.locator("#log li").first

    page.get_by_label("Snow in cm").fill("12.5")
    page.get_by_role("button", name="Report snow").click()
    expect(latest).to_have_text(re.compile(r"^1 · .+ Kar: 12\.5 cm of snow$"))

    page.get_by_role("button", name="Send as it is").click()
    expect(latest).to_have_text(re.compile(r"^2 · .+ Kar: 45 cm of snow, a correction of 1$"))

    page.get_by_label("Any text").fill('{"type": "correction", "of": 2, "cm": 45}')
    page.get_by_role("button", name="Send as it is").click()
    expect(latest).to_have_text("Error: Report 2 is not a snow report of yours.")


def test_an_empty_field_is_answered_and_not_sent_as_a_number(page: Page, reports: Server) -> None:
    page.goto(reports.url)
    page.get_by_role("button", name="Connect").click()
    page.get_by_label("Snow in cm").fill("")
    page.get_by_role("button", name="Report snow").click()

    expect(page.locator("#log li").first).to_have_text("Error: cm: Input should be a valid number")


@pytest.mark.parametrize("hut", ["Kar", "Grat #2"])
def test_the_list_leads_to_a_hut_that_speaks_below_a_prefix(
    page: Page, valley: Server, hut: str
) -> None:
    page.goto(f"{valley.url}/radio/")
    page.get_by_role("link", name=hut, exact=True).click()
    expect(page.get_by_role("heading")).to_have_text(hut)
    expect(page.locator("#state")).to_have_text("open")

    page.get_by_role("textbox", name="Message").fill("Fog.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#log li").first).to_have_text(f"Copied from {hut}: Fog.")

    page.get_by_role("link", name="All huts").click()
    expect(page).to_have_url(f"{valley.url}/radio/")


def test_a_hut_with_markup_for_a_name_is_shown_as_text(page: Page, valley: Server) -> None:
    page.goto(f"{valley.url}/radio/huts/%3Cimg%20src=x%20onerror=alert(1)%3E")
    expect(page.locator("#state")).to_have_text("open")

    assert page.get_by_role("heading").inner_text() == MARKUP
    assert page.locator("img").count() == 0


def test_the_starters_pages_fail_as_the_text_says(page: Page) -> None:
    with serve("exercises.05_templates.main:app") as desk:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            # Port 8000, which the page asks for, may be in use here: a port where nobody listens.
            port = silent.getsockname()[1]
            page.route("**/huts/Kar", lambda route: at_port(route, port))
            page.goto(f"{desk.url}/huts/Kar")
            expect(page.locator("#state")).to_have_text("closed (1006)")
            page.unroute_all()

        page.goto(desk.url)
        page.get_by_role("link", name="Grat #2").click()
        expect(page).to_have_url(f"{desk.url}/huts/Grat%20#2")

    with serve("exercises.05_templates.main:valley") as valley:
        page.goto(f"{valley.url}/radio/huts/Kar")
        expect(page.locator("#state")).to_have_text("connecting")
        assert page.evaluate("getComputedStyle(document.body).maxWidth") == "none"
        page.goto(f"{valley.url}/radio/")
        page.get_by_role("link", name="Kar").click()
        expect(page.locator("body")).to_have_text('{"detail":"Not Found"}')


def test_a_subscriber_is_warned(page: Page, tmp_path: Path) -> None:
    solved("13_push", tmp_path)
    with serve("13_push.main:app", cwd=tmp_path) as server:
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        page.get_by_role("textbox", name="Message").fill("subscribe storm")
        page.get_by_role("button", name="Send").click()
        latest = page.locator("#log li").first
        expect(latest).to_have_text("Subscribed to: storm")

        page.get_by_role("button", name="Warn").click()
        expect(latest).to_have_text("storm: Gusts on the ridge.")


def test_the_starter_of_exercise_13_listens_once_and_keeps_who_left(page: Page) -> None:
    with serve("exercises.13_push.main:app") as server:
        page.goto(server.url)
        expect(page.locator("#state")).to_have_text("open")
        for text in ("subscribe storm", "subscribe flood"):
            page.get_by_role("textbox", name="Message").fill(text)
            page.get_by_role("button", name="Send").click()
        page.get_by_role("button", name="Warn").click()
        expect(page.locator("#log li")).to_have_text(
            ["storm: Gusts on the ridge.", "Subscribed to: storm"]
        )

        page.goto("about:blank")
        assert page.request.get(f"{server.url}/subscribers").json()["storm"] == 1

        server.signal(signal.SIGINT)
        server.wait_for_log("Waiting for background tasks to complete")
        assert server.exit_code is None
        server.signal(signal.SIGINT)
        server.wait_for_exit()


@pytest.mark.parametrize("answer", ["starter", "solution"])
def test_an_upload_breaks_and_is_sent_again(page: Page, tmp_path: Path, answer: str) -> None:
    exercise = Exercise("14_binary")
    shutil.copytree(exercise.folder, tmp_path / "14_binary")
    if answer == "solution":
        solved("14_binary", tmp_path / "solved")
    with serve("14_binary.main:app", cwd=tmp_path / ("solved" * (answer == "solution"))) as server:
        page.goto(server.url)
        send = page.get_by_role("button", name="Upload")
        latest = page.locator("#log li").first

        send.click()
        expect(latest).to_have_text("uploaded 400000", timeout=20_000)
        expect(page.locator("#state")).to_have_text("closed (1005)")

        send.click()
        expect(latest).to_have_text("ack 20000")
        page.get_by_role("button", name="Break the connection").click()
        send.click()
        begins = page.locator("#log li").filter(has_text="ready")
        expect(begins).to_have_count(3)
        arrived = {"starter": "0", "solution": r"\d+0000"}[answer]
        expect(begins.first).to_have_text(re.compile(rf"^ready {arrived}$"))
