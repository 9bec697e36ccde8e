"""One lesson of the course, kept apart from the others: what breaks in it stays in it."""

import asyncio
import importlib
import logging
from html import escape
from typing import Any

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The server's own logger: a lesson's failure is read where the server's start is read.
logger = logging.getLogger("uvicorn.error")

# What an outer Starlette leaves in a scope. A lesson builds its addresses from these keys if it
# finds them, and then `url_for` looks for the lesson's routes among the course's.
OUTER = {
    "app",
    "app_root_path",
    "endpoint",
    "path_params",
    "router",
    "starlette.exception_handlers",
}

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
  :root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }}
  body {{ max-width: 40rem; margin: 0 auto; padding: 1rem; }}
  pre {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
</style>
<h1>{title}</h1>
{body}
</html>
"""


def _is_cancelled() -> bool:
    """Whether this task is being cancelled, as a second Ctrl+C does with all of them."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class LiveLesson:
    """An ASGI app that is the lesson's `app`, or, when that fails, a 503 that says why.

    `error` is None while the lesson runs, else the type and message of what stopped it. A `lazy`
    one is imported and started by the first who asks for it: nobody waits for what nobody uses.
    """

    def __init__(self, name: str, module: str, seconds: float, *, lazy: bool = False) -> None:
        """Import `app` from `module`; a startup or shutdown may take `seconds` each."""
        self.name = name
        self.error: str | None = None
        self._module = module
        self._idle = lazy
        self._starting = asyncio.Lock()
        self._seconds = seconds
        self._state: dict[str, Any] = {}
        self._task: asyncio.Task[None] | None = None
        if not lazy:
            self._import()

    @property
    def state(self) -> str:
        """How it is: "ok", "idle" before its first use, or what stopped it."""
        return self.error or ("idle" if self._idle else "ok")

    def _import(self) -> None:
        try:
            self._app: ASGIApp = importlib.import_module(self._module).app
            if not callable(self._app):
                raise TypeError(f"`app` is {self._app!r}, which is no ASGI app.")  # noqa: TRY301 - one report for all.
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a lesson raises, others go on.
            self._fail(error)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a WebSocket as a server of the lesson's own would."""
        if self._idle:
            # Anyone who comes second waits for the same start.
            async with self._starting:
                if self._idle:
                    self._import()
                    await self.start()
                    self._idle = False
        if self.error is not None:
            body = f"<pre>{escape(self.error)}</pre>\n<p>The server's log says more.</p>"
            page = PAGE.format(title=f"Lesson {escape(self.name)} does not run", body=body)
            # A WebSocket handshake gets the same answer: Starlette sends it as a denial response.
            await HTMLResponse(page, 503)(scope, receive, send)
            return
        inner = {key: value for key, value in scope.items() if key not in OUTER}
        # A copy, as every server makes: what one request adds to it, no other one sees.
        await self._app({**inner, "state": self._state.copy()}, receive, send)

    async def start(self) -> None:
        """Run the lesson's startup; return when it is complete, has failed or is out of time."""
        if self.error is not None:
            return
        self._started, self._stopping = asyncio.Event(), asyncio.Event()
        self._state.clear()
        self._task = asyncio.create_task(self._lifespan())
        try:
            async with asyncio.timeout(self._seconds):
                await self._started.wait()
        except TimeoutError:
            self._fail(TimeoutError(f"The startup has not ended after {self._seconds:g} s."))
            self._task.cancel()

    async def stop(self) -> None:
        """Run the lesson's shutdown; return when it is complete, has failed or is out of time."""
        if self.error is not None or self._task is None:
            return
        self._stopping.set()
        _, late = await asyncio.wait({self._task}, timeout=self._seconds)
        if late:
            self._fail(TimeoutError(f"The shutdown has not ended after {self._seconds:g} s."))
            self._task.cancel()

    async def _lifespan(self) -> None:
        """Speak the lifespan protocol with the lesson.

        It is one task from startup to shutdown, because task groups and cancel scopes must be left
        in the task that entered them.
        """
        asked = False
        refusal: str | None = None

        async def receive() -> Message:
            nonlocal asked
            if asked:
                await self._stopping.wait()
                return {"type": "lifespan.shutdown"}
            asked = True
            return {"type": "lifespan.startup"}

        async def send(message: Message) -> None:
            nonlocal refusal
            if message["type"].endswith(".failed"):
                refusal = message.get("message") or message["type"]
            elif message["type"] == "lifespan.startup.complete":
                self._started.set()

        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": self._state}
        try:
            await self._app(scope, receive, send)
            if refusal is not None:
                self._fail(RuntimeError(refusal))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - SystemExit in a task would end the event loop.
            # An app that raises before it has answered has no lifespan, and is served without one.
            # One that was cancelled for its slowness has been reported.
            answered = refusal is not None or self._started.is_set()
            if self.error is None and answered and not _is_cancelled():
                self._fail(error)
        finally:
            self._started.set()

    def _fail(self, error: BaseException) -> None:
        self.error = f"{type(error).__name__}: {error}"
        logger.error("Lesson %s does not run. %s", self.name, self.error, exc_info=error)
