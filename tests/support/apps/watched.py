"""A lesson's app, under prefixes and watched: `uvicorn tests.support.apps.watched:app`.

`LESSON` is the app as uvicorn takes it; it is found under each of `PREFIXES`. `GET /-/tasks` counts
the tasks of the server's event loop, which nobody sees from outside the process.
"""

import asyncio
import os
from importlib import import_module

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.support.contract import PREFIXES

_module, _, _name = os.environ["LESSON"].partition(":")
_lesson: ASGIApp = getattr(import_module(_module), _name)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Count tasks, or call the lesson as a server does that has it under a prefix."""
    path = scope.get("path", "")
    if path == "/-/tasks":
        count = len(asyncio.all_tasks())
        await PlainTextResponse(str(count))(scope, receive, send)
        return
    # Mounts of one router would share it, and `url_for` would always answer with the first prefix.
    prefix = next(prefix for prefix in PREFIXES if path.startswith(prefix))
    await _lesson({**scope, "root_path": prefix} if prefix else scope, receive, send)
