"""What the pages of exercise 5 say and where they lead: `make check E=05`."""

from urllib.parse import quote

from practice import App

STARTER_SAYS = "Alm opens its page, and the heading says"

HUTS = ["Kar", "Alm", "Joch", "Grat", "Grat #2", "Firn"]

# In an address, # begins the fragment and ? the query; here they are in a name.
NAMES = ("Alm", "Grat #2", "Joch?", "Firn & Grat", 'The "Kar"')

MARKUP = "<img src=x onerror=alert(1)>"


def test_every_hut_has_its_page(app: App) -> None:
    """Each hut has a page with its name in the heading and in the title."""
    for hut in ("Alm", "Firn"):
        page = app.page(f"/huts/{hut}")
        heading, title = page.text("h1"), page.text("title")
        said = f"{hut} opens its page, and the"
        assert heading == hut, f"{said} heading says {heading!r}."
        assert hut in title, f"{said} title says {title!r}."


def test_every_page_speaks_for_its_hut(app: App) -> None:
    """A page speaks for its own hut, whatever is in the hut's name."""
    for hut in NAMES:
        page = app.page(f"/huts/{quote(hut)}")
        address = next(
            (form.attributes.get("data-ws") for form in page.all("form")), ""
        )
        assert address, f"The page of {hut} has no form with a data-ws in it."
        with app.connect(app.follow(page, address)) as line:
            line.send("Fog.")
            said = line.hears()
            assert said == f"Copied from {hut}: Fog.", (
                f"The page of {hut!r} has the data-ws {address!r}; a hut that sends"
                f" 'Fog.' there hears {said!r}."
            )


def test_the_list_leads_to_every_hut(app: App) -> None:
    """The list at / leads to the page of every hut, also to that of Grat #2."""
    listed = app.page("/")
    links = {link.text: link.attributes.get("href", "") for link in listed.all("a")}
    assert list(links) == HUTS, f"The page at / has links for {list(links)!r}."
    for hut, address in links.items():
        heading = app.page(app.follow(listed, address)).text("h1")
        assert heading == hut, (
            f"The link {hut!r} is {address!r}, and leads to a page with the heading"
            f" {heading!r}."
        )


def test_a_name_is_text(app: App) -> None:
    """A name with markup is shown as text, and runs nowhere."""
    page = app.page(f"/huts/{quote(MARKUP)}")
    assert not page.all("img"), (
        f"Somebody calls a hut {MARKUP!r}, and the browser makes an image of it."
    )
    assert page.text("h1") == MARKUP, (
        f"Somebody calls a hut {MARKUP!r}, and the heading says"
        f" {page.text('h1')!r}."
    )


def test_works_below_a_prefix_and_behind_https(app: App) -> None:
    """At https://valley.example/line, all addresses lead to your app."""
    app.move_to("https://valley.example/line")
    for path in ("/", "/huts/Kar"):
        page = app.page(path)
        kinds = {element.name for element in page.elements if element.addresses}
        wanted = {"link", "a"} if path == "/" else {"link", "a", "script", "form"}
        assert kinds >= wanted, (
            f"The page at {page.url} should have an address in each of"
            f" {sorted(wanted)!r}, and has them in {sorted(kinds)!r}."
        )
        for element in page.elements:
            for address in element.addresses:
                there = app.follow(page, address)
                if element.name == "form":
                    with app.connect(there):
                        continue
                status = app.get(there).status_code
                assert status == 200, (
                    f"The page at {page.url} leads to {address!r}, where there is"
                    f" nothing: {status}."
                )


def test_believes_no_host(app: App) -> None:
    """No page repeats the host that its caller names."""
    for path in ("/", "/huts/Kar"):
        text = app.get(path, {"Host": "evil.example"}).text
        assert "evil.example" not in text, (
            f"Somebody asks for {path} and claims that you are evil.example; the"
            " page repeats it, and a cache would give that page to everybody."
        )


def test_stays_calm(app: App) -> None:
    """Whatever a page is asked for leaves no error in the log."""
    for name in (*NAMES, MARKUP, "..", "%"):
        app.get(f"/huts/{quote(name)}")
    app.stays_calm("Some pages were looked at")
