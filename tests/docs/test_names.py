"""Each name that a reader may not know is introduced in prose before its code is shown, or there.

Our reader knows Python, and little of what is beyond functions, classes and exceptions. A page may
rely on whatever an earlier page says.
"""

import re

import pytest

from tests.support.pages import fences, prose
from tests.support.server import ROOT
from tools.lessons import Lesson, names

NAMES: dict[str, str] = {
    # What to look for in code: how prose speaks of it, where that is not the name itself.
    r"\basync def\b": r"`async def`|\bcoroutine",
    r"\bawait\b": "`await`",
    r"\basync with\b": "`async with`",
    r"\basync for\b": "`async for`",
    r"\byield\b": "`yield`|generator",
    r"\bexcept\*": r"`except\*`|exception group",
    r"^\s*match .*:$": "`match`",
    r":=": "`:=`|walrus",
    r"(?:->|\w:) ?[\w.\[\]]+ \| ": r"\bunion\b|\bor `?None`?\b|`[\w.\[\], ]+ \| [\w.\[\], |]+`",
    r"@contextmanager\b": "context manager",
    r"@asynccontextmanager\b": "`@?asynccontextmanager`",
    r"\bsuppress\(": "`suppress",
    r"\b(?:Async)?ExitStack\b": "ExitStack`",
    r"\bGenerator\[": "`Generator",
    r"\bAsync(?:Generator|Iterator|Iterable)\[": r"`Async(?:Gen|Iter)|async generator",
    r"\bcreate_task\(": r"`(?:asyncio\.)?create_task",
    r"\bTaskGroup\b|\bcreate_task_group\b": "`(?:asyncio.)?TaskGroup|task group",
    r"\bgather\(": r"`(?:asyncio\.)?gather",
    r"\basyncio\.timeout\(": r"`asyncio\.timeout",
    r"\b(?:move_on|fail)_after\(": r"`(?:\w+\.)?(?:move_on|fail)_after",
    r"\basyncio\.(?:Lock|Condition)\b": r"`asyncio\.(?:Lock|Condition)|`Condition|\block\b",
    r"\bSemaphore\b": "Semaphore",
    r"\basyncio\.Queue\b": r"\bqueue\b",
    r"\bEvent\(\)": "`(?:asyncio.)?Event",
    r"\bCancelScope\b": "cancel scope",
    r"\bCancelledError\b|\bget_cancelled_exc_class\b": "CancelledError|cancelled|cancellation",
    r"\bshield\b": "shield",
    r"\bto_thread\b|\brun_in_threadpool\b|\brun_sync\b": r"\bthread\b",
    r"\bAnnotated\[": "`Annotated",
    r"\bLiteral\[": "`Literal",
    r"\bTypedDict\b": "`TypedDict`",
    r"@dataclass\b": r"`@?dataclass|\bdata ?class",
    r"\bpartial\(": "`partial|`functools.partial",
    r"\bdeque\b": "`deque|deque",
    r"\bmonotonic\(|\bperf_counter\(": r"monotonic|perf_counter",
    r"\bBaseModel\b": r"`BaseModel`|\bmodels?\b",
    r"\bTypeAdapter\b": "`TypeAdapter",
    r"\bField\(": "`Field",
    r"\bdiscriminator=": "discriminator",
    r"\bConfigDict\b|\bmodel_config\b": "`ConfigDict|`model_config",
    r"\b(?:After|Before|Plain)Validator\b|@field_validator": "[Vv]alidator",
    r"\bStringConstraints\b": "`StringConstraints",
    r"\bDepends\(": r"\bdependenc(?:y|ies)\b",
    r"\b(?:Query|Path|Header|Cookie)\(": "`(?:Query|Path|Header|Cookie)|header|cookie|query|path",
    r"\bForm\(": r"`Form|\bforms?\b",
    r"\bUploadFile\b": "`UploadFile`",
    r"\bHTTPException\b": "`HTTPException",
    r"\bWebSocketException\b": "`WebSocketException",
    r"\bWebSocketDisconnected\b": "`WebSocketDisconnected`",
    r"\bresponse_model\b": r"`response_model|response model",
    r"\bBackgroundTasks\b": "`BackgroundTasks`|background task",
    r"\bjsonable_encoder\b": "`jsonable_encoder",
    r"\bAPIRouter\b": r"`APIRouter|\brouter",
    r"\bHTTPConnection\b": "`HTTPConnection",
    r"\bOAuth2PasswordBearer\b|\bOAuth2PasswordRequestForm\b": "OAuth2",
    r"\bjwt\.": r"\bJWT\b|JSON Web Token",
    r"\bhttponly=": "(?i)httponly",
    r"\bsamesite=": "(?i)samesite",
    r"\bPasswordHash\b": r"\bhash",
    r"\bcompare_digest\b": "compare_digest",
    r"\btoken_urlsafe\b": "`secrets|random",
    r"\bCORSMiddleware\b": r"\bCORS\b",
    r"\badd_middleware\b|@app\.middleware": r"\b[Mm]iddleware",
    r"\b(?:Scope|Receive|Send|ASGIApp)\b": r"\bASGI\b",
    r"\bBaseSettings\b": r"`BaseSettings`|\b[Ss]ettings\b",
    r"\blifespan=": r"\blifespan\b",
    r"\bStaticFiles\b": "`StaticFiles`|static files",
    r"\bJinja2Templates\b": r"Jinja|\btemplate",
    r"\burl_for\b": "`url_for",
    r"\bapp\.mount\(": r"\bmount",
    r"\broot_path\b": r"`root_path|root path",
    r"\bsha256\b|\bhashlib\b": r"checksum|SHA-256|\bhash",
    r"\bsignal\.signal\(|\badd_signal_handler\(": r"\bsignals?\b",
    r"\bsqlite3\b|\bcreate_engine\b": r"\bdatabase\b",
}
"""By a pattern for code, one for prose."""

