"""Somebody else's page: it opens your chat in the name of whoever looks at it."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()

PAGE = """<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>You have won</title>
  <link rel="icon" href="data:,">
  <style>
    :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
    body { max-width: 40rem; margin: 0 auto; padding: 1rem; }
  </style>
  <h1>You have won a bicycle</h1>
  <p>WebSocket: <output id="state">connecting</output></p>
  <p>fetch: <output id="fetched">asking</output></p>
  <p>What I have read in your name:</p>
  <ol id="log"></ol>
  <script type="module">
    const chat = new URLSearchParams(location.search).get("chat")
      ?? "ws://127.0.0.1:8000/";
    const state = document.querySelector("#state");
    const fetched = document.querySelector("#fetched");
    const log = document.querySelector("#log");

    const socket = new WebSocket(`${chat}ws/cookie?room=attic`);
    socket.addEventListener("open", () => {
      state.textContent = "open";
      socket.send(JSON.stringify({ type: "say", text: "Send me your money." }));
    });
    socket.addEventListener("message", (event) => {
      const line = document.createElement("li");
      line.textContent = event.data;
      log.prepend(line);
    });
    socket.addEventListener("close", (event) => {
      state.textContent = `closed (${event.code})`;
    });

    fetch(`${chat.replace("ws", "http")}me`, { credentials: "include" })
      .then((answer) => answer.text())
      .then((text) => { fetched.textContent = text; })
      .catch((error) => { fetched.textContent = `refused (${error.message})`; });
  </script>
</html>
"""


@app.get("/")
async def page() -> HTMLResponse:
    return HTMLResponse(PAGE)
