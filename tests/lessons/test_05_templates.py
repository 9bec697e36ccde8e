"""Lesson 5: what the page says, over a real server."""

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from tests.support.client import connect
from tests.support.clients import run_client
from tests.support.server import ROOT, Server, serve

LIAR = ROOT / "lessons" / "05_templates" / "clients" / "false_host.py"

REFERS_TO = {
    "naive": "no other file",
    "step_1.main": "http://evil.example/static/style.css, http://evil.example/static/ws.js?v=1",
    "step_2.main": "http://evil.example/static/style.css, http://evil.example/static/ws.js?v=2,"
    " ws://evil.example/ws",
    "main": "/static/style.css, /static/ws.js?v=2, /ws",
}
"""What is in each program's page if its caller claims that it is evil.example."""

MARKUP = "<img src=x onerror=alert(1)>"


def test_serves_the_page_its_style_and_its_script(server: Server) -> None:
    page = httpx2.get(server.url)
    style, script = (httpx2.get(f"{server.url}/static/{name}") for name in ("style.css", "ws.js"))

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert style.headers["Content-Type"].startswith("text/css")
    assert script.headers["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize("program", REFERS_TO)
def test_each_step_treats_names_and_addresses_as_the_page_says(program: str) -> None:
    with serve(f"lessons.05_templates.{program}:app") as server:
        page = httpx2.get(server.url, params={"name": MARKUP}).text
        sentence = run_client(LIAR, server.ws).sentence

    assert (f"Welcome, {MARKUP}" in page) == (program == "naive")
    assert ("Welcome, &lt;img src=x onerror=alert(1)&gt;" in page) == (program != "naive")
    assert sentence == f"The page refers to {REFERS_TO[program]}."


def test_the_script_of_step_1_knows_one_port_only() -> None:
    with serve("lessons.05_templates.step_1.main:app") as server:
        script = httpx2.get(f"{server.url}/static/ws.js").text

    assert server.port != 8000
    assert 'new WebSocket("ws://localhost:8000/ws")' in script


def test_step_2_finds_its_websocket_on_any_port() -> None:
    with serve("lessons.05_templates.step_2.main:app") as server:
        page = httpx2.get(server.url).text

    assert f'data-ws="{server.ws}/ws"' in page


def test_counts_who_is_there_already(server: Server) -> None:
    with connect(f"{server.ws}/ws") as websocket:
        websocket.send("hello")
        websocket.recv()

        assert "Already here: 1" in httpx2.get(server.url).text


def test_numbers_its_clients_itself(server: Server) -> None:
    with connect(f"{server.ws}/ws") as one, connect(f"{server.ws}/ws") as two:
        two.send("hello")
        told = str(one.recv())

    assert re.fullmatch(r"Client #\d+ says: hello", told)


def test_knows_the_prefix_it_is_served_under() -> None:
    with serve("lessons.05_templates.main:app", "--root-path", "/chat") as server:
        sentence = run_client(LIAR, server.ws).sentence

    found = "/chat/static/style.css, /chat/static/ws.js?v=2, /chat/ws"
    assert sentence == f"The page refers to {found}."


def test_starts_in_any_folder(tmp_path: Path) -> None:
    with serve("lessons.05_templates.main:app", "--app-dir", str(ROOT), cwd=tmp_path) as server:
        assert httpx2.get(f"{server.url}/static/ws.js").status_code == 200


def test_static_files_need_no_aiofiles(tmp_path: Path) -> None:
    (tmp_path / "aiofiles.py").write_text("raise ImportError('not installed')")

    with serve("lessons.05_templates.main:app", env={"PYTHONPATH": str(tmp_path)}) as server:
        assert httpx2.get(f"{server.url}/static/ws.js").status_code == 200


def test_serves_nothing_from_outside_its_folder(server: Server) -> None:
    assert httpx2.get(f"{server.url}/static/%2e%2e/main.py").status_code == 404


def test_what_older_tutorials_write_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    old: Any = Jinja2Templates(".").TemplateResponse
    with pytest.raises(TypeError, match=r"^unhashable type: 'dict'$"):
        old("page.html", {})

    monkeypatch.chdir(ROOT)
    with pytest.raises(RuntimeError, match=r"^Directory 'static' does not exist$"):
        StaticFiles(directory="static")


def test_a_template_that_is_not_html_is_not_escaped(tmp_path: Path) -> None:
    templates = Jinja2Templates(directory=tmp_path)
    for name in ("page.txt", "page.html"):
        (tmp_path / name).write_text("{{ name }}")

    pages = [templates.get_template(name).render(name=MARKUP) for name in ("page.txt", "page.html")]

    assert pages == [MARKUP, "&lt;img src=x onerror=alert(1)&gt;"]