TO_MEND: dict[str, dict[str, str]] = {}
"""By lesson and pattern, why a name is not introduced yet; what is not needed is a fault."""


def code(page: str) -> str:
    """Return the Python that a page shows: what it quotes, includes, and gives to be run."""
    found = []
    for fence in fences(page):
        # A page's tests are for those who want to see them; nobody types them.
        shown = [path for path in fence.snippets if not path.startswith("tests/")]
        python = [path for path in shown if path.endswith(".py")]
        found += [(ROOT / path).read_text("utf-8") for path in python]
        if fence.language == "python" and not fence.snippets:
            found.append(fence.body)
    # Of programs, not of their comments and docstrings, which are prose.
    return re.sub(r'"""(?:.|\n)*?"""|(?<=\s)#.*$', "", "\n".join(found), flags=re.MULTILINE)


def unexplained(page: str, said: str) -> list[str]:
    """Return the names in a page's code that neither `said`, nor its own prose, introduces."""
    shown, said = code(page), f"{said}\n{prose(page)}"
    return [
        name
        for name, words in NAMES.items()
        if re.search(name, shown, re.MULTILINE) and not re.search(words, said)
    ]


@pytest.mark.parametrize("name", names())
def test_each_name_is_introduced_before_its_code_or_with_it(name: str) -> None:
    before = [Lesson(one).page.read_text("utf-8") for one in names() if one < name]
    said = "\n".join(prose(page) for page in before)
    found = unexplained(Lesson(name).page.read_text("utf-8"), said)

    assert set(found) == set(TO_MEND.get(name, {}))


def test_a_name_that_nobody_introduces_is_found() -> None:
    page = "Say who you are.\n\n```python\nwith suppress(KeyError):\n    ...\n```\n"
    (found,) = unexplained(page, "Nothing so far.")

    assert re.search(found, "suppress(")
    assert unexplained(page, "The error is left out by `suppress()`.") == []
    assert unexplained(f"{page}\n`suppress()` leaves out an error.\n", "") == []


def test_a_name_in_a_docstring_is_no_code() -> None:
    page = '```python\n"""Nobody can yield."""\nx = 1  # to yield\n```\n'
    assert unexplained(page, "") == []
