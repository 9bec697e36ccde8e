"""A learner's page as a browser reads it: its elements, their words, and the addresses in them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_ADDRESSES = ("href", "src", "action", "data-ws")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}
"""Elements that have no end: nothing is inside them."""


@dataclass
class Element:
    """An element of a page: its name, its attributes, and the text inside it."""

    name: str
    attributes: dict[str, str]
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is written in it, without blanks around it."""
        return "".join(self.parts).strip()

    @property
    def addresses(self) -> list[str]:
        """Where it leads, or what it loads; what it brings along as `data:` does not count."""
        found = [self.attributes.get(name, "") for name in _ADDRESSES]
        return [address for address in found if address and not address.startswith("data:")]


class Page(HTMLParser):
    """The page at `url`, made of its HTML; `elements` has all of its elements in their order."""

    def __init__(self, url: str, html: str) -> None:
        super().__init__()
        self.url = url
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()

    def all(self, name: str) -> list[Element]:
        """Return the elements of this name."""
        return [element for element in self.elements if element.name == name]

    def text(self, name: str) -> str:
        """Return what is written in the first element of this name, empty if there is none."""
        return next((element.text for element in self.all(name)), "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element: the parser calls this."""
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(self.elements[-1])

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those inside it that were never closed."""
        at = max((at for at, element in enumerate(self._open) if element.name == tag), default=None)
        if at is not None:
            del self._open[at:]

    def handle_data(self, data: str) -> None:
        """Note a piece of text in every element it stands in."""
        for element in self._open:
            element.parts.append(data)
