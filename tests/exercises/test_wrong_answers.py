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
OF = "    of: Annotated[int, Field(strict=True)]"
DATA_WS = "{{ url_for('station', hut=hut|urlencode).path }}"
SCRIPT = """<script type="module" src="{{ url_for('static', path='ws.js').path }}"></script>"""
ONLY_KNOWN = """\
Response:
    if hut not in HUTS:
        return Response(status_code=404)
    return templates.TemplateResponse(request, "hut"""
EXPLAIN = """\
                error = Error(detail=explain(reason))
                await """
WHOLE = """\
                    await websocket.send_text(f"Whole: {len(part)} bytes.")
                    part.clear()
"""

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
    "08: the list is written by hand": (
        {"return dict(sorted(names.items()))": 'return {"snow": "How deep the snow is."}'},
        "'guests' is told as None, and is for 'How many guests there are,",
    ),
    "08: in the order of the file": (
        {"dict(sorted(names.items()))": "names"},
        "should be told in this order; told is ['snow', 'guests', 'help'].",
    ),
    "08: a wrong field is a bug": (
        {"except ValidationError:": "except ZeroDivisionError:"},
        'Alm sends {"type": "snwo"}, and the station answers',
    ),
    "08: the handler's error is let through": (
        {"except Exception as error:": "except LookupError as error:"},
        "Your app breaks the connection off (1006)",
    ),
    "09: the sender's windows are left out": (
        {"room.windows_of(hut, message.to)": "room.windows_of(message.to)"},
        "A window of Kar hears nothing of it.",
    ),
    "09: both lists, one after the other": (
        {
            "room.windows_of(hut, message.to), told": (
                "room.windows_of(hut) + room.windows_of(message.to), told"
            )
        },
        "Kar tells itself something, and hears ['told', 'told'].",
    ),
    "09: everybody is told who is not here": (
        {
            "send(websocket, error)\n\n\n": "send_all([*room.windows], error)\n\n\n",
        },
        "Kar's other window hears {'type': 'error'",
    ),
    "03: in the order of arrival": (
        {"sorted({hut for hut, _ in self.windows.values()})": ARRIVAL},
        "Alm came, and Kar hears 'On the line: Kar, Alm'.",
    ),
    "04: whole centimetres alone": (
        {"Annotated[float, Field(": "Annotated[int, Field("},
        "Kar reports 12.5 cm of snow, and the station answers 'cm: Input should be a valid int",
    ),
    "04: a text is taken for a number": (
        {"Annotated[float, Field(strict=True, ": "Annotated[float, Field("},
        """Kar sends {"type": "snow", "cm": "40"} and everybody is told {'type': 'snow',""",
    ),
    "04: no lower limit": (
        {"ge=0, le=500)": "le=500)"},
        """Kar sends {"type": "snow", "cm": -1} and everybody is told {'type': 'snow',""",
    ),
    "04: no upper limit": (
        {"ge=0, le=500)": "ge=0)"},
        """"cm": 1e999} and everybody is told {'type': 'snow', 'cm': None}; an error to Kar is""",
    ),
    "04: a correction that is not checked": (
        {f"{OF}\n    cm: Centimetres": f"{OF}\n    cm: float"},
        """"cm": -1} and hears {'type': 'correction', 'of': 1, 'cm': -1.0}; an error that begins""",
    ),
    "04: true is taken for report 1": (
        {OF: "    of: int"},
        """{"type": "correction", "of": true, "cm": 45} and hears {'type': 'correction', 'of': 1""",
    ),
    "04: everybody corrects everything": (
        {"snow_from.get(report.of) != hut": "report.of not in snow_from"},
        "Alm corrects 2, which is Kar's snow report, and everybody is told.",
    ),
    "04: notes are corrected with centimetres": (
        {"    if isinstance(report, Snow):": "    if report:"},
        "Kar corrects 1, which is a note, and everybody is told.",
    ),
    "04: the wrong except clause answers": (
        {"snow_from.get(report.of) != hut": "snow_from[report.of] != hut"},
        "Kar corrects 1, which is a note, and hears 'Send text, not bytes.'; the answer should",
    ),
    "04: a refusal is said not to be JSON": (
        {"return str(error)[:200]": 'return f"This is not JSON: {error}"[:200]'},
        "of yours.'; but it is JSON.",
    ),
    "04: a refusal takes a number": (
        {
            "    if isinstance(report, Correction)": "    number = next(numbers)\n"
            "    if isinstance(report, Correction)",
            "number=next(numbers)": "number=number",
        },
        "and the next report has the number 6: a refusal takes none.",
    ),
    "04: everybody hears of a refusal": (
        {
            f"{EXPLAIN}manager.send(websocket, ": f"{EXPLAIN}manager.broadcast(",
        },
        "Alm reports -1 cm of snow, and Kar hears of it: {'type': 'error',",
    ),
    "04: a correction is always refused": (
        {
            "snow_from.get(report.of) != hut": "report",
        },
        "Kar calls again and corrects its report 2, and Alm hears nothing of it.",
    ),
    "04: a wrong message ends the line": (
        {f"{EXPLAIN}manager.send(websocket, error.model_dump_json())": "                return"},
        "Your app breaks the connection off (1006), and should say something.",
    ),
    "04: a time that json.dumps() does not know": (
        {"told.model_dump_json()": '__import__("json").dumps(told.model_dump())'},
        "work/04_json/main.py: Object of type datetime is not JSON serializable",
    ),
    "04: a time without its zone": (
        {"datetime.now(UTC)": "datetime.now()"},
        "is the form.",
    ),
    "04: a dictionary in place of JSON": (
        {"told.model_dump_json()": "str(told.model_dump())"},
        "which is not JSON, and should be.",
    ),
    "04: a list in place of an object": (
        {"told.model_dump_json()": 'f"[{told.model_dump_json()}]"'},
        "and should send a JSON object.",
    ),
    "04: NaN is sent": (
        {"told.model_dump_json()": 'told.model_dump_json().replace("4", "NaN")'},
        "which is not JSON, and should be.",
    ),
    "04: NaN is let through": (
        {"allow_inf_nan=False": "allow_inf_nan=True"},
        """Kar sends {"type": "snow", "cm": NaN} and hears 'cm: Input should be""",
    ),
    "05: the template is told no name": (
        {', {"hut": hut})': ")"},
        "AssertionError at line 15 of work/05_templates/templates/hut.html: Must not be empty",
    ),
    "05: the name is the template's own": (
        {"<title>{{ hut }}": "<title>Kar"},
        "Alm opens its page, and the title says 'Kar'.",
    ),
    "05: the address of one desk": (
        {DATA_WS: "ws://127.0.0.1:8000/huts/{{ hut|urlencode }}/ws"},
        "leads to 'ws://127.0.0.1:8000/huts/Alm/ws', which is at 127.0.0.1:8000, not at 127.0.0.1:",
    ),
    "05: every page speaks for Kar": (
        {'hut=hut|urlencode).path }}">\n      <label>': "hut='Kar').path }}\">\n      <label>"},
        "has the data-ws '/huts/Kar/ws'; a hut that sends 'Fog.' there hears 'Copied from Kar:",
    ),
    "05: the name is put into an address as it is": (
        {DATA_WS: "{{ url_for('station', hut=hut).path }}"},
        "Your app refuses the handshake of /huts/Grat%20 with HTTP 403.",
    ),
    "05: an address that begins at the host": (
        {DATA_WS: "/huts/{{ hut|urlencode }}/ws"},
        "valley.example/line/huts/Kar leads to '/huts/Kar/ws', which is outside",
    ),
    "05: a link that begins at the host": (
        {"{{ url_for('one_hut', hut=hut|urlencode).path }}": "/huts/{{ hut|urlencode }}"},
        "leads to '/huts/Kar', which is outside of /line/, where the app is.",
    ),
    "05: the prefix is written down": (
        {"{{ url_for('static', path='ws.js').path }}": "/radio/static/ws.js"},
        "leads to '/radio/static/ws.js', which is outside of /line/, where the app is.",
    ),
    "05: a link without its name escaped": (
        {"url_for('one_hut', hut=hut|urlencode)": "url_for('one_hut', hut=hut)"},
        "The link 'Grat #2' is '/huts/Grat ', and leads to a page with the heading 'Grat'.",
    ),
    "05: the address with the host": (
        {"url_for('static', path='style.css').path": "url_for('static', path='style.css')"},
        "claims that you are evil.example; the page repeats it",
    ),
    "05: the WebSocket's address with the host": (
        {DATA_WS: DATA_WS.replace(".path", "")},
        "claims that you are evil.example; the page repeats it",
    ),
    "05: http at an address of https": (
        {DATA_WS: f"ws://{{{{ request.url.netloc }}}}{DATA_WS}"},
        "/huts/Kar/ws', which is not https.",
    ),
    "05: a relative address from the wrong place": (
        {"{{ url_for('static', path='ws.js').path }}": "static/ws.js"},
        "leads to 'static/ws.js', where there is nothing: 404.",
    ),
    "05: a name that is trusted": (
        {"<h1>{{ hut }}": "<h1>{{ hut | safe }}"},
        "and the browser makes an image of it.",
    ),
    "05: markup is thrown away": (
        {"<h1>{{ hut }}": "<h1>{{ hut | striptags }}"},
        "Somebody calls a hut '<img src=x onerror=alert(1)>', and the heading says ''.",
    ),
    "05: the page loads nothing": (
        {SCRIPT: ""},
        "should have an address in each of ['a', 'form', 'link', 'script'], and has them in",
    ),
    "05: the WebSocket stands in the page itself": (
        {"data-ws=": "data-address="},
        "The page of Alm has no form with a data-ws in it.",
    ),
    "05: only the huts of the list": (
        {'Response:\n    return templates.TemplateResponse(request, "hut': ONLY_KNOWN},
        "GET /huts/Joch%3F gets 404; 200 is due.",
    ),
    "05: a template that cannot be read": (
        {"path='ws.js').path }}": "path='ws.js').path }"},
        "TemplateSyntaxError at line 9 of work/05_templates/templates/hut.html:",
    ),
    "05: a route that is not there": (
        {"url_for('page')": "url_for('home')"},
        "NoMatchFound at line 13 of work/05_templates/templates/hut.html: No route exists for name",
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
    "14: one part for all": (
        {"parts.setdefault(number, ": 'parts.setdefault("", '},
        "Alm calls with a photograph of its own, and hears 'Go on at 7.'",
    ),
    "14: two lines at once": (
        {"if number in busy:": "if False:"},
        "The connection is still open, and your app should close it.",
    ),
    "14: a number stays taken": (
        {"        busy.discard(number)\n": "        pass\n"},
        "Your app closes the connection (4409 Another line sends it.)",
    ),
    "14: another close code": (
        {"close(4409, ": "close(1008, "},
        "A second line sends Kar's photograph and is closed with 1008; 4409 is due.",
    ),
    "14: what is whole goes on": (
        {WHOLE: WHOLE.replace("part.clear()", "pass")},
        "Kar's photograph is whole, and Kar calls again, and hears 'Go on at 11.'",
    ),
    "14: a line that is gone is not thought of": (
        {"suppress(*GONE)": "suppress()"},
        "and your app's log has an error: WebSocketDisconnect",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    number = wrong.partition(":")[0]
    edits, words = WRONG[wrong]
    desk.solve(number)
    for old, new in edits.items():
        # What is edited stands in one file: in main.py, or in a template.
        for file in desk.exercise(number).solved():
            path = desk.exercise(number).work / file
            source = path.read_text(encoding="utf-8")
            if old in source:
                path.write_text(source.replace(old, new, 1), encoding="utf-8")
                break
        else:
            pytest.fail(f"{old!r} is in no file of the solution.")

    ended = desk.word("check", number)

    assert ended.returncode == 1, ended.stdout
    assert words in " ".join(ended.stdout.split())
