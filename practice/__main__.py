"""The words of an exercise: `python -m practice check 03`, and run, hint, solution, …."""

import argparse
import difflib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import uvicorn
import watchfiles

from course.listen import CannotListenError, listen
from practice import progress, runner
from practice.exercise import ROOT, Exercise, UnknownExerciseError, find, names

_WAITING = "Waiting for you to save. Ctrl+C ends it."


def check(exercise: Exercise, options: argparse.Namespace) -> int:
    """Check the learner's copy, with --watch again after each save; 0 if all passes, else 1."""
    _begin(exercise)
    code = 1
    # The first round begins once the folder is watched, so that no save during it is missed.
    rounds = watchfiles.watch(
        exercise.work,
        # An editor writes a file in several steps, and a formatter writes it again.
        debounce=400,
        rust_timeout=200,
        yield_on_timeout=True,
        raise_interrupt=True,
    )
    begun = False
    try:
        if not options.watch:
            return _check(exercise)
        for changes in rounds:
            if begun and not any(_is_source(path) for _, path in changes):
                continue
            begun = True
            code = _check(exercise)
            print(f"\n{_WAITING}\n", flush=True)
    except KeyboardInterrupt:
        print()
    return code


def run(exercise: Exercise, options: argparse.Namespace) -> int:
    """Run the learner's copy with reload until Ctrl+C."""
    _begin(exercise)
    if not exercise.main.is_file():
        return _refuse(f"{exercise.shown_main} is missing. {_way_back(exercise)}")
    try:
        # uvicorn says of a taken port only its error number; asked first, it is told in words.
        listen(options.host, options.port, f"make exercise E={exercise.number}").close()
    except CannotListenError as error:
        return _refuse(str(error))
    command = [
        f"work.{exercise.name}.main:app",
        "--reload",
        "--reload-dir",
        f"work/{exercise.name}",
    ]
    command += ["--timeout-graceful-shutdown", "3"]
    command += ["--host", options.host, "--port", options.port]
    print(f"$ uvicorn {' '.join(command)}", flush=True)
    uvicorn.main(command)
    return 0


def hint(exercise: Exercise, _: argparse.Namespace) -> int:
    """Show the next hint."""
    hints = exercise.hints()
    with progress.change(exercise.root) as known:
        _tell(known)
        entry = known.of(exercise.name)
        shown = min(entry.hints, len(hints))
        entry.hints = min(shown + 1, len(hints))
    if shown < len(hints):
        print(f"Hint {shown + 1} of {len(hints)}\n\n{hints[shown]}")
        return 0
    print(
        f"You have seen all {len(hints)} hints; they are in exercises/{exercise.name}/hints.md.\n"
        f"`make solution E={exercise.number}` shows a solution."
    )
    return 0


def solution(exercise: Exercise, _: argparse.Namespace) -> int:
    """Show what the solution changes in the learner's files, and change nothing."""
    differ = []
    for file in exercise.solved():
        mine, shown = exercise.work / file, f"{exercise.work.parent.name}/{exercise.name}/{file}"
        if not mine.is_file():
            mine, shown = exercise.folder / file, f"exercises/{exercise.name}/{file}"
        old = mine.read_text(encoding="utf-8", errors="replace").splitlines()
        new = (exercise.solution.parent / file).read_text(encoding="utf-8").splitlines()
        theirs = f"exercises/{exercise.name}/solution/{file}"
        lines = list(difflib.unified_diff(old, new, shown, theirs, lineterm=""))
        for line in lines:
            print(_coloured(line))
        differ += [shown] if lines else []
    if not differ:
        print(f"{exercise.shown_main} is the solution, to the letter.")
        return 0
    print(
        f"\nA solution, not the only one: your file may differ and pass. Nothing in {differ[0]} has"
    )
    print(f"changed. `make check E={exercise.number}` says what yours does.")
    return 0


def skip(exercise: Exercise, _: argparse.Namespace) -> int:
    """Leave the exercise out; it can be done later all the same."""
    with progress.change(exercise.root) as known:
        _tell(known)
        entry = known.of(exercise.name)
        if entry.state == "done":
            print(f"Exercise {exercise.name} is done; there is nothing to skip.")
            return 0
        entry.state = "skipped"
    print(f"Skipped {exercise.name}. `make check E={exercise.number}` takes it up again.")
    return 0


