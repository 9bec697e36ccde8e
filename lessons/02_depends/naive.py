"""Wrong on purpose: any token is as good as another, and the page pastes it into an address."""

from typing import Annotated

from fastapi import Cookie, Depends, FastAPI, Query, WebSocket, WebSocketException
from fastapi.responses import HTMLResponse

app = FastAPI()

html = """
<!DOCTYPE html>
<html>
    <head>
        <title>Depends</title>
    </head>
    <body>
        <h1>Depends</h1>
        <form onsubmit="sendMessage(event)">
            <label>Item <input id="item" autocomplete="off" value="plumbus"></label>
            <label>Token <input id="token" autocomplete="off" value="apple"></label>
            <button onclick="connect(event)">Connect</button>
            <label>Message <input id="text" autocomplete="off"></label>
            <button id="send">Send</button>
        </form>
        <ul id="log"></ul>
        <script>
            let socket = null;
            function connect(event) {
                const item = document.getElementById("item").value;
                const token = document.getElementById("token").value;
                socket = new WebSocket("ws://localhost:8000/items/" + item + "/ws?token=" + token);
                socket.onmessage = function (event) {
                    document.getElementById("log").innerHTML += "<li>" + event.data + "</li>";
                };
                event.preventDefault();
            }
            function sendMessage(event) {
                const input = document.getElementById("text");
                socket.send(input.value);
                input.value = "";
                event.preventDefault();
            }
        </script>
    </body>
</html>
"""


async def get_cookie_or_token(
    session: Annotated[str | None, Cookie()] = None,
    token: Annotated[str | None, Query()] = None,
):
    if session is None and token is None:
        raise WebSocketException(1008, "Show a token.")
    return session or token


@app.get("/")
async def page():
    return HTMLResponse(html)


@app.websocket("/items/{item_id}/ws")
async def discuss_item(
    websocket: WebSocket,
    item_id: str,
    cookie_or_token: Annotated[str, Depends(get_cookie_or_token)],
    q: int | None = None,
):
    await websocket.accept()
    while True:
        text = await websocket.receive_text()
        await websocket.send_text(
            f"Session cookie or query token value is: {cookie_or_token}"
        )
        if q is not None:
            await websocket.send_text(f"Query parameter q is: {q}")
        await websocket.send_text(
            f"Message text was: {text}, for item ID: {item_id}"
        )
