"""Take a change in one lesson through all that is made from it, by three-way merge.

What changed is what differs between the last commit (or `since`) and the files as they are now.
Each file made from a changed one gets the same change, and passes it on. Where it cannot be merged,
a person decides: that file is left as it is, and what is made from it waits.
"""

import difflib
import hashlib
import io
import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.find_lesson import UnknownLessonError, find
from tools.lessons import ROOT, LessonError, read
from tools.versions import Version, continues, telling_lines, versions

MARK = 31
"""How long the signs around a conflict are: longer than any that a lesson could contain."""

ALIKE = 0.6
"""From where on a line is another version of the line in its place, and not a line of its own."""

NEARLY_SAME = 0.85
"""The same for a line somewhere else in a file."""

MANY_CONFLICTS = 127
"""git merge-file ends with the number of conflicts, up to this; above it, something is wrong."""

MOVED_INSIDE = 3
"""From how many lines on, gone from a file and now in a new one, we speak of a move."""

CONTEXT = 3
"""How many lines have to be the same before a place where lines are added."""

SHOWN = 12
"""How many lines of a file a conflict shows; the other side is short by itself."""

HELD_UP = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
"""What git keeps while it waits for somebody to finish."""


class CarryError(LessonError):
    """Nothing can be carried; the message says why, and what to do."""


@dataclass(frozen=True)
class Hunk:
    """Lines of a file that were replaced: from `start`, counted from 0."""

    start: int
    removed: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def what(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What changed, wherever that was."""
        return self.removed, self.added

    def __str__(self) -> str:
        first, last = self.start + 1, self.start + len(self.removed)
        if not self.removed:
            return f"after line {self.start}"
        return f"line {first}" if first == last else f"lines {first} to {last}"


@dataclass(frozen=True)
class Conflict:
    """A change that a file cannot take by itself: the file's lines, and those of the change."""

    source: Path
    hunk: Hunk
    line: int
    mine: tuple[str, ...]
    elsewhere: bool = False
    """Whether the file no longer has the changed lines, neither as they were nor reworded."""


@dataclass
class Outcome:
    """What became of one file."""

    path: Path
    before: str
    after: str
    carried: list[tuple[Path, Hunk]] = field(default_factory=list)
    left_out: list[tuple[Path, Hunk]] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    waits_for: Path | None = None
    settled: bool = False
    kept: str | None = None
    """Where git keeps the text from before, if no commit has it."""

    @property
    def stuck(self) -> bool:
        """Whether what is made from this file has to wait."""
        return bool(self.conflicts or self.waits_for)

    @property
    def diff(self) -> str:
        """What carrying changed in it."""
        name = self.path.as_posix()
        lines = difflib.unified_diff(_lines(self.before), _lines(self.after), name, name)
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


@dataclass
class Report:
    """All that happened, in the order in which it did."""

    start: str
    since: str
    changed: dict[Path, list[Hunk]] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def written(self) -> list[Outcome]:
        """The files that have the change now, and did not before."""
        return [one for one in self.outcomes if one.after != one.before]

    @property
    def conflicts(self) -> list[Outcome]:
        """The files in which a person must decide."""
        return [one for one in self.outcomes if one.conflicts]

    @property
    def waiting(self) -> list[Outcome]:
        """The files that get the change after that."""
        return [one for one in self.outcomes if one.waits_for]


class Repository:
    """The git repository around `root`: what was committed, and what was carried since."""

    def __init__(self, root: Path, since: str) -> None:
        self.root = root
        try:
            self._git("rev-parse", "--git-dir")
        except FileNotFoundError:
            raise CarryError("Carrying a change needs git, and there is no git here.") from None
        except subprocess.CalledProcessError:
            raise CarryError(
                "Carrying a change needs a git repository: the file before the change is what was "
                "committed last."
            ) from None
        waiting = [name for name in HELD_UP if self._inside(name).exists()]
        if waiting:
            raise CarryError(
                f"git has not finished something here ({waiting[0]}): finish or abort that first; "
                "`git status` says how."
            )
        try:
            self._git("rev-parse", "--verify", "--quiet", f"{since}^{{commit}}")
        except subprocess.CalledProcessError:
            raise CarryError(f"git knows no commit {since}.") from None
        self.since = since
        # All at once: to ask git for each file would take longer than all the merging.
        listed = self._git("ls-tree", "-r", "-z", since, "--", "lessons", "exercises")
        self._ids = {
            Path(name): entry.split()[2]
            for entry, _, name in (line.partition("\t") for line in listed.split("\0") if line)
        }
        self._texts: dict[Path, str | None] = {}
        self._memory_file = self._inside("carried.json")
        # A list of what was carried, {derived: {source: {from, to, before}}}, by ids of git.
        self.memory: dict[str, dict[str, dict[str, Any]]] = {}
        if self._memory_file.is_file():
            self.memory = json.loads(self._memory_file.read_text("utf-8"))

    def _git(self, *arguments: str, text: str | None = None) -> str:
        ended = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            input=None if text is None else text.encode(),
            capture_output=True,
            check=True,
        )
        return ended.stdout.decode()

    def _inside(self, name: str) -> Path:
        return self.root / self._git("rev-parse", "--git-path", name).removesuffix("\n")

    def committed(self, path: Path, now: str = "") -> str | None:
        """Return the file's text in the commit, None if it is not there or no text.

        Most files are `now` as they were, and git is not asked for those.
        """
        if path not in self._texts:
            known = self._ids.get(path)
            self._texts[path] = now if known == _id(now) else self.text(known) if known else None
        return self._texts[path]

    def is_committed(self, path: Path) -> bool:
        """Return whether the commit has the file."""
        return path in self._ids

    def paths(self, *folders: str) -> list[Path]:
        """Return the files of the commit that are below one of `folders`."""
        return [path for path in self._ids if path.as_posix().startswith(folders)]

    def text(self, identity: str) -> str | None:
        """Return the text that git keeps by this id, None if it does not, or it is no text."""
        try:
            return self._git("cat-file", "blob", identity)
        except (subprocess.CalledProcessError, UnicodeDecodeError):
            return None

    def keep(self, text: str) -> str:
        """Let git keep a text, and return its id."""
        return self._git("hash-object", "-w", "--stdin", "--no-filters", text=text).strip()

    def remember(self) -> None:
        """Write what was carried beside what git itself remembers; it is no part of a commit."""
        draft = self._memory_file.with_suffix(".new")
        draft.write_text(json.dumps(self.memory, indent=1), "utf-8")
        draft.replace(self._memory_file)


