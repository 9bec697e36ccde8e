"""A lesson's clients end with one sentence, against each of its programs and against none."""

import ast
import socket
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from course.find_lesson import find_program, live_programs, programs
from tests.support.clients import assert_says_why, clients, one_sentence, run_client
from tests.support.contract import lesson_server
from tests.support.nightly import some_in_each_run
from tests.support.server import ROOT, Server, serve
from tests.support.speech import FOLDERS
from tools.lessons import Lesson

pytestmark = pytest.mark.timeout(120)

CLIENTS = [path for name in FOLDERS for path in clients(ROOT / "lessons" / name)]

each_client = pytest.mark.parametrize(
    "path", [pytest.param(path, id=f"{path.parents[1].name}/{path.stem}") for path in CLIENTS]
)
each_client_and_program = pytest.mark.parametrize(
    ("path", "program"),
    [
        pytest.param(
            path,
            program,
            id=f"{path.parents[1].name}/{path.stem}-{program}",
            # What it shows of a step is tested with the lesson.
            marks=[] if program == "main" else [pytest.mark.thorough],
        )
        for path in CLIENTS
        for program in programs(path.parents[1])
    ],
)

NOWHERE = ("nonsense", "http://127.0.0.1:8000", "ws://127.0.0.1:99999", "ws://host.invalid")
"""Addresses that a reader may have mistyped."""


@pytest.fixture
def unused() -> Iterator[str]:
    """An address of this machine at which nobody listens."""
    # Bound and not listening: nobody else gets the port meanwhile.
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        yield f"ws://127.0.0.1:{nobody.getsockname()[1]}"


@each_client
def test_a_client_compiles_and_says_what_it_does(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), f"{path.name} has no docstring."


@each_client_and_program
def test_a_client_ends_with_a_sentence_against_each_program(path: Path, program: str) -> None:
    found = find_program(path.parents[1], program)
    with lesson_server(found.folder.name, app=f"{found.module}:app") as server:
        assert run_client(path, server.ws).sentence


@each_client
def test_a_client_says_in_a_sentence_that_nobody_answers(path: Path, unused: str) -> None:
    assert_says_why(path, unused)


@pytest.mark.parametrize("address", some_in_each_run(NOWHERE, NOWHERE[:1]))
@each_client
def test_a_client_says_in_a_sentence_that_an_address_is_wrong(path: Path, address: str) -> None:
    assert_says_why(path, address)


@pytest.fixture(scope="module")
def course() -> Iterator[Server]:
    """The course, with every lesson and its steps live."""
    with serve("course.main:app") as server:
        yield server


@each_client
def test_a_client_runs_against_the_course(path: Path, course: Server) -> None:
    """Against the lesson's first live step, or, when it has none, against the lesson."""
    lesson = Lesson(path.parents[1].name)
    sides = [one.side for one in live_programs(lesson.folder, lesson.page)]
    assert run_client(path, f"{course.ws}/live/{[*sides, lesson.name][0]}").sentence


# What follows proves that the tests above can fail.


CLIENT = """
    '''Say hello, and print the answer.'''

    import asyncio
    import sys

    from websockets.asyncio.client import connect
    from websockets.exceptions import WebSocketException

    SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


    async def main() -> None:
        async with connect(f"{SERVER}/ws") as client:
            await client.send("hello")
            print(f"The server answered {await client.recv()!r}.")


    try:
        asyncio.run(main())
    except (OSError, ValueError, WebSocketException) as error:
        sys.exit(f"No lesson answers at {SERVER} ({error}).")
"""


def client(folder: Path, source: str) -> Path:
    """Write a client."""
    path = folder / "client.py"
    path.write_text(dedent(source))
    return path


def test_the_documented_pattern_holds(tmp_path: Path, unused: str) -> None:
    path = client(tmp_path, CLIENT)

    for address in (unused, *NOWHERE):
        assert_says_why(path, address)
    with lesson_server("01_echo") as server:
        answer = run_client(path, server.ws).sentence
    assert answer == "The server answered 'Message text was: hello'."


def test_a_client_that_ends_in_a_traceback_is_found(tmp_path: Path, unused: str) -> None:
    path = client(tmp_path, CLIENT.partition("    try:")[0] + "    asyncio.run(main())\n")

    with pytest.raises(AssertionError, match="ends in a traceback"):
        assert_says_why(path, unused)


def test_a_client_that_never_ends_is_found(tmp_path: Path) -> None:
    path = client(tmp_path, "print('Soon.', flush=True)\nimport time\ntime.sleep(999)\n")

    with pytest.raises(AssertionError, match=r"client\.py had not ended after 1 s"):
        run_client(path, seconds=1)


@pytest.mark.parametrize("printed", ["", "Done", "Done.\nAnd more.\n", "\n"])
def test_what_is_not_one_sentence_is_found(printed: str) -> None:
    with pytest.raises(AssertionError, match=r"Not one line|No full stop"):
        one_sentence(printed)
