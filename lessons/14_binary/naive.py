"""Wrong on purpose: it writes where the client says, and the name is there before the file is."""

import os
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse

app = FastAPI()

UPLOADS = Path(os.environ.get("UPLOADS", Path(__file__).with_name(".uploads")))

html = """
<!DOCTYPE html>
<html>
    <head>
        <title>Upload</title>
    </head>
    <body>
        <h1>Upload</h1>
        <input type="file" id="file">
        <button onclick="upload()">Upload</button>
        <button onclick="cancel()">Cancel</button>
        <p>Sent: <span id="sent">0</span>, waiting in the page: <span id="waiting">0</span></p>
        <p id="log"></p>
        <script>
            const socket = new WebSocket("upload");
            const show = (id, text) => { document.getElementById(id).textContent = text; };
            socket.onmessage = (event) => show("log", event.data);
            socket.onclose = (event) => show("log", "closed (" + event.code + ")");
            async function upload() {
                const file = document.getElementById("file").files[0];
                const bytes = await file.arrayBuffer();
                socket.send(JSON.stringify({ name: file.name, size: file.size }));
                for (let sent = 0; sent < file.size; sent += 65536) {
                    socket.send(bytes.slice(sent, sent + 65536));
                }
                show("sent", file.size);
                show("waiting", socket.bufferedAmount);
            }
            function cancel() {
                socket.send("cancel");
            }
        </script>
    </body>
</html>
"""


@app.get("/")
async def page():
    return HTMLResponse(html)


@app.websocket("/upload")
async def upload(websocket: WebSocket):
    await websocket.accept()
    UPLOADS.mkdir(exist_ok=True)
    try:
        while True:
            begin = await websocket.receive_json()
            path = UPLOADS / begin["name"]
            with open(path, "wb") as file:
                while file.tell() < begin["size"]:
                    file.write(await websocket.receive_bytes())
            checksum = sha256(path.read_bytes()).hexdigest()
            await websocket.send_text(f"{path.name} is uploaded, sha256 {checksum}")
    except WebSocketDisconnect:
        pass