class Carrier:
    """One run. Nothing is written before all merges are done."""

    def __init__(self, root: Path, since: str, done: Iterable[Path]) -> None:
        self.root = root
        self.repository = Repository(root, since)
        self.done = set(done)
        self.outcomes: dict[Path, Outcome] = {}
        self.notes: list[str] = []
        self._arrived: dict[tuple[Path, object], set[Path]] = {}
        self._records: list[_Record] = []
        self._now: dict[Path, str] = {}

    def now(self, path: Path) -> str:
        """Return the text of a file as it will be; "" if it is no text."""
        if path in self.outcomes:
            return self.outcomes[path].after
        if path not in self._now:
            # On Windows, git may have given the file other ends of lines than the commit has.
            self._now[path] = (read(self.root / path) or "").replace("\r\n", "\n")
        return self._now[path]

    def changes(self, path: Path) -> tuple[str, str]:
        """Return a file as it was committed, and with the changes that others are to get."""
        old = self.repository.committed(path, self.now(path))
        if old is None:
            return "", ""
        if old == self.now(path):
            return old, old
        hunks = hunks_between(old, self.now(path))
        return old, with_hunks(old, [hunk for hunk in hunks if not self._moved_inside(path, hunk)])

    def take(self, version: Version) -> None:
        """Bring what changed in the versions before this one into its files."""
        files = {path: where for path, where in version.files.items() if where not in self.outcomes}
        for path, where in files.items():
            text = self.now(where)
            sources = list(self._sources(version, path, where))
            self.outcomes[where] = outcome = Outcome(where, text, text, settled=where in self.done)
            stuck = [source for source, _ in sources if self._stuck(source)]
            if stuck and not outcome.settled:
                outcome.waits_for = stuck[0]
                continue
            for source, strict in sources:
                self._bring(outcome, source, strict=strict)
        together = set(version.files.values())
        for where in files.values():
            self._excuse_the_moved(self.outcomes[where], together - {where})

    def _stuck(self, path: Path) -> bool:
        return path in self.outcomes and self.outcomes[path].stuck

    def _sources(self, version: Version, path: str, where: Path) -> Iterator[tuple[Path, bool]]:
        """Yield the files this one continues, and whether each of their lines is expected here."""
        text = self.now(where)
        candidates = {source for before in version.before for source in before.files.values()}
        if not any(self._has_news(source, where) for source in candidates - {where}):
            return
        for before in version.before:
            found = where in before.files.values()
            for old_path, source in before.files.items():
                old = self.repository.committed(source, self.now(source))
                if old is None or source == where:
                    continue
                how = continues(path, text, old_path, old)
                if how:
                    found = True
                    yield source, version.strict and how != "lines"
            # What it has from the step before, that step has from the lesson before.
            if found and before.strict:
                return

    def _has_news(self, source: Path, where: Path) -> bool:
        known = self.repository.memory.get(where.as_posix(), {})
        if source.as_posix() in known or self._stuck(source):
            return True
        old, new = self.changes(source)
        return old != new

    def _bring(self, outcome: Outcome, source: Path, *, strict: bool) -> None:
        old, new = self.changes(source)
        base = self._carried_before(outcome, source, old) or old
        if base == new:
            # Nothing is new, but what came here in an earlier run is here.
            self._arrive(outcome, source, hunks_between(old, new))
            return
        self._records.append(_Record(outcome.path, source, old, new))
        if base != old:
            self._arrive(outcome, source, hunks_between(old, base))
        if outcome.settled:
            self._arrive(outcome, source, hunks_between(base, new))
        else:
            self._merge(outcome, source, base, new, strict=strict)
            self._arrive(outcome, source, [hunk for at, hunk in outcome.carried if at == source])

    def _carried_before(self, outcome: Outcome, source: Path, old: str) -> str | None:
        """Return the text of `source` whose changes this file has; None if there was none."""
        known = self.repository.memory.get(outcome.path.as_posix(), {}).get(source.as_posix())
        if not known or known["from"] != _id(old):
            return None
        # If somebody has put the file back to what it was before, it has them no longer.
        return None if _id(outcome.before) in known["before"] else self.repository.text(known["to"])

    def _merge(self, outcome: Outcome, source: Path, old: str, new: str, *, strict: bool) -> None:
        """Take one change after the other, so that each has a result of its own."""
        if outcome.after == new:
            return
        taken: list[Hunk] = []
        for hunk in hunks_between(old, new):
            base, theirs = with_hunks(old, taken), with_hunks(old, [*taken, hunk])
            merged, clashes = merge(outcome.after, base, theirs)
            absent = _absent(outcome.after, old, hunk, source)
            if absent and not hunk.removed and not clashes:
                # git needs no more than blank lines to find a place, and that is no place.
                clashes = [(1, ())]
            have = {one.what for _, one in outcome.carried}
            if hunk.what in have or _is_there(outcome.after, old, hunk):
                # It came by another way, or by hand: once is enough.
                merged = outcome.after
            elif not clashes:
                taken.append(hunk)
            elif all(_has(mine, hunk.added) for _, mine in clashes):
                # Somebody has put it there by hand, beside a change of the file's own.
                merged = outcome.after
            else:
                merged = _as_patch(outcome.after, old, hunk, source)
            if merged is not None:
                outcome.after = merged
                outcome.carried.append((source, hunk))
                continue
            absent = absent and not (hunk.removed and _reworded(hunk, clashes[0][1]))
            if not strict and (absent or not _reworded(hunk, clashes[0][1])):
                outcome.left_out.append((source, hunk))
            else:
                outcome.conflicts.append(Conflict(source, hunk, *clashes[0], elsewhere=absent))
                if not absent:
                    # This is where it belongs, so it is missing in no file beside it.
                    self._arrive(outcome, source, [hunk])

    def _arrive(self, outcome: Outcome, source: Path, hunks: Iterable[Hunk]) -> None:
        for hunk in hunks:
            self._arrived.setdefault((source, hunk.what), set()).add(outcome.path)

    def _moved_inside(self, source: Path, hunk: Hunk) -> bool:
        """Return whether these lines left the file for a new one beside it."""
        added = telling_lines("".join(hunk.added))
        gone = set(telling_lines("".join(hunk.removed))) - set(added)
        if len(gone) < MOVED_INSIDE:
            return False
        for path in sorted((self.root / source).parent.rglob("*.*")):
            beside = path.relative_to(self.root)
            fresh = path.is_file() and not self.repository.is_committed(beside)
            if fresh and gone <= set(telling_lines(read(path) or "")):
                note = f"{source.as_posix()}: {hunk} moved to {beside.as_posix()}, which is new."
                if note not in self.notes:
                    self.notes.append(f"{note} Other lessons keep them where they are.")
                return True
        return False

    def _excuse_the_moved(self, outcome: Outcome, beside: set[Path]) -> None:
        """Leave out what a file no longer has, if a file beside it took the change."""
        for one in list(outcome.conflicts):
            if one.elsewhere and self._arrived.get((one.source, one.hunk.what), set()) & beside:
                outcome.conflicts.remove(one)
                outcome.left_out.append((one.source, one.hunk))
        if outcome.conflicts:
            # All or nothing: a file with half of a change is worse than one without it.
            outcome.after = outcome.before
            outcome.carried.clear()

    def write(self) -> None:
        """Write the files that merged, and remember what was carried."""
        for outcome in self.outcomes.values():
            if outcome.after == outcome.before:
                continue
            where = self.root / outcome.path
            if outcome.before != self.repository.committed(outcome.path):
                outcome.kept = self.repository.keep(outcome.before)
            text = outcome.after
            if b"\r\n" in where.read_bytes():
                text = text.replace("\n", "\r\n")
            where.write_bytes(text.encode())
        for record in self._records:
            outcome = self.outcomes[record.path]
            if outcome.stuck:
                continue
            files = self.repository.memory.setdefault(record.path.as_posix(), {})
            known = files.get(record.source.as_posix(), {})
            before = known.get("before", []) if known.get("from") == _id(record.old) else []
            if outcome.settled:
                before = []
            elif outcome.after != outcome.before:
                before = [*before, _id(outcome.before)]
            files[record.source.as_posix()] = {
                "from": _id(record.old),
                "to": self.repository.keep(record.new),
                "before": before,
            }
        if self._records:
            self.repository.remember()


