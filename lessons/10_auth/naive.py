"""Wrong on purpose: a secret in the source, a token in the address, and one look at it for ever."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import jwt
from fastapi import Depends, FastAPI, HTTPException, WebSocket
from fastapi.responses import FileResponse
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm

from .chat import serve_chat
from .features import roll, say, who  # noqa: F401 - they register their handlers

SECRET_KEY = "our-chat-is-the-best-chat-of-all-chats"
TOKEN_SECONDS = int(os.environ.get("TOKEN_SECONDS", "900"))

users = {"Ada": "engine", "Grace": "compiler"}

app = FastAPI()
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")


def decode_token(token: str):
    claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
    return claims["sub"]


@app.get("/")
async def page():
    return FileResponse(Path(__file__).with_name("index.html"))


@app.post("/token")
async def sign_in(form: OAuth2PasswordRequestForm = Depends()):
    if form.username not in users:
        raise HTTPException(404, "There is no such user.")
    if users[form.username] != form.password:
        raise HTTPException(401, "The password is wrong.")
    expires = datetime.utcnow() + timedelta(seconds=TOKEN_SECONDS)
    claims = {"sub": form.username, "exp": int(expires.timestamp())}
    token = jwt.encode(claims, SECRET_KEY, "HS256")
    return {"access_token": token, "token_type": "bearer"}


@app.post("/tickets")
async def create_ticket(token: str = Depends(oauth2_scheme)):
    try:
        decode_token(token)
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, str(error))
    return {"ticket": token}


@app.websocket("/ws")
async def chat(websocket: WebSocket, room: str, ticket: str):
    await websocket.accept()
    try:
        user = decode_token(ticket)
    except jwt.InvalidTokenError as error:
        await websocket.send_json({"type": "error", "detail": str(error)})
        await websocket.close()
        return
    await serve_chat(websocket, room, user)
