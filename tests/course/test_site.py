"""The built site is at /, and until it is built a page says how to build it."""

import os
from pathlib import Path

import httpx2

from tests.course.conftest import Serve
from tests.support.server import complaints

LESSON = {"lessons/80_well/main.py": "async def app(scope, receive, send): ..."}
SITE = {
    "site/index.html": "home",
    "site/lessons/01_echo/index.html": "page of lesson 1",
    "site/404.html": "the site's own 404",
}


def test_says_how_to_build_the_site_when_it_is_not_built(made_up: Serve) -> None:
    with made_up(LESSON) as server:
        page = httpx2.get(server.url, trust_env=False)
        health = httpx2.get(f"{server.url}/healthz", trust_env=False).json()
        log = server.stop()

    assert page.status_code == 503
    assert "make docs" in page.text
    assert 'href="/live/80_well/"' in page.text
    assert health == {
        "status": "degraded",
        "site": False,
        "lessons": {"80_well": "ok"},
        "steps": {},
    }
    assert complaints(log) == []


def test_sees_a_site_that_is_built_while_it_runs(made_up: Serve, tmp_path: Path) -> None:
    with made_up(LESSON) as server:
        before = httpx2.get(server.url, trust_env=False)
        (tmp_path / "site").mkdir()
        (tmp_path / "site" / "index.html").write_text("home")
        after = httpx2.get(server.url, trust_env=False)

    assert (before.status_code, after.status_code) == (503, 200)


def test_serves_the_site(made_up: Serve) -> None:
    with made_up({**LESSON, **SITE}) as server, httpx2.Client(trust_env=False) as client:
        home = client.get(server.url)
        page = client.get(f"{server.url}/lessons/01_echo", follow_redirects=True)
        missing = [
            client.get(server.url + path) for path in ("/nothing", "/live/99_nothing/", "/%00")
        ]
        health = client.get(f"{server.url}/healthz").json()
        log = server.stop()

    assert home.text == "home"
    assert page.text == "page of lesson 1"
    assert [response.status_code for response in missing] == [404, 404, 404]
    assert [response.text for response in missing[:2]] == ["the site's own 404"] * 2
    assert health["status"] == "ok"
    assert complaints(log) == []


def test_a_page_built_anew_is_seen_at_once(made_up: Serve, tmp_path: Path) -> None:
    with made_up({**LESSON, **SITE}) as server:
        first = httpx2.get(server.url, trust_env=False)
        known = {"If-None-Match": first.headers["etag"]}
        same = httpx2.get(server.url, headers=known, trust_env=False)
        index = tmp_path / "site" / "index.html"
        index.write_text("HOME")
        os.utime(index, (1, 1))  # The clock of the file system may be too coarse to tell.
        other = httpx2.get(server.url, headers=known, trust_env=False)
        missing = httpx2.get(f"{server.url}/nothing", trust_env=False)

    assert same.status_code == 304
    assert other.text == "HOME"
    for response in (first, same, other, missing):
        assert response.headers["cache-control"] == "no-cache"
