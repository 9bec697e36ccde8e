"""Lesson 5: what the page says, over a real server."""

import re
from pathlib import Path

import httpx2

from tests.support.client import connect
from tests.support.server import ROOT, Server, serve


def test_serves_the_page_its_style_and_its_script(server: Server) -> None:
    page = httpx2.get(server.url)
    style, script = (httpx2.get(f"{server.url}/static/{name}") for name in ("style.css", "ws.js"))

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert style.headers["Content-Type"].startswith("text/css")
    assert script.headers["Content-Type"].startswith("text/javascript")


def test_escapes_what_comes_with_the_address(server: Server) -> None:
    page = httpx2.get(server.url, params={"name": "<script>alert(1)</script>"}).text

    assert "Welcome, &lt;script&gt;alert(1)&lt;/script&gt;" in page


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


def addresses(page: str) -> list[str]:
    return re.findall(r'(?:src|data-ws|href)="([^"]*(?:static|ws)[^"]*)"', page)


def test_names_no_host_whatever_the_caller_claims(server: Server) -> None:
    page = httpx2.get(server.url, headers={"Host": "evil.example"}).text

    assert addresses(page) == ["/static/style.css", "/static/ws.js", "/ws"]


def test_knows_the_prefix_it_is_served_under() -> None:
    with serve("lessons.05_templates.main:app", "--root-path", "/chat") as server:
        page = httpx2.get(server.url).text

    assert addresses(page) == ["/chat/static/style.css", "/chat/static/ws.js", "/chat/ws"]


def test_starts_in_any_folder(tmp_path: Path) -> None:
    with serve("lessons.05_templates.main:app", "--app-dir", str(ROOT), cwd=tmp_path) as server:
        assert httpx2.get(f"{server.url}/static/ws.js").status_code == 200


def test_static_files_need_no_aiofiles(tmp_path: Path) -> None:
    (tmp_path / "aiofiles.py").write_text("raise ImportError('not installed')")

    with serve("lessons.05_templates.main:app", env={"PYTHONPATH": str(tmp_path)}) as server:
        assert httpx2.get(f"{server.url}/static/ws.js").status_code == 200


def test_serves_nothing_from_outside_its_folder(server: Server) -> None:
    assert httpx2.get(f"{server.url}/static/%2e%2e/main.py").status_code == 404


def test_naive_fails_on_the_call_the_documents_use(naive: Server) -> None:
    assert httpx2.get(f"{naive.url}/old").status_code == 500
    naive.wait_for_log("TypeError: unhashable type: 'dict'")


def test_naive_lets_the_caller_choose_where_its_style_comes_from(naive: Server) -> None:
    page = httpx2.get(naive.url, headers={"Host": "evil.example"}).text

    assert addresses(page) == ["http://evil.example/static/style.css"]


def test_a_relative_folder_starts_in_one_place_only(tmp_path: Path) -> None:
    (tmp_path / "relative.py").write_text(
        "from fastapi import FastAPI\n"
        "from fastapi.staticfiles import StaticFiles\n"
        "app = FastAPI()\n"
        'app.mount("/static", StaticFiles(directory="static"))\n'
    )
    server = Server("relative:app", cwd=tmp_path)

    try:
        with server:
            started = True
    except AssertionError:
        started = False

    assert not started
    assert "RuntimeError: Directory 'static' does not exist" in server.log