@dataclass(frozen=True)
class _Record:
    """That a file has been offered what changed in another, from one text to the next."""

    path: Path
    source: Path
    old: str
    new: str


def carry(
    start: str,
    root: Path = ROOT,
    *,
    since: str = "HEAD",
    done: Iterable[Path] = (),
    write: bool = True,
) -> Report:
    """Take what changed in the lesson `start` through all that is made from it.

    `done` are files whose conflicts a person has dealt with: they are as they should be.

    Raises:
        LessonError: it cannot be done, and nothing is written.
    """
    carrier = Carrier(root, since, done)
    tree = versions(root, start)
    sources = _sources(carrier, tree, start)
    for version in tree:
        carrier.take(version)
    changed = {path: hunks_between(*carrier.changes(path)) for path in sources}
    report = Report(start, since, {path: hunks for path, hunks in changed.items() if hunks})
    report.outcomes = list(carrier.outcomes.values())
    report.notes = carrier.notes
    if write:
        carrier.write()
    return report


def _sources(carrier: Carrier, tree: list[Version], start: str) -> list[Path]:
    """Return the files of the lesson itself, and note those that nothing can be carried from."""
    own = (version for version in tree if version.lesson == start)
    sources = sorted({path for version in own for path in version.files.values()})
    committed = [path for path in sources if carrier.repository.is_committed(path)]
    if not committed:
        raise CarryError(
            f"Nothing of {start} is committed, so nobody can tell what changed: commit it, change "
            "it, and carry that."
        )
    everywhere = {path for version in tree for path in version.files.values()}
    for path in sorted(carrier.done - everywhere):
        raise CarryError(f"{path.as_posix()} is not made from {start}, or it is not there.")
    for path in sources:
        if path not in committed:
            carrier.notes.append(f"{path.as_posix()} is new: it is nowhere yet, and stays here.")
    for path in carrier.repository.paths(f"lessons/{start}/", f"exercises/{start}/"):
        if not (carrier.root / path).is_file():
            carrier.notes.append(f"{path.as_posix()} is gone; what is made from it stays as it is.")
    return committed


