"""Exercise 7: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

WRONG = {
    "closed, as in the lesson": (
        {"await line.send(websocket, wait)": "await websocket.close(1008, wait)"},
        "Your app closes the connection (1008 Wait 3600 s, Kar.), and should say something.",
    ),
    "everybody is told to wait": (
        {"await line.send(websocket, wait)": "await line.broadcast(wait)"},
        "and Alm hears 'Wait 3600 s, Kar.'; 'Alm: Clear skies.' is due.",
    ),
    "one bucket for all huts": (
        {"            hut, Bucket(": '            "", Bucket('},
        "and Alm hears 'Wait 3600 s, Alm.'; 'Alm: Clear skies.' is due.",
    ),
    "a new bucket for each call": (
        {"bucket = buckets.setdefault(\n            hut, ": "bucket = (\n            "},
        "Kar has made its 3 reports, makes one more in a second window, and hears",
    ),
    "a bucket that ends with the call": (
        {
            "            except KeyError:": "            finally:\n"
            "                buckets.pop(hut, None)\n            try:\n"
            "                pass\n            except KeyError:",
        },
        "Kar has made its 3 reports, hangs up, calls again, makes one more, and hears",
    ),
    "the limit is written into the code": (
        {"Bucket(settings.reports, ": "Bucket(5, "},
        "for the next one it hears 'Kar: Wind 4.'; 'Wait 3600 s, Kar.' is due.",
    ),
    "a bucket that never fills again": (
        {"self.tokens + new": "self.tokens"},
        "tries 500 times one after the other, and 1 of its reports is passed on.",
    ),
    "all reports come back at once": (
        {
            "self.tokens + new)": "self.size if new >= 1 else self.tokens)",
            "        self.filled = now\n": (
                "        self.filled = now if new >= 1 else self.filled\n"
            ),
        },
        "the time of one report, and 3 more are passed on at once.",
    ),
    "a Mayday call reports without a limit": (
        {'text.startswith("Mayday") or': 'mayday or text.startswith("Mayday") or'},
        "Kar called with ?mayday=true, has made its 3 reports, and for one more it hears 'Kar:",
    ),
    "a Mayday call fills the bucket": (
        {
            "        with line.window(websocket)": ""
            "        bucket.tokens = bucket.size if mayday else bucket.tokens\n"
            "        with line.window(websocket)"
        },
        "Kar has no report left, calls again with ?mayday=true, and for a report it hears",
    ),
    "come back in no time": (
        {'"Retry-After": "10"': '"Retry-After": "0"'},
        "Joch is refused with 503, and its Retry-After is '0';",
    ),
    "a Mayday costs a report": (
        {
            'text.startswith("Mayday") or bucket.take()': (
                'bucket.take() or text.startswith("Mayday")'
            )
        },
        "Kar may make 3 reports in a row, and for its report 1 it hears 'Wait 3600 s, Kar.'.",
    ),
    "a Mayday waits like everything else": (
        {'text.startswith("Mayday") or bucket.take()': "bucket.take()"},
        "Kar, which has all its reports, sends 'Mayday 4. The bridge is down.', and Kar hears",
    ),
    "the word anywhere is a Mayday": (
        {'text.startswith("Mayday")': '"Mayday" in text'},
        "Kar has no report left, sends 'No Mayday, only wind.' and hears 'Kar: No Mayday,",
    ),
    "full without saying when to come back": (
        {', {"Retry-After": "10"}': ""},
        "Joch is refused with 503, and its Retry-After is '';",
    ),
    "full is the caller's fault": (
        {"raise HTTPException(503": "raise HTTPException(400"},
        "Joch's handshake gets 400; 503 is due.",
    ),
    "one too many": (
        {"if self.taken >= settings.places": "if self.taken > settings.places"},
        "There are 2 places, Kar and Alm have them, and Joch's handshake gets 101; 503 is due.",
    ),
    "counted after the question to the register": (
        {
            "        self.taken += 1\n": "",
            "        await websocket.accept()\n": "        line.taken += 1\n"
            "        await websocket.accept()\n",
        },
        "There are 3 places, 20 windows open at once, and",
    ),
    "a Mayday finds the line full": (
        {" and not mayday": ""},
        "The line is full, Joch calls with ?mayday=true, and gets 503.",
    ),
    "whoever says how it calls comes in": (
        {"line.place(mayday=mayday)": "line.place(mayday=bool(websocket.url.query))"},
        "Firn calls with ?mayday=false, and gets 101; 503 is due.",
    ),
    "who is no hut keeps the place": (
        {
            "        try:\n            yield\n        finally:\n            self": (
                "        yield\n        self"
            )
        },
        "Tal called, which is no hut, and its place is not given back.",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("07", edits)
