"""A page is read as a browser reads it, and its addresses lead where a browser would go."""

import pytest

from practice.client import App
from practice.page import Page
from practice.server import Unmet
from tests.exercises.conftest import Desk

HTML = """\
<!doctype html>
<title>Kar &amp; Alm</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/style.css">
<h1>The <em>hut</em> line</h1>
<ol><li><a href="huts/Grat%20%232">Grat &lt;2></a><li><img src="map.png">Firn</ol>
<form data-ws="ws"><input value="Fog."></form>
"""


class Moved(App):
    """An app that is nowhere but at an address."""

    def __init__(self, address: str) -> None:
        self._moved = address


def test_finds_the_text_of_an_element_with_that_of_those_inside_it() -> None:
    page = Page("http://valley.example/", HTML)

    assert page.text("h1") == "The hut line"
    assert page.text("title") == "Kar & Alm"
    assert [link.text for link in page.all("a")] == ["Grat <2>"]
    assert page.text("ol").endswith("Firn")
    assert page.text("form") == page.text("p") == ""


def test_finds_the_addresses_and_leaves_out_what_a_page_brings_along() -> None:
    page = Page("http://valley.example/", HTML)

    assert [
        (element.name, element.addresses) for element in page.elements if element.addresses
    ] == [
        ("link", ["/static/style.css"]),
        ("a", ["huts/Grat%20%232"]),
        ("img", ["map.png"]),
        ("form", ["ws"]),
    ]


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/line/static/ws.js", "/static/ws.js"),
        ("../static/ws.js", "/static/ws.js"),
        ("Kar/ws", "/huts/Kar/ws"),
        ("wss://valley.example/line/huts/Kar/ws", "/huts/Kar/ws"),
        ("/line/huts/Grat%20%232/ws?key=a&b=c", "/huts/Grat%20%232/ws?key=a&b=c"),
        ("/line/huts/Grat #2/ws", "/huts/Grat%20"),
        ("/line/huts/50 %", "/huts/50%20%"),
        ("/line/", "/"),
    ],
)
def test_follows_an_address_to_what_the_app_is_asked_for(address: str, path: str) -> None:
    app = Moved("https://valley.example/line")
    page = Page("https://valley.example/line/huts/Kar", "")

    assert app.follow(page, address) == path


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("/huts/Kar/ws", "'/huts/Kar/ws', which is outside of /line/, where the app is."),
        ("/liners/ws", "'/liners/ws', which is outside of /line/, where the app is."),
        ("https://evil.example/line/ws", "which is at evil.example, not at valley.example."),
        ("//evil.example/line/ws", "which is at evil.example, not at valley.example."),
        ("ws://valley.example/line/ws", "which is not https."),
    ],
)
def test_says_of_an_address_that_leads_elsewhere_where_it_leads(address: str, fault: str) -> None:
    app = Moved("https://valley.example/line")
    page = Page("https://valley.example/line/huts/Kar", "")

    with pytest.raises(Unmet) as raised:
        app.follow(page, address)

    assert str(raised.value).endswith(fault)


def test_an_app_that_does_not_start_at_its_new_address_is_told_why(desk: Desk) -> None:
    desk.solve("05")
    main = desk.exercise("05").main
    text = main.read_text(encoding="utf-8")
    starts = desk.root / "starts"
    # The fifth check starts it, and starts it again at its new address.
    main.write_text(
        f"{text}\nwith open({str(starts)!r}, 'a+') as starts:\n    starts.write('.')\n"
        "    if starts.tell() == 6: raise OSError('no mast')\n"
    )

    ended = desk.word("check", "05")

    assert "4 of 7 checks pass." in ended.stdout
    assert "Your app does not start: OSError at line" in " ".join(ended.stdout.split())