def tell(report: Report, *, diff: bool = False, wrote: bool = True) -> Iterator[str]:
    """Yield what happened, in lines for a person at a terminal."""
    if not report.changed:
        yield f"Nothing changed in {report.start} since {report.since}."
    for path, hunks in report.changed.items():
        yield f"{path.as_posix()} changed: {_listed(hunks)}."
    yield from report.notes
    for outcome in report.outcomes:
        yield from _told(outcome, diff=diff, wrote=wrote)
    for outcome in report.conflicts:
        yield from _conflicts(outcome, report.start)
    if report.waiting:
        yield ""
        yield "These wait for it, because they are made from it:"
        yield from (f"  {one.path.as_posix()}" for one in report.waiting)
    yield ""
    yield _summary(report, wrote=wrote)


def _told(outcome: Outcome, *, diff: bool, wrote: bool) -> Iterator[str]:
    if outcome.settled:
        yield f"{outcome.path.as_posix()} is as you left it, and passes that on."
    elif outcome.after != outcome.before:
        sources: dict[str, list[Hunk]] = {}
        for source, hunk in outcome.carried:
            sources.setdefault(source.as_posix(), []).append(hunk)
        origins = ", and ".join(f"{_listed(hunks)} of {at}" for at, hunks in sources.items())
        yield f"{outcome.path.as_posix()} {'has' if wrote else 'would get'} {origins}."
        if outcome.kept:
            yield "  It had changes of its own that are not committed. To see it as it was before:"
            yield f"  git cat-file -p {outcome.kept[:12]}"
        if diff:
            yield from (f"  {line}" for line in outcome.diff.splitlines())
    if outcome.left_out and not outcome.stuck and outcome.after != outcome.before:
        count = len(outcome.left_out)
        yield f"  It does not have the lines of {count} other change{'s' * (count > 1)}."


