"""Wrong on purpose: a fixed address in the page, and no thought of a client that leaves."""

from fastapi import FastAPI, WebSocket
from fastapi.responses import HTMLResponse

app = FastAPI()

html = """
<!DOCTYPE html>
<html>
    <head>
        <title>Echo</title>
    </head>
    <body>
        <h1>Echo</h1>
        <form onsubmit="sendMessage(event)">
            <input id="text" autocomplete="off">
            <button>Send</button>
        </form>
        <ul id="log"></ul>
        <script>
            const socket = new WebSocket("ws://localhost:8000/ws");
            socket.onmessage = function (event) {
                document.getElementById("log").innerHTML += "<li>" + event.data + "</li>";
            };
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


@app.get("/")
async def page():
    return HTMLResponse(html)


@app.websocket("/ws")
async def echo(websocket: WebSocket):
    await websocket.accept()
    while True:
        text = await websocket.receive_text()
        await websocket.send_text(f"Message text was: {text}")
