"""Exercise 15: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

ADDRESS = 'str(request.url_for("huts:line"))'

WRONG = {
    "the lifespan is passed on without what it yields": (
        {"        yield state\n": "        yield {}\n"},
        "'State' object has no attribute 'numbers'",
    ),
    "the lifespan of huts is begun too late, by its first client": (
        {
            "lifespan=lifespan)": ")",
            "    await websocket.accept()\n": "    await websocket.accept()\n"
            "    async with huts_lifespan(huts) as state:\n"
            "        websocket.state.numbers = state['numbers']\n",
        },
        "Alm makes the report number 2 and hears 'Entry 1: Snow.'; 'Entry 2: Snow.' is due.",
    ),
    "a book for each hut": (
        {"next(websocket.state.numbers)": "1"},
        "Kar reports 'Fog.' and hears 'Entry 1: Fog.'; 'Entry 2: Fog.' is due.",
    ),
    "the path within the mounted app": (
        {ADDRESS: "str(request.url.replace(path='/line'))"},
        "the line's path is '/huts/line'.",
    ),
    "the name without its mount": (
        {'"huts:line"': '"line"'},
        "GET /huts/address tells Internal Server Error; the line's path is",
    ),
    "a host by hand": (
        {ADDRESS: '"ws://127.0.0.1:8000/huts/line"'},
        "'ws://valley.example:8080/huts/line' is due.",
    ),
    "a scheme by hand": (
        {ADDRESS: 'f"ws://{request.url.netloc}/huts/line"'},
        "an address with wss is due.",
    ),
}


RIGHT = {
    "by what FastAPI keeps of the lifespan": {
        "async with huts_lifespan(huts) as state:": (
            "async with huts.router.lifespan_context(huts) as state:"
        ),
        "yield state\n": "yield state or {}\n",
    },
    "by the address of the request": {
        ADDRESS: "str(request.url.replace(scheme={'http': 'ws'}.get(request.url.scheme, 'wss'),"
        " path=request.scope['root_path'] + '/line', query=''))",
    },
}


@pytest.mark.parametrize("right", RIGHT)
def test_a_right_answer_may_do_it_differently(right: str, desk: Desk) -> None:
    desk.solve("15")
    path = desk.exercise("15").work / "main.py"
    source = path.read_text("utf-8")
    for old, new in RIGHT[right].items():
        assert old in source
        source = source.replace(old, new)
    path.write_text(source, "utf-8")
    ended = desk.word("check", "15")
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("15", edits)
