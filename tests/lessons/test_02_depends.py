"""Lesson 2: what the page says, over a real server."""

from pathlib import Path
from textwrap import dedent

import httpx2
import pytest

from tests.support.client import closing, connect, refusal
from tests.support.server import IMPLEMENTATIONS, Server, serve


def test_answers_a_caller_whose_token_is_in_the_query(server: Server) -> None:
    with connect(f"{server.ws}/items/plumbus/ws?token=apple&q=3") as websocket:
        websocket.send("hello")

        assert websocket.recv() == "You are: alice"
        assert websocket.recv() == "Query parameter q is: 3"
        assert websocket.recv() == "Message text was: hello, for item ID: plumbus"


@pytest.mark.parametrize(
    "headers", [{"X-Token": "banana"}, {"Cookie": "session=banana"}], ids=["header", "cookie"]
)
def test_answers_a_caller_whose_token_is_in_a(server: Server, headers: dict[str, str]) -> None:
    with connect(f"{server.ws}/items/1/ws", additional_headers=headers) as websocket:
        websocket.send("hello")

        assert websocket.recv() == "You are: bob"


@pytest.mark.parametrize(
    "query", ["", "?token=", "?token=wrong", "?token=%00", "?token=%F0%9F%94%91"]
)
def test_refuses_a_caller_without_a_known_token(server: Server, query: str) -> None:
    response = refusal(f"{server.ws}/items/1/ws{query}")

    # The 1008 and its reason never reach the caller: before accept there is only HTTP.
    assert response.status_code == 403
    assert response.body == b""


def test_a_token_in_the_query_goes_before_a_stale_cookie(server: Server) -> None:
    headers = {"Cookie": "session=stale"}
    with connect(f"{server.ws}/items/1/ws?token=apple", additional_headers=headers) as websocket:
        websocket.send("hello")

        assert websocket.recv() == "You are: alice"


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_of_two_cookies_it_trusts_neither(implementation: str) -> None:
    """A page on another port has planted bob's beside the one that alice's browser has."""
    two = {"Cookie": "session=apple; session=banana"}
    with serve("lessons.02_depends.main:app", "--ws", implementation) as server:
        page = httpx2.get(f"{server.url}/items/1", headers=two)
        split = httpx2.get(
            f"{server.url}/items/1",
            headers=[("Cookie", "session=apple"), ("Cookie", "session=banana")],
        )

        assert refusal(f"{server.ws}/items/1/ws", additional_headers=two).status_code == 403
        assert (page.status_code, split.status_code) == (403, 403)


def test_one_dependency_serves_http_and_websocket(server: Server) -> None:
    admitted = httpx2.get(f"{server.url}/items/1", params={"token": "apple"})
    refused = httpx2.get(f"{server.url}/items/1")

    assert admitted.json() == {"item_id": "1", "caller": "alice"}
    assert (refused.status_code, refused.json()) == (403, {"detail": "Show a valid token."})


def test_a_cookie_from_the_page_opens_the_door(server: Server) -> None:
    with httpx2.Client(base_url=server.url) as browser:
        assert browser.post("/session", headers={"X-Token": "wrong"}).status_code == 403
        response = browser.post("/session", headers={"X-Token": "apple"})

        assert response.status_code == 204
        assert "HttpOnly" in response.headers["Set-Cookie"]
        assert browser.get("/items/1").json()["caller"] == "alice"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("1/ws?token=apple&q=abc", "q: Input should be a valid integer"),
        ("1/ws?token=apple&q=-1", "q: Input should be greater than or equal to 0"),
        ("a%20b/ws?token=apple", "item_id: String should match pattern"),
    ],
)
def test_tells_a_caller_which_parameter_is_wrong(server: Server, address: str, reason: str) -> None:
    with connect(f"{server.ws}/items/{address}") as websocket:
        code, text = closing(websocket)

    assert code == 4422
    assert text.startswith(reason)


def test_naive_admits_any_token_even_an_empty_one(naive: Server) -> None:
    for query in ("?token=anything", "?token="):
        with connect(f"{naive.ws}/items/1/ws{query}") as websocket:
            websocket.send("hello")

            assert "query token value is: " in str(websocket.recv())


def test_naive_refuses_a_wrong_parameter_without_a_word(naive: Server) -> None:
    response = refusal(f"{naive.ws}/items/1/ws?token=apple&q=abc")

    assert (response.status_code, response.body) == (403, b"")
    assert "integer" not in naive.log


def test_a_token_in_the_query_is_in_the_log(server: Server) -> None:
    refusal(f"{server.ws}/items/1/ws?token=my-secret")

    server.wait_for_log("my-secret")


def test_a_dependency_that_asks_for_a_request_fails_every_handshake(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        dedent(
            """
            from fastapi import Depends, FastAPI, Request, WebSocket

            async def look(request: Request): ...

            app = FastAPI(dependencies=[Depends(look)])

            @app.websocket("/ws")
            async def echo(websocket: WebSocket):
                await websocket.accept()
            """
        )
    )
    with serve("app:app", cwd=tmp_path) as server:
        assert refusal(f"{server.ws}/ws").status_code == 500
        server.wait_for_log("TypeError: .*missing 1 required positional argument: 'request'")


def test_limits_aliases_lists_and_security_work_on_a_handshake(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        dedent(
            """
            from typing import Annotated
            from fastapi import FastAPI, Query, Security, WebSocket

            app = FastAPI()

            async def who() -> str:
                return "ada"

            @app.websocket("/ws")
            async def tell(
                websocket: WebSocket,
                caller: Annotated[str, Security(who)],
                tags: Annotated[list[str], Query(alias="tag", max_length=2)],
            ):
                await websocket.accept()
                await websocket.send_text(f"{caller} {tags}")
                await websocket.close()
            """
        )
    )
    with serve("app:app", cwd=tmp_path) as server:
        with connect(f"{server.ws}/ws?tag=a&tag=b") as websocket:
            assert websocket.recv() == "ada ['a', 'b']"
        assert refusal(f"{server.ws}/ws?tag=a&tag=b&tag=c").status_code == 403
