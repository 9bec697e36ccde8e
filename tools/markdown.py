"""Read a page's Markdown into its blocks: markdown-it-py, with what Python-Markdown adds.

That is the front matter, which is passed over, and boxes like `!!! note` with indented text.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

_BOX = re.compile(r"(?:!!!|\?\?\?\+?) +(?P<kind>[\w-]+)(?: +\"(?P<title>.*)\")? *")
_INDENT = 4
_ANCHOR = re.compile(r" *\{(?P<attributes>[^}]*)\} *$")


def _box(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - as it is called.
    """Read a box: a line that begins with `!!!` or `???`, and what is indented below it."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    match = _BOX.fullmatch(line)
    if match is None or state.is_code_block(start):
        return False
    if silent:
        return True
    inner = state.sCount[start] + _INDENT
    stop = start + 1
    while stop < end and (state.isEmpty(stop) or state.sCount[stop] >= inner):
        stop += 1
    opened = state.push("box_open", "div", 1)
    opened.map, opened.info, opened.content = [start, stop], match["kind"], match["title"] or ""
    outside = state.parentType, state.lineMax, state.blkIndent
    state.parentType, state.lineMax, state.blkIndent = "box", stop, inner
    state.md.block.tokenize(state, start + 1, stop)
    state.parentType, state.lineMax, state.blkIndent = outside
    state.push("box_close", "div", -1)
    state.line = stop
    return True


_MARKDOWN = MarkdownIt("commonmark").enable("table")
_MARKDOWN.block.ruler.before("fence", "box", _box, {"alt": ["paragraph", "reference", "list"]})


def blocks(page: str) -> list[Token]:
    """Return the page's blocks in their order; a block's `map` is its lines, counted from 0."""
    lines = page.split("\n")
    if lines[0] == "---" and "---" in lines[1:]:
        # Blank, so that what follows keeps its number.
        lines[: lines.index("---", 1) + 1] = [""] * (lines.index("---", 1) + 1)
    return _MARKDOWN.parse("\n".join(lines))


def headings(page: str) -> list[tuple[int, str, str | None]]:
    """Return level, title and anchor of each heading; a heading in a box is none of the page's."""
    found = []
    for token, words in pairwise(blocks(page)):
        if token.type == "heading_open" and token.level == 0:
            match = _ANCHOR.search(words.content)
            anchor = re.search(r"#([\w.-]+)", match["attributes"]) if match else None
            title = _ANCHOR.sub("", words.content)
            found.append((int(token.tag[1:]), title, anchor[1] if anchor else None))
    return found


def section(page: str, anchor: str) -> list[Token]:
    """Return the blocks below a heading, up to the next one that is not below it."""
    found: list[Token] = []
    level = 0
    tokens = blocks(page)
    for token, words in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and token.level == 0:
            if level and int(token.tag[1:]) <= level:
                break
            if words and re.search(rf"\{{[^}}]*#{re.escape(anchor)}\b[^}}]*\}} *$", words.content):
                level = int(token.tag[1:])
        if level:
            found.append(token)
    # Without the heading: it opens, has words, and closes.
    return found[3:]


def items(tokens: Iterable[Token]) -> list[Token]:
    """Return the words of each item of the numbered lists among these blocks."""
    found = []
    lists = 0
    wanted = False
    for token in tokens:
        lists += token.nesting if token.type.startswith("ordered_list") else 0
        if token.type == "list_item_open":
            wanted = lists > 0
        elif token.type == "inline" and wanted:
            found.append(token)
            wanted = False
    return found


def pieces(words: str) -> Iterator[Token]:
    """Yield the parts of a line or a paragraph: text, code, where emphasis begins and ends."""
    for token in _MARKDOWN.parseInline(words):
        yield from token.children or []
