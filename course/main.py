"""The course: the site at /, every lesson live at /live/NN_name/, and GET /healthz.

A lesson's steps are at /live/NN_name/step_1/ and so on. Its naive version is there too, at
/live/NN_name/naive/, if the lesson's page allows it: see `course.find_lesson.live_programs`.

`python -m course` serves it; `uvicorn course.main:app` does too.
"""

import asyncio
import mimetypes
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from html import escape
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from course import find_lesson
from course.find_lesson import LayoutError, Program, live_programs
from course.live_lesson import PAGE, LiveLesson, logger

ROOT = Path(__file__).resolve().parents[1]


class Site(StaticFiles):
    """The built site, or, until it is built, a page that says how to build it."""

    def __init__(self, folder: Path, lessons: list[LiveLesson]) -> None:
        """Serve `folder`, which need not exist yet; the page without it names `lessons`."""
        super().__init__(directory=folder, html=True, check_dir=False)
        self._index = folder / "index.html"
        self._lessons = lessons

    @property
    def built(self) -> bool:
        """Whether there is a site to serve. It is looked up anew, so no restart is needed."""
        return self._index.is_file()

    async def check_config(self) -> None:
        """Do nothing: a folder that is not there yet is no error here."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file at `path`, the site's own 404 page, or 503 while there is no site."""
        response = await super().get_response(path, scope) if self.built else self._how_to_build()
        # Browsers ask again each time, and get 304: a site built anew is seen at once.
        response.headers["Cache-Control"] = "no-cache"
        return response

    def _how_to_build(self) -> Response:
        lessons = "\n".join(
            f'<li><a href="/live/{lesson.name}/">{escape(lesson.name)}</a></li>'
            for lesson in self._lessons
        )
        body = f"""<p>The pages of this course are not built yet. Build them, in its folder:</p>
<pre>make docs</pre>
<p>Without make, in an environment with the packages of requirements.txt:</p>
<pre>python -m tools build --quick</pre>
<p>Then load this page again. The lessons run already:</p>
<ul>
{lessons}
</ul>"""
        return HTMLResponse(PAGE.format(title="Build the site", body=body), 503)


def _others(lesson: Path) -> list[Program]:
    """Return the programs that are live beside a lesson; none if they cannot be found out."""
    page = lesson.parents[1] / "docs" / "lessons" / f"{lesson.name}.md"
    try:
        return live_programs(lesson, page)
    except LayoutError as error:
        # The lesson itself runs, whatever is wrong with its steps.
        logger.error("The steps of lesson %s are not live. %s", lesson.name, error)
        return []


def create_app(
    lessons: Path = ROOT / "lessons", site: Path = ROOT / "site", seconds: float = 10
) -> Starlette:
    """Return the app that serves `site`, and each `lessons/NN_name` that has a main.py.

    A lesson that fails is reported in the log, in /healthz and on its own page, and the others run.
    Its startup and its shutdown may take `seconds` each; all lessons start at the same time. What
    blocks the event loop itself, as `time.sleep` does, cannot be cut short.

    A lesson's steps are served beside it, and each starts when it is first asked for.
    """
    # The parent of `lessons` must be importable: a namespace package gives each lesson the name it
    # has under uvicorn, so that relative imports work and nothing is loaded twice.
    lessons = lessons.resolve()
    if lessons.parent not in [Path(entry).resolve() for entry in sys.path]:
        sys.path.insert(0, str(lessons.parent))
    found = [
        LiveLesson(name, f"{lessons.name}.{name}.main", seconds)
        for name in find_lesson.names(lessons)
    ]
    others = [
        LiveLesson(program.side, program.module, seconds, lazy=True)
        for lesson in found
        for program in _others(lessons / lesson.name)
    ]
    # Windows may take .js for plain text, and no browser runs that as a module.
    mimetypes.add_type("text/javascript", ".js")
    pages = Site(site, found)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        await asyncio.gather(*(lesson.start() for lesson in found))
        yield
        await asyncio.gather(*(lesson.stop() for lesson in [*found, *others]))

    async def healthz(_: Request) -> JSONResponse:
        """Answer 200, and how each lesson is: `{"status": "ok", "site": true, "lessons": {…}, …}`.

        A lesson that is out has its error in place of "ok"; then, or when the site is not built,
        the status is "degraded". The status code says only that the course is served: a supervisor
        that restarted the course for the sake of one lesson would stop all the others. Under
        "steps" are the other programs, as "03_manager/step_1", which are "idle" until somebody
        asks for them. One of them may fail without the course being any worse for it.
        """
        states = {lesson.name: lesson.state for lesson in found}
        steps = {program.name: program.state for program in others}
        well = pages.built and all(state == "ok" for state in states.values())
        status = "ok" if well else "degraded"
        return JSONResponse(
            {"status": status, "site": pages.built, "lessons": states, "steps": steps},
            headers={"Cache-Control": "no-store"},
        )

    async def add_slash(request: Request) -> RedirectResponse:
        # A relative address: behind a proxy, the server does not know by which name it was called.
        name = request.url.path.rpartition("/")[2]
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{name}/{query}")

    routes: list[BaseRoute] = [Route("/healthz", healthz)]
    # A lesson's mount takes everything below its own address, so its steps come first.
    for lesson in [*others, *found]:
        routes += [
            Route(f"/live/{lesson.name}", add_slash),
            Mount(f"/live/{lesson.name}", lesson),
        ]
    return Starlette(routes=[*routes, Mount("/", pages)], lifespan=lifespan)


app = create_app()
