"""What a page of the course must keep to, as functions from text to the sentences of its faults."""

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from markdown_it.token import Token

from tests.support.server import ROOT
from tools import markdown

QUOTED = {"python", "html", "jinja", "html+jinja", "js", "javascript", "css"}
"""Languages of the course's own files: a fence in one of them is a quote of such a file."""

SAID = {"console", "text", "json", "http", "diff", "powershell"}
SAID |= {"nginx", "ini", "toml", "yaml", "dockerfile"}
"""Languages of what somebody types, sends or sees: a fence in one of them quotes nothing."""

LONGEST_QUOTE = 8
"""Lines."""

LONGEST_PARAGRAPH = 8
"""Sentences."""

SECTIONS = {
    "Run it": "run-it",
    "The starting point": "naive",
    "Step": "step-",
    "The finished lesson": "the-code",
    "What you learned": "summary",
    "Exercise": "exercises",
    "Tests and changes": "tests",
    "Next": "next",
}
"""The sections of a lesson's page in their order, and their anchors; each step has one."""

BANNED = ("simply", "just", "easy", "easily", "obviously", "trivial", "trivially")
"""Words that tell a reader in trouble that he has none."""

_SNIPPET = re.compile(r"^\s*-{1,}8<-{1,}\s+\"(?P<path>[^\"]*)\"\s*$")
_BANNED = re.compile(rf"\b({'|'.join(BANNED)})\b", re.IGNORECASE)
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u26ff\u2705\u2728\u274c\u274e\u2753-\u2757\u2764\u2795-\u2797\u2b50\u2b55\ufe0f\u231a\u231b\u23e9-\u23fa]"
    r"|(?<![\w:]):[a-z][a-z0-9_+-]*:(?![\w:])"
)
_SECOND_SENTENCE = re.compile(r"[.?!][*_)\"”]* +[*_(\"“\[]*[A-Z]")
_ITALICS = re.compile(r"(?<!\*)\*[^*]+\*(?!\*)")
_SENTENCE_END = re.compile(r"[.?!:][*_)\"”]*$")
_NO_PROSE = re.compile(r"^\s*(#|\||<|!!!|\?\?\?|[-*+] |\d+[.)] |\[[^\]]+\]: |\*\[|-+8<|:---|---$)")

_HTML_FAULTS = {
    r"\.(innerHTML|outerHTML)\b|insertAdjacentHTML|document\.write\b": "makes HTML out of text",
    r"\bwss?://": "names the scheme of a WebSocket",
    r"https?://": "refers to an address outside",
    r"\blocation\.(host|hostname|port|origin|protocol)\b": "puts its address together by itself",
    r"\blocalhost\b|\b127\.0\.0\.1\b": "names a host",
}


@dataclass(frozen=True)
class Fence:
    """A fenced block of a page: its number of line, language, classes and body."""

    line: int
    language: str
    classes: frozenset[str] = field(default_factory=frozenset)
    body: str = ""

    @property
    def wrong(self) -> bool:
        """Whether the page shows it as wrong code: ```` ```{ .python .wrong } ````."""
        return "wrong" in self.classes

    @property
    def run(self) -> bool:
        """Whether it is a program for the reader to run: ```` ```{ .python .run } ````."""
        return "run" in self.classes

    @property
    def snippets(self) -> list[str]:
        """The paths it includes, empty if it is no snippet."""
        lines = [line for line in self.body.splitlines() if line.strip()]
        found = [_SNIPPET.match(line) for line in lines]
        return [match["path"] for match in found if match] if all(found) else []


def fences(page: str) -> list[Fence]:
    """Return the page's fenced blocks, those inside admonitions too, in their order."""
    return [_fence(token) for token in markdown.blocks(page) if token.type == "fence"]


def prose(page: str) -> str:
    """Return what a page says, without its fences and its front matter."""
    return "\n".join(_prose(page))