def reset(exercise: Exercise, _: argparse.Namespace) -> int:
    """Put the starter back, and keep what was there."""
    for kept in exercise.reset():
        print(f"What you had is kept as {kept.relative_to(exercise.root).as_posix()}.")
    print(f"{exercise.shown_main} is the starter.")
    return 0


def show_progress(root: Path = ROOT) -> int:
    """List the exercises, and how far each is."""
    known = progress.load(root)
    _tell(known)
    states = []
    for name in names(root):
        state = known.of(name).state
        if state == "not begun" and Exercise(name, root).work.exists():
            state = "tried"
        states.append(state)
        hints = known.of(name).hints
        seen = f"  ({hints} hint{'s' * (hints > 1)} seen)" if hints else ""
        print(f"  {state:<9}  {name}{seen}")
    left = [name for name, state in zip(names(root), states, strict=True) if state != "done"]
    # What was skipped comes after what was not.
    left.sort(key=lambda name: known.of(name).state == "skipped")
    print(f"\n{states.count('done')} of {len(states)} done.", end=" ")
    print(f"Next: make check E={left[0].partition('_')[0]}" if left else "That is all of them.")
    return 0


def _begin(exercise: Exercise) -> None:
    if exercise.begin():
        print(f"Your copy is work/{exercise.name}/. Edit main.py there; nothing else changes it.")
        print(f"What to do is in exercises/{exercise.name}/README.md, and on the lesson's page.\n")


def _check(exercise: Exercise) -> int:
    print(f"Exercise {exercise.name}: {exercise.shown_main}\n", flush=True)
    result = runner.run(exercise)
    with progress.change(exercise.root) as known:
        _tell(known)
        entry = known.of(exercise.name)
        if result.ok:
            entry.state = "done"
        elif entry.state != "done":
            entry.state = "tried"
    if result.ok:
        print(f"\nAll {result.total} checks pass. {_next(exercise)}")
        return 0
    if not exercise.main.is_file():
        print(f"\n{_way_back(exercise)}")
    elif result.total:
        print(
            f"\n{result.passed} of {result.total} checks pass. Stuck? make hint E={exercise.number}"
        )
    return 1


def _next(exercise: Exercise) -> str:
    later = [name for name in names(exercise.root) if name > exercise.name]
    return f"Next: make check E={later[0].partition('_')[0]}" if later else "That was the last one."


def _way_back(exercise: Exercise) -> str:
    return f"`make reset E={exercise.number}` puts the starter there."


def _is_source(path: str) -> bool:
    # Python, editors and formatters write files of their own; an edit of one of these is a save.
    return Path(path).suffix in {".py", ".html", ".js", ".css"} and not Path(path).name.startswith(
        "."
    )


def _tell(known: progress.Progress) -> None:
    if known.fault:
        print(known.fault, file=sys.stderr)


def _refuse(words: str) -> int:
    print(words, file=sys.stderr)
    return 1


def _coloured(line: str) -> str:
    colours = {"+": "32", "-": "31", "@": "36"}
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or line[:1] not in colours:
        return line
    return f"\x1b[{colours[line[0]]}m{line}\x1b[0m"


_WORDS: dict[str, Callable[[Exercise, argparse.Namespace], int]] = {
    "run": run,
    "check": check,
    "hint": hint,
    "solution": solution,
    "skip": skip,
    "reset": reset,
}


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Do as the word says, and return the exit code."""
    parser = argparse.ArgumentParser("python -m practice", description=__doc__)
    parser.add_argument("word", choices=[*_WORDS, "progress"])
    parser.add_argument("start", nargs="?", default="", help="how the exercise begins, as 03")
    parser.add_argument("--watch", action="store_true", help="check again after each save")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default="8000")
    options = parser.parse_args(arguments)
    if options.word == "progress":
        return show_progress(root)
    try:
        exercise = find(options.start, root)
    except UnknownExerciseError as error:
        return _refuse(str(error))
    return _WORDS[options.word](exercise, options)


if __name__ == "__main__":
    sys.exit(main())
