"""Wrong on purpose: CORS and a middleware guard HTTP, and nobody guards the WebSocket."""

import time
from pathlib import Path
from typing import Annotated

from fastapi import Cookie, FastAPI, Request, Response, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse

from . import auth, endpoints, notes, other_ways, tickets
from .features import roll, say, who  # noqa: F401 - they register their handlers

app = FastAPI()

app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)


@app.middleware("http")
async def add_process_time_header(request: Request, call_next):
    start_time = time.time()
    response = await call_next(request)
    response.headers["X-Process-Time"] = str(time.time() - start_time)
    return response


@app.get("/")
async def page():
    return FileResponse(Path(__file__).with_name("index.html"))


@app.post("/ws/cookie", status_code=204)
async def set_cookie(token: auth.BearerToken, response: Response):
    auth.decode_token(token)
    response.set_cookie("session", token, httponly=True)


@app.get("/me")
async def me(session: Annotated[str, Cookie()]):
    return {"user": auth.decode_token(session).name}


@app.websocket("/ws/cookie")
async def by_cookie(
    websocket: WebSocket, room: str, session: Annotated[str, Cookie()]
):
    user = auth.decode_token(session)
    await websocket.accept()
    await endpoints.serve_until_expiry(websocket, room, user)


for part in (auth, notes, tickets, endpoints, other_ways):
    app.include_router(part.router)
