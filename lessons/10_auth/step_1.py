"""Lesson 10, step 1: a password is kept as a hash."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException, WebSocket
from fastapi.responses import FileResponse
from fastapi.security import OAuth2PasswordBearer

from .chat import serve_chat
from .features import roll, say, who  # noqa: F401 - they register their handlers
from .passwords import AuthenticatedUser

SECRET_KEY = "our-chat-is-the-best-chat-of-all-chats"  # noqa: S105 - step 2 cures it
TOKEN_SECONDS = int(os.environ.get("TOKEN_SECONDS", "900"))

app = FastAPI()
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")


def decode_token(token: str) -> str:
    claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
    return claims["sub"]


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("index.html"))


@app.post("/token")
async def sign_in(name: AuthenticatedUser) -> dict[str, str]:
    expires = datetime.now(UTC) + timedelta(seconds=TOKEN_SECONDS)
    claims = {"sub": name, "exp": int(expires.timestamp())}
    token = jwt.encode(claims, SECRET_KEY, "HS256")
    return {"access_token": token, "token_type": "bearer"}


@app.post("/tickets")
async def create_ticket(
    token: Annotated[str, Depends(oauth2_scheme)],
) -> dict[str, str]:
    try:
        decode_token(token)
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, str(error)) from None
    return {"ticket": token}


@app.websocket("/ws")
async def chat(websocket: WebSocket, room: str, ticket: str) -> None:
    await websocket.accept()
    try:
        user = decode_token(ticket)
    except jwt.InvalidTokenError as error:
        await websocket.send_json({"type": "error", "detail": str(error)})
        await websocket.close()
        return
    await serve_chat(websocket, room, user)
