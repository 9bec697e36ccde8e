"""Wrong on purpose: a lifespan nobody runs, and addresses that hold at the root alone."""

from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles


@asynccontextmanager
async def lifespan(api: FastAPI):
    api.state.names = []
    yield


api = FastAPI(lifespan=lifespan)

# The tutorials stop at app = FastAPI(), and at app.mount("/subapi", subapi).
app = FastAPI()
app.mount("/static", StaticFiles(directory=Path(__file__).with_name("static")))
app.mount("/api/v1", api)

html = """
<!DOCTYPE html>
<html>
    <head>
        <title>Chat</title>
        <link rel="stylesheet" href="/static/style.css">
    </head>
    <body>
        <h1>Chat</h1>
        <p id="state">connecting</p>
        <p>For programs: <code id="address">ADDRESS</code></p>
        <script>
            const state = document.getElementById("state");
            const socket = new WebSocket("/api/v1/echo");
            socket.onopen = function () {
                state.textContent = "open";
            };
            socket.onclose = function (event) {
                state.textContent = "closed (" + event.code + ")";
            };
        </script>
    </body>
</html>
"""


@app.get("/")
async def page(request: Request):
    scheme = "wss" if request.url.scheme == "https" else "ws"
    address = f"{scheme}://{request.url.netloc}/api/v1/echo"
    return HTMLResponse(html.replace("ADDRESS", address))


@api.websocket("/echo")
async def echo(websocket: WebSocket):
    await websocket.accept()
    while True:
        text = await websocket.receive_text()
        await websocket.send_text(f"Message text was: {text}")


@api.websocket("/ws")
async def chat(websocket: WebSocket):
    await websocket.accept()
    while True:
        text = await websocket.receive_text()
        websocket.app.state.names.append(text)
        await websocket.send_text(f"{len(websocket.app.state.names)} were here")
