"""A valid client gets its answer, and what it said comes back as it was."""

from tests.support.contract import (
    assert_ends_well,
    each_lesson_and_implementation,
    lesson_server,
)
from tests.support.lessons import guest, pair

UNALTERED = (
    "<b>bold</b>",
    "<img src=x onerror=alert(1)>",
    "a & b &amp; c",
    "Grüße, 你好, \U0001f44b\U0001f3fd",
    "  two  blanks  ",
)
"""What a server may be tempted to escape, to strip or to break."""


@each_lesson_and_implementation
def test_a_message_comes_back_unaltered(name: str, implementation: str) -> None:
    with lesson_server(name, "--ws", implementation) as server:
        with pair(server, name) as both:
            speaker, listener = both.guests
            for text in UNALTERED:
                speaker.is_answered(text)
                listener.hears_from(speaker, text)
        with guest(server, name, 3) as leaver:
            leaver.is_answered("goodbye")
            leaver.socket.close()
            assert leaver.close_code() == 1000, f"{name} did not answer the close frame."
        assert_ends_well(server, name)
