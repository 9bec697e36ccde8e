"""Wrong on purpose: CORS and a middleware guard HTTP, and nobody guards the WebSocket."""

import time
from importlib import import_module
from pathlib import Path
from typing import Annotated

from fastapi import Cookie, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse

from . import auth, chat, doors, tickets

for feature in sorted(Path(__file__).parent.glob("features/*.py")):
    import_module(f".features.{feature.stem}", __package__)

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
async def give_cookie(token: auth.Bearer, response: Response):
    auth.read(token)
    response.set_cookie("token", token, httponly=True)


@app.get("/me")
async def me(token: Annotated[str, Cookie()]):
    return {"user": auth.read(token).user}


for part in (auth, tickets, chat, doors):
    app.include_router(part.router)