def _prose(page: str) -> list[str]:
    """Return the page's lines, with those of fences and of front matter blanked."""
    lines = page.split("\n")
    if lines[0] == "---" and "---" in lines[1:]:
        lines[: lines.index("---", 1) + 1] = [""] * (lines.index("---", 1) + 1)
    for token in markdown.blocks(page):
        if token.type == "fence" and token.map:
            first, end = token.map
            lines[first:end] = [""] * (end - first)
    return lines


def _fence(token: Token) -> Fence:
    info = token.info.strip()
    line = token.map[0] + 1 if token.map else 0
    text = textwrap.dedent(token.content.removesuffix("\n"))
    if info.startswith("{"):
        classes = re.findall(r"\.([\w+-]+)", info)
        return Fence(line, classes[0] if classes else "", frozenset(classes[1:]), text)
    return Fence(line, info.split(maxsplit=1)[0] if info else "", frozenset(), text)


def quote_faults(page: str, sources: Iterable[str]) -> list[str]:
    """Return a sentence for each fence that is no snippet, wrong or run, and in no source.

    A quote is found if its lines stand in one of `sources` next to each other, whatever the
    indentation they have in common.
    """
    sources = list(sources)
    faults = []
    for fence in fences(page):
        lines = fence.body.strip("\n").split("\n")
        where = f"Line {fence.line}: the {fence.language or 'nameless'} block"
        if fence.language not in QUOTED | SAID:
            faults.append(
                f"{where} is in none of the languages {', '.join(sorted(QUOTED | SAID))}."
            )
        elif fence.language in SAID or fence.wrong or fence.run or fence.snippets:
            continue
        elif not fence.body.strip():
            faults.append(f"{where} is empty.")
        elif len(lines) > LONGEST_QUOTE:
            faults.append(f"{where} has {len(lines)} lines; a quote has at most {LONGEST_QUOTE}.")
        elif not any(_stands_in(lines, source) for source in sources):
            faults.append(f"{where} is in no file it may quote: {lines[0].strip()} …")
    return faults


def _stands_in(quote: list[str], source: str) -> bool:
    wanted = [line.rstrip() for line in quote]
    lines = [line.rstrip() for line in source.split("\n")]
    windows = (lines[at : at + len(wanted)] for at in range(len(lines) - len(wanted) + 1))
    return any(textwrap.dedent("\n".join(window)) == "\n".join(wanted) for window in windows)


def snippets(page: str) -> list[str]:
    """Return the paths of all snippets of the page, in fences and outside."""
    return [match["path"] for line in page.split("\n") if (match := _SNIPPET.match(line))]


def snippet_faults(page: str, needed: Iterable[str]) -> list[str]:
    """Return a sentence for each path of `needed` not included whole, and each part of a file."""
    found = snippets(page)
    return [
        *(f"The page does not include {path}." for path in needed if path not in found),
        *(
            f"The page includes a part of a file by its place, which rots: {path}."
            for path in found
            if re.search(r":[\w,:-]*$", path)
        ),
    ]


def heading_faults(page: str) -> list[str]:
    """Return a sentence for each heading without an anchor of its own, and for a second title."""
    faults = []
    seen: set[str] = set()
    titles = 0
    for level, title, anchor in markdown.headings(page):
        titles += level == 1
        if anchor is None:
            faults.append(f"The heading {title!r} has no fixed anchor: write {{ #its-name }}.")
        elif anchor in seen:
            faults.append(f"Two headings have the anchor #{anchor}.")
        seen.add(anchor or "")
    if titles != 1:
        faults.append(f"The page has {titles} titles of the first level; it needs one.")
    return faults


def section_faults(page: str, *, exercises: bool, steps: int = 1) -> list[str]:
    """Return a sentence if the page's sections are not those of a lesson, in their order.

    `steps` is how many lead from the naive version to the lesson.
    """
    expected = [
        anchor if name != "Step" else f"{anchor}{number}"
        for name, anchor in SECTIONS.items()
        for number in (range(1, steps + 1) if name == "Step" else [0])
        if exercises or name != "Exercise"
    ]
    anchors = [anchor for level, _, anchor in markdown.headings(page) if level == 2]
    if anchors == expected:
        return []
    return [f"The sections' anchors are {anchors}; they should be {expected}."]