def _conflicts(outcome: Outcome, start: str) -> Iterator[str]:
    where = outcome.path.as_posix()
    for one in outcome.conflicts:
        yield ""
        yield f"Conflict: {where} cannot take {one.hunk} of {one.source.as_posix()} by itself."
        if one.elsewhere:
            yield "  It has nothing like the lines that changed, and no file beside it has."
        yield f"  {where} has, from line {one.line}:"
        yield from (f"    {line.rstrip()}" for line in one.mine[:SHOWN])
        if len(one.mine) > SHOWN:
            yield f"    … and {len(one.mine) - SHOWN} lines more"
        yield f"  {one.source.as_posix()} changed:"
        yield from (f"    - {line.rstrip()}" for line in one.hunk.removed)
        yield from (f"    + {line.rstrip()}" for line in one.hunk.added)
    yield "  The file is as it was. Edit it until it is right, and go on with:"
    yield f"  make carry L={start[:2]} DONE={where}"


def _listed(hunks: list[Hunk]) -> str:
    return ", ".join(map(str, hunks))


def _summary(report: Report, *, wrote: bool) -> str:
    count = len(report.written)
    files = f"{count} file{'s' * (count != 1)}"
    if not wrote:
        return f"{files} would change. Nothing was written."
    if report.conflicts:
        return f"{files} changed, and in {len(report.conflicts)} you have to decide."
    if not count:
        return "Everything that is made from it has its changes. Nothing was written."
    names = {part[:2] for one in report.written for part in one.path.parts[1:2]}
    tests = ", ".join(f"make test L={number}" for number in sorted(names))
    return f"{files} changed. Now run `make changes` for the diffs, and the tests: {tests}."


