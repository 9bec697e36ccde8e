"""Exercise 6: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

CUT = 'reason.encode()[:123].decode(errors="ignore")'
FORGETS = "        lines.pop(hut, None)"

WRONG = {
    "out of the loop without a close frame": (
        {
            '                await close(websocket, 1000, f"Copied: {text}")\n': "",
        },
        "Kar says 'Over and out.' and is closed with 1006; 1000 is due.",
    ),
    "words of one's own for the warden's": (
        {'1000, f"Copied: {text}"': '1000, "Good night."'},
        "Kar says 'Over and out.' and is closed with the reason 'Good night.';",
    ),
    "the reason goes out as long as it is": (
        {CUT: "reason"},
        "Kar's last words end in 120 times 'ö', and the line is closed with 1006; 1000 is due.",
    ),
    "cut in characters": (
        {CUT: "reason[:123]"},
        "Kar's last words end in 120 times 'ö', and the line is closed with 1006; 1000 is due.",
    ),
    "cut in characters, to be safe": (
        {CUT: "reason[:61]"},
        "is closed with 101 bytes of reason, which end in 'öö'; 123 bytes fit,",
    ),
    "cut within a character": (
        {CUT: "reason.encode()[:123].decode()"},
        "UnicodeDecodeError",
    ),
    "half a character becomes a sign for it": (
        {CUT: 'reason.encode()[:120].decode(errors="replace")'},
        "'ö\ufffd'; 123 bytes fit, and end in 'öö'.",
    ),
    "the newer line is refused": (
        {
            "    await websocket.accept()\n": "    if hut in lines:\n"
            '        raise HTTPException(409, "Kar is there.")\n    await websocket.accept()\n'
        },
        "Your app refuses the handshake of /ws/Kar with HTTP 409.",
    ),
    "the newer line is closed": (
        {"await close(older, 4000": "await close(websocket, 4000"},
        "Your app closes the connection (4000 Kar called again.), and should",
    ),
    "the older line is closed as if all were well": (
        {"await close(older, 4000": "await close(older, 1000"},
        "the line before it is closed with 1000 'Kar called again.'; 4000 'Kar called again.' is",
    ),
    "the end of the older line forgets the newer": (
        {"        if lines.get(hut) is websocket:\n            del lines[hut]": FORGETS},
        "Kar calls a third time, and the line before it is still open.",
    ),
    "one line for all huts": (
        {"lines.get(hut)\n": "next(iter(lines.values()), None)\n"},
        "Your app closes the connection (4000 Kar called again.)",
    ),
    "refused without a word": (
        {"raise HTTPException(404, f": "return await websocket.close(1008, f"},
        "Tal calls, which is no hut, and its handshake gets 403; 404 is due.",
    ),
    "refused after the line is open": (
        {
            "        raise HTTPException(404, f": "        await websocket.accept()\n"
            "        return await close(websocket, 4404, f"
        },
        "Tal calls, which is no hut, and its handshake gets 101; 404 is due.",
    ),
    "refused with a body that tells nothing": (
        {'raise HTTPException(404, f"There is no hut {hut}.")': "raise HTTPException(404)"},
        'and the body of its refusal is \'{"detail":"Not Found"}\';',
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("06", edits)
