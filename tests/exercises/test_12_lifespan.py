"""Exercise 12: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

TICKER = "        await manager.broadcast(await sensor.read())\n"
DUE = "        await asyncio.sleep(start + number * seconds - monotonic())\n"

WRONG = {
    "opened with the first client": (
        {
            "    await sensor.open()\n": "",
            "    with manager.connect(websocket), suppress(*CLIENT_GONE):\n": (
                "    if not websocket.state.sensor.opened:\n"
                "        await websocket.state.sensor.open()\n"
                "    with manager.connect(websocket), suppress(*CLIENT_GONE):\n"
            ),
        },
        "No client has connected yet, and the sensor was opened 0 times.",
    ),
    "read once for each client": (
        {
            TICKER: (
                "        for one in list(manager.connections):\n"
                "            await manager.send(one, await sensor.read())\n"
            )
        },
        "some went to the other.",
    ),
    "sleeps after its work": (
        {DUE: "        await asyncio.sleep(seconds)\n"},
        "connected, and ten readings took",
    ),
    "the sensor stays open at the end": (
        {"    await sensor.close()\n": ""},
        "The server has stopped, and the sensor was closed 0 times.",
    ),
    "a ticker for each client": (
        {
            "    ticker = asyncio.create_task(tick(manager, sensor))\n": "",
            "    ticker.cancel()\n": "",
            "    with manager.connect(websocket), suppress(*CLIENT_GONE):\n": (
                "    with manager.connect(websocket), suppress(*CLIENT_GONE):\n"
                "        ticker = asyncio.create_task(tick(manager, websocket.state.sensor))\n"
            ),
        },
        "seconds instead of 1.",
    ),
    "the endpoint waits for what never comes": (
        {"await websocket.receive()": "await asyncio.Event().wait()"},
        "Your app goes on when it is told to stop: something in it never ends.",
    ),
    "closed with each client": (
        {
            "            await websocket.receive()\n": (
                "            await websocket.receive()\n    await websocket.state.sensor.close()\n"
            )
        },
        "The server has stopped, and the sensor was closed 3 times.",
    ),
    "clients are never removed": (
        {
            TICKER: (
                "        reading = await sensor.read()\n"
                "        for one in clients:\n"
                "            await one.send_text(reading)\n"
            ),
            "class State(": "clients: list[WebSocket] = []\n\n\nclass State(",
            "    with manager.connect(websocket), suppress(*CLIENT_GONE):\n": (
                "    clients.append(websocket)\n    with suppress(*CLIENT_GONE):\n"
            ),
        },
        "A client has vanished, and the next one gets no reading.",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("12", edits)


def test_an_answer_that_keeps_its_globals_passes(desk: Desk) -> None:
    desk.solve("12")
    path = desk.exercise("12").main
    source = path.read_text(encoding="utf-8")
    for old, new in {
        "    manager, sensor = ConnectionManager(), Sensor()\n": "",
        '    yield {"manager": manager, "sensor": sensor}\n': "    yield {}\n",
        "class State(": "manager = ConnectionManager()\nsensor = Sensor()\n\n\nclass State(",
        "    return connection.state.manager": "    return manager",
        "    return connection.state.sensor": "    return sensor",
    }.items():
        assert source.count(old) == 1
        source = source.replace(old, new)
    path.write_text(source, encoding="utf-8")

    ended = desk.word("check", "12")
    assert ended.returncode == 0, ended.stdout
