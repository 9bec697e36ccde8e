"""The checks find what a learner may get wrong, and say it: each answer here is nearly right."""

import pytest

from tests.exercises.conftest import Desk

GREET = '            await websocket.send_text("Station here. Go ahead.")\n'
LATE = """\
async def station(websocket: WebSocket, hut: OwnHut, warden: Warden) -> None:
    await websocket.accept()
    if hut != warden:
        return await websocket.close(1008)
"""
ARRIVAL = "list(dict.fromkeys(hut for hut, _ in self.windows.values()))"
LAST = "    finally:\n        await line.announce()"
CUT = 'reason.encode()[:123].decode(errors="ignore")'
FORGETS = "        lines.pop(hut, None)"

WRONG = {
    "01: one count for all": (
        {
            "app = FastAPI()\n": "app = FastAPI()\nnumber = 0\n",
            "            number = 0\n": "            global number\n",
        },
        "Alm's first report is confirmed with 'Copied 2: Clear skies.'; each hut counts",
    ),
    "01: the greeting after the first report": (
        {GREET: "", "                number += 1\n": f"                number += 1\n    {GREET}"},
        "send 'Station here. Go ahead.' as soon as you have accepted.",
    ),
    "01: counting from 0": (
        {"            number = 0\n": "            number = -1\n"},
        "the station answers 'Copied 0: Snow at 2100 m.'",
    ),
    "01: an empty report is left out": (
        {"number += 1\n": "number += bool(text)\n"},
        "should answer 'Copied 2: '.",
    ),
    "01: bytes are not thought of": (
        {"        except KeyError:": "        except ZeroDivisionError:"},
        "Kar sends bytes and is closed with 1006; 1003 is due.",
    ),
    "01: a hut that is gone is not thought of": (
        {"suppress(WebSocketDisconnect)": "suppress()"},
        "Kar hung up as it spoke, and your app's log has an error: WebSocketDisconnect",
    ),
    "02: refused after the line is open": (
        {
            "if hut != warden:": "if False:",
            "async def station(websocket: WebSocket, hut: OwnHut) -> None:\n"
            "    await websocket.accept()\n": LATE,
        },
        "Alm's warden opens Kar's line with Alm's key and gets 101;",
    ),
    "02: refused on the WebSocket alone": (
        {"if hut != warden:": 'if hut != warden and connection.scope["type"] != "http":'},
        "GET /huts/Kar with the key 'edelweiss' gets 200; 403 is due.",
    ),
    "02: everybody is refused": (
        {"if hut != warden:": "if hut:"},
        "Your app refuses the handshake of /huts/Kar/ws?key=gentian with HTTP 403.",
    ),
    "02: refused at the other huts of the list alone": (
        {"if hut != warden:": "if hut in KEYS and hut != warden:"},
        "There is no hut Tal, and Kar's key opens its line with 101; 403 is due.",
    ),
    "03: named once, told each time": (
        {"if huts != self.told:": "if huts:"},
        "Alm opens a second window, the list stays as it was, and Kar hears",
    ),
    "03: told of every window that closes": (
        {LAST: "    finally:\n        line.told = []\n        await line.announce()"},
        "Alm closes one window of two, and Kar hears 'On the line: Alm, Kar'.",
    ),
    "03: nobody is told who left": (
        {LAST: "    finally:\n        pass"},
        "Alm closes its last window, and Kar hears nothing of it.",
    ),
    "03: a window that is gone is not thought of": (
        {"except (WebSocketDisconnect, RuntimeError):": "except ZeroDivisionError:"},
        "were gone at once, and your app's log has an error:",
    ),
    "03: in the order of arrival": (
        {"sorted({hut for hut, _ in self.windows.values()})": ARRIVAL},
        "Alm came, and Kar hears 'On the line: Kar, Alm'.",
    ),
    "06: out of the loop without a close frame": (
        {
            '                await close(websocket, 1000, f"Copied: {text}")\n': "",
        },
        "Kar says 'Over and out.' and is closed with 1006; 1000 is due.",
    ),
    "06: words of one's own for the warden's": (
        {'1000, f"Copied: {text}"': '1000, "Good night."'},
        "Kar says 'Over and out.' and is closed with the reason 'Good night.';",
    ),
    "06: the reason goes out as long as it is": (
        {CUT: "reason"},
        "Kar's last words end in 120 times 'ö', and the line is closed with 1006; 1000 is due.",
    ),
    "06: cut in characters": (
        {CUT: "reason[:123]"},
        "Kar's last words end in 120 times 'ö', and the line is closed with 1006; 1000 is due.",
    ),
    "06: cut in characters, to be safe": (
        {CUT: "reason[:61]"},
        "is closed with 101 bytes of reason, which end in 'öö'; 123 bytes fit,",
    ),
    "06: cut within a character": (
        {CUT: "reason.encode()[:123].decode()"},
        "UnicodeDecodeError",
    ),
    "06: half a character becomes a sign for it": (
        {CUT: 'reason.encode()[:120].decode(errors="replace")'},
        "'ö\ufffd'; 123 bytes fit, and end in 'öö'.",
    ),
    "06: the newer line is refused": (
        {
            "    await websocket.accept()\n": "    if hut in lines:\n"
            '        raise HTTPException(409, "Kar is there.")\n    await websocket.accept()\n'
        },
        "Your app refuses the handshake of /ws/Kar with HTTP 409.",
    ),
    "06: the newer line is closed": (
        {"await close(older, 4000": "await close(websocket, 4000"},
        "Your app closes the connection (4000 Kar called again.), and should",
    ),
    "06: the older line is closed as if all were well": (
        {"await close(older, 4000": "await close(older, 1000"},
        "the line before it is closed with 1000 'Kar called again.'; 4000 'Kar called again.' is",
    ),
    "06: the end of the older line forgets the newer": (
        {"        if lines.get(hut) is websocket:\n            del lines[hut]": FORGETS},
        "Kar calls a third time, and the line before it is still open.",
    ),
    "06: one line for all huts": (
        {"lines.get(hut)\n": "next(iter(lines.values()), None)\n"},
        "Your app closes the connection (4000 Kar called again.)",
    ),
    "06: refused without a word": (
        {"raise HTTPException(404, f": "return await websocket.close(1008, f"},
        "Tal calls, which is no hut, and its handshake gets 403; 404 is due.",
    ),
    "06: refused after the line is open": (
        {
            "        raise HTTPException(404, f": "        await websocket.accept()\n"
            "        return await close(websocket, 4404, f"
        },
        "Tal calls, which is no hut, and its handshake gets 101; 404 is due.",
    ),
    "06: refused with a body that tells nothing": (
        {'raise HTTPException(404, f"There is no hut {hut}.")': "raise HTTPException(404)"},
        'and the body of its refusal is \'{"detail":"Not Found"}\';',
    ),
    "07: closed, as in the lesson": (
        {"await line.send(websocket, wait)": "await websocket.close(1008, wait)"},
        "Your app closes the connection (1008 Wait 3600 s, Kar.), and should say something.",
    ),
    "07: everybody is told to wait": (
        {"await line.send(websocket, wait)": "await line.broadcast(wait)"},
        "and Alm hears 'Wait 3600 s, Kar.'; 'Alm: Clear skies.' is due.",
    ),
    "07: one bucket for all huts": (
        {"            hut, Bucket(": '            "", Bucket('},
        "and Alm hears 'Wait 3600 s, Alm.'; 'Alm: Clear skies.' is due.",
    ),
    "07: a new bucket for each call": (
        {"bucket = buckets.setdefault(\n            hut, ": "bucket = (\n            "},
        "Kar has made its 3 reports, makes one more in a second window, and hears",
    ),
    "07: a bucket that ends with the call": (
        {
            "            except KeyError:": "            finally:\n"
            "                buckets.pop(hut, None)\n            try:\n"
            "                pass\n            except KeyError:",
        },
        "Kar has made its 3 reports, hangs up, calls again, makes one more, and hears",
    ),
    "07: the limit is written into the code": (
        {"Bucket(settings.reports, ": "Bucket(5, "},
        "for the next one it hears 'Kar: Wind 4.'; 'Wait 3600 s, Kar.' is due.",
    ),
    "07: a bucket that never fills again": (
        {"self.tokens + new": "self.tokens"},
        "tries 500 times one after the other, and 1 of its reports is passed on.",
    ),
    "07: a Mayday costs a report": (
        {
            'text.startswith("Mayday") or bucket.take()': (
                'bucket.take() or text.startswith("Mayday")'
            )
        },
        "Kar may make 3 reports in a row, and for its report 1 it hears 'Wait 3600 s, Kar.'.",
    ),
    "07: a Mayday waits like everything else": (
        {'text.startswith("Mayday") or bucket.take()': "bucket.take()"},
        "Kar, which has all its reports, sends 'Mayday 4. The bridge is down.', and Kar hears",
    ),
    "07: the word anywhere is a Mayday": (
        {'text.startswith("Mayday")': '"Mayday" in text'},
        "Kar has no report left, sends 'No Mayday, only wind.' and hears 'Kar: No Mayday,",
    ),
    "07: full without saying when to come back": (
        {', {"Retry-After": "10"}': ""},
        "Joch is refused with 503, and its Retry-After is '';",
    ),
    "07: full is the caller's fault": (
        {"raise HTTPException(503": "raise HTTPException(400"},
        "Joch's handshake gets 400; 503 is due.",
    ),
    "07: one too many": (
        {"if self.taken >= settings.places": "if self.taken > settings.places"},
        "There are 2 places, Kar and Alm have them, and Joch's handshake gets 101; 503 is due.",
    ),
    "07: counted after the question to the register": (
        {
            "        self.taken += 1\n": "",
            "        await websocket.accept()\n": "        line.taken += 1\n"
            "        await websocket.accept()\n",
        },
        "There are 3 places, 20 windows open at once, and",
    ),
    "07: a Mayday finds the line full": (
        {" and not mayday": ""},
        "The line is full, Joch calls with ?mayday=true, and gets 503.",
    ),
    "07: whoever says how it calls comes in": (
        {"line.place(mayday=mayday)": "line.place(mayday=bool(websocket.url.query))"},
        "Firn calls with ?mayday=false, and gets 101; 503 is due.",
    ),
    "07: who is no hut keeps the place": (
        {
            "        try:\n            yield\n        finally:\n            self": (
                "        yield\n        self"
            )
        },
        "Tal called, which is no hut, and its place is not given back.",
    ),
    "12: opened with the first hut": (
        {
            "    await gauge.open()\n": "",
            "    huts.add(websocket)\n": (
                "    huts.add(websocket)\n    if not gauge.opened:\n        await gauge.open()\n"
            ),
        },
        "No hut has called yet, and the gauge was opened 0 times.",
    ),
    "12: read once for each hut": (
        {
            "        text = await gauge.read()\n": "",
            "tell(hut, text) for hut": "tell(hut, await gauge.read()) for hut",
            "asyncio.gather(*(": "asyncio.gather(*[",
            "for hut in list(huts)))": "for hut in list(huts)])",
        },
        "one of them went to somebody else.",
    ),
    "12: the gauge stays open at the end": (
        {"        await gauge.close()\n": "        gauge.opened -= 1\n"},
        "The station has stopped, and the gauge was closed 0 times.",
    ),
    "12: nobody ends the reading": (
        {"            reading.cancel()\n": ""},
        "Your app goes on when it is told to stop: something in it never ends.",
    ),
    "12: the endpoint waits for what never comes": (
        {"await websocket.receive()": "await asyncio.Event().wait()"},
        "Your app goes on when it is told to stop: something in it never ends.",
    ),
    "12: closed with each hut": (
        {
            "    finally:\n        huts.discard(websocket)\n": (
                "    finally:\n        huts.discard(websocket)\n        await gauge.close()\n"
            )
        },
        "The station has stopped, and the gauge was closed 3 times.",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    number = wrong.partition(":")[0]
    edits, words = WRONG[wrong]
    source = desk.exercise(number).solution.read_text(encoding="utf-8")
    for old, new in edits.items():
        assert old in source
        source = source.replace(old, new, 1)
    desk.write(number, source)

    ended = desk.word("check", number)

    assert ended.returncode == 1, ended.stdout
    assert words in " ".join(ended.stdout.split())
