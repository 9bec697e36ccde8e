"""Exercise 13: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

WRONG = {
    "a group is caught without its star": (
        {"except* CLIENT_GONE": "except CLIENT_GONE", "except* KeyError": "except KeyError"},
        "One client left and one vanished, and your app's log has an error: WebSocketDisconnect",
    ),
    "the end is swallowed": (
        {
            "    while True:\n        match (await websocket.receive_text())": (
                "    async for text in websocket.iter_text():\n        match text"
            )
        },
        "One client left, one vanished, and 2 of them are still subscribed.",
    ),
    "the reader waits for the report": (
        {"tasks.create_task(report(outbox))": "await report(outbox)"},
        "while its report is written, it should be answered.",
    ),
    "everybody waits for the report": (
        {"await asyncio.to_thread(write_report)": "write_report()"},
        "and everybody waited: it was at line",
    ),
    "only the last subscription counts": (
        {
            "                topics.subscribe(topic, outbox)\n": (
                "                for each in TOPICS:\n"
                "                    topics.unsubscribe(each, outbox)\n"
                "                topics.subscribe(topic, outbox)\n"
            )
        },
        "' is right.",
    ),
    "any word is a topic": (
        {'case ["subscribe", topic] if topic in TOPICS:': 'case ["subscribe", topic]:'},
        "Your app closes the connection (1003 Send text, not bytes.), and should say something",
    ),
    "everybody is warned of everything": (
        {
            "for outbox in self.subscribers.get(topic, ()):": (
                "for outbox in set().union(*self.subscribers.values()):"
            )
        },
        "is published, and a subscriber gets",
    ),
    "the outbox is never unsubscribed": (
        {
            "            for topic in TOPICS:\n                self.unsubscribe(topic, outbox)\n": (
                "            pass\n"
            )
        },
        "One client left, one vanished, and 2 of them are still subscribed.",
    ),
    "the writer is forgotten": (
        {"                tasks.create_task(writer(websocket, outbox))\n": ""},
        "and gets no answer;",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("13", edits)


def test_an_answer_without_a_group_passes(desk: Desk) -> None:
    desk.solve("13")
    path = desk.exercise("13").main
    source = path.read_text(encoding="utf-8")
    begin = source.index("    with topics.outbox() as outbox:\n        try:\n")
    other = """\
    with topics.outbox() as outbox:
        kept = set()

        class Tasks:
            def create_task(self, coroutine):
                task = asyncio.create_task(coroutine)
                kept.add(task)

        writing = asyncio.create_task(writer(websocket, outbox))
        try:
            await reader(websocket, outbox, Tasks())
        except CLIENT_GONE:
            pass
        finally:
            for task in (writing, *kept):
                task.cancel()
"""
    path.write_text(source[:begin] + other, encoding="utf-8")

    ended = desk.word("check", "13")
    assert ended.returncode == 0, ended.stdout