def run(start: str, *, since: str, done: Iterable[Path], diff: bool, write: bool) -> int:
    """Carry, say what happened, and return the exit code: 1 if a person has to decide.

    Raises:
        LessonError: it cannot be done, and nothing is written.
    """
    try:
        report = carry(find(start), since=since, done=done, write=write)
    except UnknownLessonError as error:
        raise LessonError(str(error)) from None
    for line in tell(report, diff=diff, wrote=write):
        print(line)
    return 1 if report.conflicts else 0


def hunks_between(old: str, new: str) -> list[Hunk]:
    """Return what changed between two texts."""
    before, after = _lines(old), _lines(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    found = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        start, added = i1, after[j1:j2]
        # Between the same blank lines, what was added could begin at either: it begins with it.
        while tag == "insert" and start and added[-1] == before[start - 1] == "\n":
            start, added = start - 1, [added[-1], *added[:-1]]
        if tag != "equal":
            found.append(Hunk(start, tuple(before[start:i2] if i1 < i2 else ()), tuple(added)))
    return found


def with_hunks(text: str, hunks: Iterable[Hunk]) -> str:
    """Return the text with some of its changes made."""
    lines = _lines(text)
    for hunk in sorted(hunks, key=lambda hunk: hunk.start, reverse=True):
        lines[hunk.start : hunk.start + len(hunk.removed)] = hunk.added
    return "".join(lines)


def merge(mine: str, base: str, theirs: str) -> tuple[str, list[tuple[int, tuple[str, ...]]]]:
    """Merge two changes of `base` by git, and return the text and the conflicts.

    A conflict is the line, counted from 1, at which it begins in `mine`, and what `mine` has there.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("mine", "base", "theirs")]
        for path, text in zip(paths, (mine, base, theirs), strict=True):
            path.write_bytes(text.encode())
        command = ["git", "merge-file", "-p", "--diff3", f"--marker-size={MARK}", *map(str, paths)]
        ended = subprocess.run(command, capture_output=True, check=False)
    text = ended.stdout.decode()
    if ended.returncode == 0:
        return text, []
    if ended.returncode > MANY_CONFLICTS:
        raise CarryError(f"git could not merge: {ended.stderr.decode().strip()}")
    clashes: list[tuple[int, tuple[str, ...]]] = []
    number, side, kept = 1, "", []
    for line in _lines(text):
        if line.startswith("<" * MARK):
            side, kept = "mine", []
        elif line.startswith("|" * MARK):
            side = "base"
            clashes.append((number - len(kept), tuple(kept)))
        elif line.startswith(">" * MARK):
            side = ""
        elif side in ("", "mine") and not line.startswith("=" * MARK):
            number += 1
            kept.append(line)
    return text, clashes


def _has(lines: Iterable[str], wanted: Iterable[str]) -> bool:
    """Return whether `wanted` stand in `lines` next to each other; no lines stand nowhere."""
    want = list(wanted)
    return bool(want and _places(list(lines), want))


def _is_there(text: str, old: str, hunk: Hunk) -> bool:
    """Return whether added lines are there already, below the same line as in the other file."""
    before = _lines(old)[: hunk.start]
    while before and not before[-1].strip():
        before.pop()
    if hunk.removed or not before:
        return False
    bare = [line for line in [before[-1], *hunk.added] if line.strip()]
    return _has([line for line in _lines(text) if line.strip()], bare)


def _absent(text: str, old: str, hunk: Hunk, path: Path) -> bool:
    """Return whether a text has nothing left of the lines that a change is about."""
    about = telling_lines("".join(hunk.removed))
    if not about:
        # Lines were only added: what counts is what they were added to.
        lines = _lines(old)
        about = telling_lines("".join(lines[: hunk.start]))[-1:]
        if not _goes_on(hunk, path):
            about += telling_lines("".join(lines[hunk.start :]))[:1]
    have = telling_lines(text)
    return not any(difflib.get_close_matches(line, have, 1, NEARLY_SAME) for line in about)


def _reworded(hunk: Hunk, mine: Iterable[str]) -> bool:
    """Return whether a file has its own version of changed lines at the place of the conflict."""
    have = telling_lines("".join(mine))
    about = telling_lines("".join(hunk.removed))
    return not about or any(difflib.get_close_matches(line, have, 1, ALIKE) for line in about)


def _goes_on(hunk: Hunk, path: Path) -> bool:
    """Return whether lines were added that belong to those before them, as a method does."""
    first = next((line for line in hunk.added if line.strip()), "")
    return path.suffix == ".py" and not hunk.removed and first[:1].isspace()


def _as_patch(text: str, old: str, hunk: Hunk, path: Path) -> str | None:
    """Make a change where its lines stand as they were, although what is next to them is different.

    git calls that a conflict: at the end of a class that moved to another file, for example. Return
    None where it is not certain which lines are meant.
    """
    lines, was = _lines(text), _lines(old)
    end = hunk.start + len(hunk.removed)
    before, after = was[max(0, hunk.start - CONTEXT) : hunk.start], was[end : end + CONTEXT]
    removed = list(hunk.removed)
    if not removed:
        places = _places(lines, before) if before and _goes_on(hunk, path) else []
        places = [place + len(before) for place in places]
        # What follows is at the left margin, so the class or function has not gone on by itself.
        places = [at for at in places if not "".join(lines[at:]).lstrip("\n")[:1].isspace()]
    elif before and (found := _places(lines, [*before, *removed])):
        places = [place + len(before) for place in found]
    else:
        places = _places(lines, [*removed, *after])
        if not after:
            places = [place for place in places if place + len(removed) == len(lines)]
    if not places and removed:
        places = _only_place(lines, was, hunk)
    if len(places) != 1:
        return None
    return "".join([*lines[: places[0]], *hunk.added, *lines[places[0] + len(removed) :]])


def _only_place(lines: list[str], was: list[str], hunk: Hunk) -> list[int]:
    """Return where removed lines stand, if once in each file, and a neighbour is the same too.

    A step that wraps a `try` around the lines before, and adds an `except` after them, leaves no
    more of their surroundings than that.
    """
    removed, end = list(hunk.removed), hunk.start + len(hunk.removed)
    places = _places(lines, removed)
    if not telling_lines("".join(removed)) or [len(places), len(_places(was, removed))] != [1, 1]:
        return []
    before, after = places[0], places[0] + len(removed)
    same_before = lines[max(0, before - 1) : before] == was[max(0, hunk.start - 1) : hunk.start]
    same_after = lines[after : after + 1] == was[end : end + 1]
    return places if same_before or same_after else []


def _places(lines: list[str], wanted: list[str]) -> list[int]:
    size = len(wanted)
    return [at for at in range(len(lines) - size + 1) if lines[at : at + size] == wanted]


def _lines(text: str) -> list[str]:
    # Not splitlines(), which also breaks at form feeds and other signs that end no line of code.
    return io.StringIO(text, newline="\n").readlines()


def _id(text: str) -> str:
    data = text.encode()
    # What git calls a text; no secret is kept by it.
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
