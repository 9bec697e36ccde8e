"""Wrong on purpose: each end as it comes, without a frame, with a bad one, or with one too many."""

from pathlib import Path

from fastapi import (
    FastAPI,
    HTTPException,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
)
from fastapi.responses import FileResponse, JSONResponse

app = FastAPI()


@app.get("/")
async def page():
    return FileResponse(Path(__file__).with_name("index.html"))


@app.websocket("/ws/{client_id}")
async def chat(websocket: WebSocket, client_id: int, refusal: str | None = None):
    if refusal == "close":
        await websocket.close(1008, "Nobody will read this.")
    if refusal == "denial":
        await websocket.send_denial_response(
            JSONResponse({"detail": "Closed on Sundays."}, 503)
        )
    if refusal == "exception":
        raise HTTPException(401, "Sign in first.")
    if refusal == "websocket_exception":
        raise WebSocketException(1008, "Nobody will read this.")
    if refusal == "bug":
        raise ZeroDivisionError("This is a bug.")
    if refusal:
        return
    await websocket.accept()
    try:
        while True:
            text = await websocket.receive_text()
            words = text.split(maxsplit=2)
            if text == "bye":
                # The documents close with 100 here, and go on listening.
                await websocket.close(100)
            elif words[0] == "close":
                await websocket.close(int(words[1]), *words[2:])
                return
            elif text == "twice":
                await websocket.close(1000, "Once.")
                await websocket.close(4000, "And once more.")
            elif text == "return":
                return
            elif text == "raise":
                raise ZeroDivisionError("This is a bug.")
            elif text == "raise WebSocketException":
                raise WebSocketException(1008, "This is against the rules.")
            elif text == "raise HTTPException":
                raise HTTPException(400, "This is too late.")
            else:
                await websocket.send_text(f"You wrote: {text}")
    except WebSocketDisconnect:
        pass
