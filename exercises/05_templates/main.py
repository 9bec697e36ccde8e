"""Exercise 5: a page for each hut, which works wherever the app is put."""

from contextlib import suppress
from pathlib import Path

from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

# Found from this file, not from the folder the server is started in.
HERE = Path(__file__).parent

app = FastAPI()
app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
templates = Jinja2Templates(directory=HERE / "templates")

HUTS = ("Kar", "Alm", "Joch", "Grat", "Grat #2", "Firn")


@app.get("/")
async def page(request: Request) -> Response:
    return templates.TemplateResponse(request, "index.html", {"huts": HUTS})


@app.get("/huts/{hut}")
async def one_hut(
    request: Request,
    hut: str,  # noqa: ARG001 - the template does not ask for it yet
) -> Response:
    # TODO: a page for each hut, which finds its way from any address.
    return templates.TemplateResponse(request, "hut.html")


@app.websocket("/huts/{hut}/ws")
async def chat(websocket: WebSocket, hut: str) -> None:
    await websocket.accept()
    # A client may be gone when its answer is ready: then sending raises.
    with suppress(WebSocketDisconnect):
        try:
            async for text in websocket.iter_text():
                await websocket.send_text(f"Copied from {hut}: {text}")
        except KeyError:
            # iter_text() looks up "text", and a binary message has none.
            await websocket.close(1003, "Send text, not bytes.")


# Another app, of which yours is the part below the prefix /radio.
valley = FastAPI()
valley.mount("/radio", app)
