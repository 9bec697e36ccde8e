"""Lesson 2: what the page says of each step, over a real server."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import httpx2
import pytest
from websockets.asyncio.client import connect as connect_async

from tests.support.client import closing, connect, refusal
from tests.support.server import IMPLEMENTATIONS, Server, complaints, serve

STEPS = ("step_1", "step_2", "step_3", "main")

each_implementation = pytest.mark.parametrize("implementation", IMPLEMENTATIONS)

REFUSED = "The handshake was refused with 403."


def program(name: str) -> str:
    return f"lessons.02_depends.{name}:app"


def get(server: Server, path: str, headers: dict[str, str] | None = None) -> httpx2.Response:
    return httpx2.get(f"{server.url}{path}", headers=headers, trust_env=False)


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
    ("step", "implementation"),
    [
        *((step, IMPLEMENTATIONS[0]) for step in STEPS),
        *(("main", one) for one in IMPLEMENTATIONS[1:]),
    ],
)
def test_refuses_a_caller_without_a_known_token(step: str, implementation: str) -> None:
    with serve(program(step), "--ws", implementation) as server:
        for query in ("", "?token=", "?token=wrong", "?token=%00", "?token=%F0%9F%94%91"):
            response = refusal(f"{server.ws}/items/1/ws{query}")

            # The 1008 and its reason never reach the caller: before accept there is only HTTP.
            assert (response.status_code, response.body) == (403, b""), query
        server.wait_for_log(r'"WebSocket /items/1/ws\?token=wrong" 403')
        assert complaints(server.stop()) == []


def test_naive_admits_any_token_even_an_empty_one(naive: Server) -> None:
    for query, shown in (("?token=pear", "pear"), ("?token=", "")):
        with connect(f"{naive.ws}/items/1/ws{query}") as websocket:
            websocket.send("hello")

            assert websocket.recv() == f"Session cookie or query token value is: {shown}"


def test_naive_asks_for_no_token_when_there_is_an_old_cookie(naive: Server) -> None:
    headers = {"Cookie": "session=stale"}
    with connect(f"{naive.ws}/items/1/ws?token=apple", additional_headers=headers) as websocket:
        websocket.send("hello")

        assert websocket.recv() == "Session cookie or query token value is: stale"


def test_a_token_in_the_query_goes_before_a_stale_cookie(server: Server) -> None:
    headers = {"Cookie": "session=stale"}
    with connect(f"{server.ws}/items/1/ws?token=apple", additional_headers=headers) as websocket:
        websocket.send("hello")

        assert websocket.recv() == "You are: alice"


def test_step_1_answers_500_when_it_refuses_an_http_request() -> None:
    with serve(program("step_1")) as server:
        admitted = get(server, "/items/plumbus?token=apple")
        refused = get(server, "/items/plumbus?token=pear")
        log = server.stop()

    assert admitted.text == '{"item_id":"plumbus","caller":"alice"}'
    assert (refused.status_code, refused.text) == (500, "Internal Server Error")
    assert "TypeError: Request.close() got an unexpected keyword argument 'code'" in log


@pytest.mark.parametrize("step", STEPS[1:])
def test_one_dependency_serves_http_and_websocket(step: str) -> None:
    with serve(program(step)) as server:
        admitted = get(server, "/items/1?token=apple")
        refused = get(server, "/items/1")
        assert complaints(server.stop()) == []

    assert admitted.json() == {"item_id": "1", "caller": "alice"}
    assert (refused.status_code, refused.json()) == (403, {"detail": "Show a valid token."})


@pytest.mark.parametrize(
    ("step", "header", "cookies"),
    [
        ("naive", REFUSED, "The server answered: Session cookie or query token value is: banana."),
        ("step_1", REFUSED, REFUSED),
        ("step_2", REFUSED, REFUSED),
        ("step_3", "The server answered: You are: alice.", "The server answered: You are: bob."),
        ("main", "The server answered: You are: alice.", REFUSED),
    ],
)
def test_its_clients_print_what_the_page_says(
    run_client: Callable[..., str], step: str, header: str, cookies: str
) -> None:
    with serve(program(step)) as server:
        assert run_client("show_header", server) == header
        assert run_client("plant_cookie", server) == cookies


@each_implementation
def test_of_two_cookies_it_trusts_neither(implementation: str) -> None:
    """A page on another port has planted bob's beside the one that alice's browser has."""
    two = {"Cookie": "session=apple; session=banana"}
    with serve(program("main"), "--ws", implementation) as server:
        page = get(server, "/items/1", headers=two)
        split = httpx2.get(
            f"{server.url}/items/1",
            headers=[("Cookie", "session=apple"), ("Cookie", "session=banana")],
        )

        assert refusal(f"{server.ws}/items/1/ws", additional_headers=two).status_code == 403
        assert (page.status_code, split.status_code) == (403, 403)


def test_a_cookie_from_the_page_opens_the_door(server: Server) -> None:
    with httpx2.Client(base_url=server.url) as browser:
        assert browser.post("/session").status_code == 403
        assert browser.post("/session", headers={"X-Token": "wrong"}).status_code == 403
        response = browser.post("/session", headers={"X-Token": "apple"})

        assert response.status_code == 204
        assert response.headers["Set-Cookie"] == (
            "session=apple; HttpOnly; Max-Age=60; Path=/; SameSite=strict"
        )
        assert browser.get("/items/1").json()["caller"] == "alice"
        # The cookie would do for get_caller(), but there is nothing to remember.
        assert browser.post("/session", headers={"X-Token": ""}).status_code == 422


def test_behind_https_the_cookie_is_for_https_alone(server: Server) -> None:
    headers = {"X-Token": "apple", "X-Forwarded-Proto": "https"}
    response = httpx2.post(f"{server.url}/session", headers=headers, trust_env=False)

    assert response.headers["Set-Cookie"].endswith("; Secure")


WRONG = {
    "1/ws?token=apple&q=abc": "q: Input should be a valid integer, unable to parse string as an",
    "1/ws?token=apple&q=-1": "q: Input should be greater than or equal to 0",
    "a%20b/ws?token=apple": "item_id: String should match pattern",
}


@each_implementation
def test_tells_a_caller_which_parameter_is_wrong(implementation: str) -> None:
    with serve(program("main"), "--ws", implementation) as server:
        for address, reason in WRONG.items():
            with connect(f"{server.ws}/items/{address}") as websocket:
                code, text = closing(websocket)

            assert code == 4422
            assert text.startswith(reason)


@each_implementation
async def test_who_leaves_before_the_explanation_leaves_no_error(implementation: str) -> None:
    with serve(program("main"), "--ws", implementation) as server:
        url = f"{server.ws}/items/plumbus/ws?token=apple&q=abc"
        for _ in range(3):
            crowd = await asyncio.gather(*(connect_async(url, proxy=None) for _ in range(10)))
            for client in crowd:
                client.transport.abort()
        assert refusal(f"{server.ws}/items/plumbus/ws").status_code == 403
        assert complaints(server.stop()) == []


@pytest.mark.parametrize("step", ["naive", "step_3"])
def test_refuses_a_wrong_parameter_without_a_word_until_the_last_step(step: str) -> None:
    with serve(program(step)) as server:
        response = refusal(f"{server.ws}/items/plumbus/ws?token=banana&q=abc")
        server.wait_for_log(r'"WebSocket /items/plumbus/ws\?token=banana&q=abc" 403')

        assert (response.status_code, response.body) == (403, b"")
        assert "integer" not in server.stop()


def test_a_token_in_the_query_is_in_the_log_and_in_a_header_it_is_not(server: Server) -> None:
    headers = {"X-Token": "another-secret"}
    refusal(f"{server.ws}/items/1/ws", additional_headers=headers)
    refusal(f"{server.ws}/items/1/ws?token=my-secret")

    server.wait_for_log("my-secret")
    assert "another-secret" not in server.log


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
            from fastapi import (
                FastAPI, HTTPException, Query, Security, WebSocket, WebSocketException
            )

            app = FastAPI()

            async def who() -> str:
                return "ada"

            @app.websocket("/ws")
            async def tell(
                websocket: WebSocket,
                caller: Annotated[str, Security(who)],
                tags: Annotated[list[str], Query(alias="tag", max_length=2)],
            ):
                if tags == ["refuse"]:
                    raise HTTPException(403, "No.")
                await websocket.accept()
                if tags == ["late"]:
                    raise HTTPException(403, "No.")
                if tags == ["late", "close"]:
                    raise WebSocketException(4403, "No.")
                await websocket.send_text(f"{caller} {tags}")
                await websocket.close()
            """
        )
    )
    with serve("app:app", cwd=tmp_path) as server:
        with connect(f"{server.ws}/ws?tag=a&tag=b") as websocket:
            assert websocket.recv() == "ada ['a', 'b']"
        assert refusal(f"{server.ws}/ws?tag=a&tag=b&tag=c").status_code == 403
        # What the page says of HTTPException, which does for both, nearly.
        response = refusal(f"{server.ws}/ws?tag=refuse")
        assert (response.status_code, response.body) == (403, b'{"detail":"No."}')
        server.wait_for_log("ERROR: +ASGI callable returned without completing handshake")
        for query, end in (("tag=late", (1006, "")), ("tag=late&tag=close", (4403, "No."))):
            with connect(f"{server.ws}/ws?{query}") as websocket:
                assert closing(websocket) == end
