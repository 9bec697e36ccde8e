"""The naive laboratory of lesson 6, with two mistakes before accept that no lesson makes."""

import importlib

from fastapi import FastAPI, WebSocket

app: FastAPI = importlib.import_module("lessons.06_closing.naive").app


@app.websocket("/early/bug")
async def fail(_: WebSocket) -> None:
    raise ZeroDivisionError("This is a bug.")


@app.websocket("/early/return")
async def leave(_: WebSocket) -> None:
    pass
