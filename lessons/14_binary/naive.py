"""Wrong on purpose: it writes where the client says, and waits for the disk."""

import os
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse

app = FastAPI()

UPLOADS = Path(os.environ.get("UPLOADS", Path(__file__).with_name(".uploads")))


@app.get("/")
async def page():
    # The page of the first step, which sends what this version expects, too.
    path = Path(__file__).parent / "step_1" / "index.html"
    return FileResponse(path, headers={"Cache-Control": "no-cache"})


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
            await websocket.send_json(
                {"type": "uploaded", "name": begin["name"], "sha256": checksum}
            )
    except WebSocketDisconnect:
        pass
