"""Wrong on purpose: a call that is gone, and addresses made from what the caller says."""

from pathlib import Path

from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

HERE = Path(__file__).parent

app = FastAPI()
# The tutorials write StaticFiles(directory="static"): that starts in one folder and in no other.
app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
templates = Jinja2Templates(directory=HERE / "templates")

html = """
<!DOCTYPE html>
<html>
    <head>
        <title>Chat</title>
        <link rel="stylesheet" href="{{ url_for('static', path='style.css') }}">
    </head>
    <body>
        <h1>Chat</h1>
        <p id="state">connecting</p>
        <script>
            const state = document.getElementById("state");
            const socket = new WebSocket("ws://localhost:8000/ws");
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
    return HTMLResponse(templates.env.from_string(html).render(request=request))


@app.get("/old")
async def old_page(request: Request):
    return templates.TemplateResponse("index.html", {"request": request})


@app.websocket("/ws")
async def echo(websocket: WebSocket):
    await websocket.accept()
    while True:
        text = await websocket.receive_text()
        await websocket.send_text(f"Message text was: {text}")
