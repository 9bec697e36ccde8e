"""Wrong on purpose: it writes where the client says, and waits for the disk."""

from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic_settings import BaseSettings

app = FastAPI()


class Settings(BaseSettings):
    uploads: Path = Path(__file__).with_name(".uploads")


settings = Settings()


@app.get("/")
async def page():
    # Each step has a page of its own, so the browser must ask for it each time.
    path = Path(__file__).parent / "step_1" / "index.html"
    return FileResponse(path, headers={"Cache-Control": "no-cache"})


@app.websocket("/upload")
async def upload(websocket: WebSocket):
    await websocket.accept()
    settings.uploads.mkdir(exist_ok=True)
    try:
        while True:
            begin = await websocket.receive_json()
            path = settings.uploads / begin["name"]
            with open(path, "wb") as file:
                while file.tell() < begin["size"]:
                    file.write(await websocket.receive_bytes())
            checksum = sha256(path.read_bytes()).hexdigest()
            await websocket.send_json(
                {"type": "uploaded", "name": begin["name"], "sha256": checksum}
            )
    except WebSocketDisconnect:
        pass