def matter_faults(matter: Mapping[str, object]) -> list[str]:
    """Return a sentence for each thing a lesson's front matter should say, and does not."""
    faults = []
    for key in ("description", "mirrors"):
        value = matter.get(key)
        if not value or not isinstance(value, str | list):
            faults.append(f"The front matter has no {key}.")
    minutes = matter.get("minutes")
    if not isinstance(minutes, int) or isinstance(minutes, bool) or minutes < 1:
        faults.append(f"The front matter says minutes: {minutes!r}; it needs a whole number.")
    if "builds_on" not in matter:
        faults.append(
            "The front matter has no builds_on; leave its value empty for a first lesson."
        )
    return faults


def voice_faults(page: str) -> list[str]:
    """Return a sentence for each place where the page's prose leaves the voice of the course."""
    faults = []
    paragraph: list[str] = []
    for number, raw in enumerate([*_prose(page), ""], 1):
        line = _plain(raw)
        flowing = bool(line.strip()) and not _NO_PROSE.match(raw)
        if flowing:
            paragraph.append(line.strip())
        else:
            ends = sum(bool(_SENTENCE_END.search(part)) for part in paragraph)
            if ends > LONGEST_PARAGRAPH:
                faults.append(f"Line {number - 1}: a paragraph of {ends} sentences ends here.")
            paragraph = []
        # What a screen reads is in italics, and has as many sentences as it has.
        if flowing and _SECOND_SENTENCE.search(_ITALICS.sub("said", line)):
            faults.append(f"Line {number}: two sentences on one line: {line.strip()}")
        if "!" in re.sub(r"^\s*!!!|!\[", "", line):
            faults.append(f"Line {number}: an exclamation mark: {line.strip()}")
        faults += [f"Line {number}: the word {found!r}." for found in _BANNED.findall(line)]
        if _EMOJI.search(line):
            faults.append(f"Line {number}: an emoji: {line.strip()}")
    return faults


def _plain(line: str) -> str:
    """Return what a reader reads as prose in a line of Markdown."""
    if _SNIPPET.match(line):
        return ""
    marks = {"code_inline": "code", "html_inline": "", "em_open": "*", "em_close": "*"}
    return "".join(marks.get(piece.type, piece.content) for piece in markdown.pieces(line))


def docstring_faults(name: str, source: str) -> list[str]:
    """Return a sentence if the lesson's main.py does not begin with its number, name and idea."""
    number, _, word = name.partition("_")
    start = f'"""Lesson {int(number)}: {word.replace("_", " ")}. '
    first = source.split("\n", 1)[0]
    idea = first.removeprefix(start).removesuffix('"""')
    if first.startswith(start) and idea.endswith(".") and idea[:1].isupper():
        return []
    return [f"main.py begins with {first}; it should begin with {start}Its idea in a sentence."]


def address_faults(source: str) -> list[str]:
    """Return a sentence for each line of a lesson's page that names an address, or is unsafe."""
    return [
        f"Line {number} {fault}: {line.strip()}"
        for number, line in enumerate(source.split("\n"), 1)
        for pattern, fault in _HTML_FAULTS.items()
        if re.search(pattern, line)
    ]


def run_program(lesson: str, port: int) -> str:
    """Run the program a lesson's page gives its reader, against a server on `port`.

    Returns what it prints.

    Raises:
        CalledProcessError: it failed.
    """
    page = (ROOT / "docs" / "lessons" / f"{lesson}.md").read_text(encoding="utf-8")
    (program,) = [fence.body for fence in fences(page) if fence.run and fence.language == "python"]
    program = program.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    command = [sys.executable, "-c", program]
    return subprocess.run(command, check=True, timeout=30, stdout=subprocess.PIPE, text=True).stdout
