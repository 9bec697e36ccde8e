"""Wrong on purpose: a page in a string, and in it a name as somebody else wrote it."""

from contextlib import suppress
from itertools import count

from fastapi import FastAPI, WebSocket
from fastapi.responses import HTMLResponse

from .manager import CLIENT_GONE, ConnectionManager

app = FastAPI()
client_ids = count(1)
manager = ConnectionManager()

html = """
<!doctype html>
<title>Lesson 5: templates</title>
<style>body { max-width: 40rem; margin: auto; font: 1rem sans-serif; }</style>
<h1>Welcome, NAME</h1>
<p>Already here: PRESENT</p>
<p>Connection: <output id="state">connecting</output></p>
<form id="form"><input id="text" aria-label="Message"><button>Send</button></form>
<ol id="log"></ol>
<script>
  const socket = new WebSocket("ws://localhost:8000/ws");
  socket.onopen = () => { state.textContent = "open"; };
  socket.onclose = (event) => { state.textContent = `closed (${event.code})`; };
  socket.onmessage = (event) => log.append(event.data, document.createElement("br"));
  form.onsubmit = (event) => {
    event.preventDefault();
    socket.send(text.value);
    text.value = "";
  };
</script>
"""


@app.get("/")
async def page(name: str = "stranger") -> HTMLResponse:
    present = len(manager.connections)
    return HTMLResponse(html.replace("NAME", name).replace("PRESENT", f"{present}"))


@app.websocket("/ws")
async def chat(websocket: WebSocket) -> None:
    await websocket.accept()
    client_id = next(client_ids)
    try:
        with manager.connect(websocket), suppress(*CLIENT_GONE):
            try:
                async for text in websocket.iter_text():
                    await manager.send(websocket, f"You wrote: {text}")
                    said = f"Client #{client_id} says: {text}"
                    await manager.broadcast(said, exclude=websocket)
            except KeyError:
                # iter_text() looks up "text", and a binary message has none.
                await websocket.close(1003, "Send text, not bytes.")
    finally:
        await manager.broadcast(f"Client #{client_id} left the chat")
