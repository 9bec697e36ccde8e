"""Exercise 5: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

DATA_WS = "{{ url_for('chat', hut=hut|urlencode).path }}"
SCRIPT = """<script type="module" src="{{ url_for('static', path='ws.js').path }}"></script>"""
ONLY_KNOWN = """\
Response:
    if hut not in HUTS:
        return Response(status_code=404)
    return templates.TemplateResponse(request, "hut"""

WRONG = {
    "the template is told no name": (
        {', {"hut": hut})': ")"},
        "AssertionError at line 15 of work/05_templates/templates/hut.html: Must not be empty",
    ),
    "the name is the template's own": (
        {"<title>{{ hut }}": "<title>Kar"},
        "Alm opens its page, and the title says 'Kar'.",
    ),
    "the address of one desk": (
        {DATA_WS: "ws://127.0.0.1:8000/huts/{{ hut|urlencode }}/ws"},
        "leads to 'ws://127.0.0.1:8000/huts/Alm/ws', which is at 127.0.0.1:8000, not at 127.0.0.1:",
    ),
    "every page speaks for Kar": (
        {'hut=hut|urlencode).path }}">\n      <label>': "hut='Kar').path }}\">\n      <label>"},
        "has the data-ws '/huts/Kar/ws'; a hut that sends 'Fog.' there hears 'Copied from Kar:",
    ),
    "the name is put into an address as it is": (
        {DATA_WS: "{{ url_for('chat', hut=hut).path }}"},
        "Your app refuses the handshake of /huts/Grat%20 with HTTP 403.",
    ),
    "an address that begins at the host": (
        {DATA_WS: "/huts/{{ hut|urlencode }}/ws"},
        "valley.example/line/huts/Kar leads to '/huts/Kar/ws', which is outside",
    ),
    "a link that begins at the host": (
        {"{{ url_for('one_hut', hut=hut|urlencode).path }}": "/huts/{{ hut|urlencode }}"},
        "leads to '/huts/Kar', which is outside of /line/, where the app is.",
    ),
    "the prefix is written down": (
        {"{{ url_for('static', path='ws.js').path }}": "/radio/static/ws.js"},
        "leads to '/radio/static/ws.js', which is outside of /line/, where the app is.",
    ),
    "a link without its name escaped": (
        {"url_for('one_hut', hut=hut|urlencode)": "url_for('one_hut', hut=hut)"},
        "The link 'Grat #2' is '/huts/Grat ', and leads to a page with the heading 'Grat'.",
    ),
    "the address with the host": (
        {"url_for('static', path='style.css').path": "url_for('static', path='style.css')"},
        "claims that you are evil.example; the page repeats it",
    ),
    "the WebSocket's address with the host": (
        {DATA_WS: DATA_WS.replace(".path", "")},
        "claims that you are evil.example; the page repeats it",
    ),
    "http at an address of https": (
        {DATA_WS: f"ws://{{{{ request.url.netloc }}}}{DATA_WS}"},
        "/huts/Kar/ws', which is not https.",
    ),
    "a relative address from the wrong place": (
        {"{{ url_for('static', path='ws.js').path }}": "static/ws.js"},
        "leads to 'static/ws.js', where there is nothing: 404.",
    ),
    "a name that is trusted": (
        {"<h1>{{ hut }}": "<h1>{{ hut | safe }}"},
        "and the browser makes an image of it.",
    ),
    "markup is thrown away": (
        {"<h1>{{ hut }}": "<h1>{{ hut | striptags }}"},
        "Somebody calls a hut '<img src=x onerror=alert(1)>', and the heading says ''.",
    ),
    "the page loads nothing": (
        {SCRIPT: ""},
        "should have an address in each of ['a', 'form', 'link', 'script'], and has them in",
    ),
    "the WebSocket stands in the page itself": (
        {"data-ws=": "data-address="},
        "The page of Alm has no form with a data-ws in it.",
    ),
    "only the huts of the list": (
        {'Response:\n    return templates.TemplateResponse(request, "hut': ONLY_KNOWN},
        "GET /huts/Joch%3F gets 404; 200 is due.",
    ),
    "a template that cannot be read": (
        {"path='ws.js').path }}": "path='ws.js').path }"},
        "TemplateSyntaxError at line 9 of work/05_templates/templates/hut.html:",
    ),
    "a route that is not there": (
        {"url_for('page')": "url_for('home')"},
        "NoMatchFound at line 13 of work/05_templates/templates/hut.html: No route exists for name",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("05", edits)
