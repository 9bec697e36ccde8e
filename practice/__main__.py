"""The commands of an exercise: `python -m practice check 03`, and run, hint, solution, …."""

import difflib
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
import watchfiles
from rich.console import Console
from rich.text import Text

from course.listen import CannotListenError, listen
from practice import progress, reload, runner
from practice.exercise import ROOT, WORK, Exercise, UnknownExerciseError, find, names

_WAITING = "Waiting for you to save. Ctrl+C ends it."
_REFUSED = 2
"""The exit code of a command that could not do what it was asked; 1 is a check that fails."""

app = typer.Typer(
    name="python -m practice",
    help="Work on the exercises: each command but progress needs the start of a name, as 03.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _find(start: str) -> Exercise:
    """Return the exercise that a learner names, or end with a sentence on why there is none."""
    _need_folder()
    try:
        return find(start)
    except UnknownExerciseError as error:
        raise _refuse(str(error)) from None


Start = Annotated[str, typer.Argument(help="How the name of the exercise begins, as 03.")]


@app.command()
def check(
    start: Start,
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Check again after each save.")] = False,
) -> None:
    """Check your copy: exit code 0 if all checks pass, 1 if one fails."""
    exercise = _find(start)
    _begin(exercise)
    if not watch:
        raise typer.Exit(_check(exercise))
    # The folder above is watched: the exercise's own may be deleted and made again. The first
    # round begins once it is watched, so that no save during that round is missed.
    rounds = watchfiles.watch(
        exercise.work.parent,
        watch_filter=lambda _, path: Path(path).is_relative_to(exercise.work),
        # An editor writes a file in several steps, and a formatter writes it again.
        debounce=400,
        rust_timeout=200,
        yield_on_timeout=True,
        raise_interrupt=True,
    )
    begun = False
    try:
        for changes in rounds:
            if begun and not any(_is_source(exercise, path) for _, path in changes):
                continue
            begun = True
            _check(exercise)
            print(f"\n{_WAITING}\n", flush=True)
    except KeyboardInterrupt:
        # That is how a watch ends, whatever the last check said.
        print()


@app.command()
def run(
    start: Start,
    host: Annotated[str, typer.Option(help="The address to serve at.")] = "127.0.0.1",
    port: Annotated[str, typer.Option(help="The port; 0 takes a free one.")] = "8000",
) -> None:
    """Run your copy, and again after each save, until Ctrl+C."""
    exercise = _find(start)
    _begin(exercise)
    if not exercise.main.is_file():
        raise _refuse(f"{exercise.shown_main} is missing. {_way_back(exercise)}")
    try:
        # uvicorn says of a taken port only its error number, so it is asked for first.
        listen(host, port, f"make exercise E={exercise.number}").close()
    except CannotListenError as error:
        raise _refuse(str(error)) from None
    name, folder = f"{WORK}.{exercise.name}.main:app", f"{WORK}/{exercise.name}"
    print(f"$ uvicorn {name} --reload --reload-dir {folder} --host {host} --port {port}")
    sys.stdout.flush()
    # As `python -m uvicorn` does: the app is found from the course's folder.
    sys.path.insert(0, os.fspath(exercise.root))
    os.environ["PYTHONPATH"] = os.fspath(exercise.root)
    reload.serve(name, folder, host, int(port))


@app.command()
def hint(start: Start) -> None:
    """Show the next hint."""
    exercise = _find(start)
    hints = exercise.hints()
    with progress.change(exercise.root) as known:
        _tell(known)
        entry = known.of(exercise.name)
        shown = min(entry.hints, len(hints))
        entry.hints = min(shown + 1, len(hints))
    if shown < len(hints):
        print(f"Hint {shown + 1} of {len(hints)}\n\n{hints[shown]}")
        return
    print(
        f"You have seen all {len(hints)} hints; they are in exercises/{exercise.name}/hints.md.\n"
        f"`make solution E={exercise.number}` shows a solution."
    )


@app.command()
def solution(
    start: Start,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Show it before you have begun.")] = False,
) -> None:
    """Show what the solution changes in your files, and change nothing."""
    exercise = _find(start)
    if not exercise.work.exists() and not yes:
        print(
            f"You have not begun exercise {exercise.name}: `make check E={exercise.number}` begins"
            f" it.\nTo see a solution all the same: make solution E={exercise.number} YES=1"
        )
        return
    console = Console(highlight=False, soft_wrap=True)
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
            console.print(Text(line, style=_COLOURS.get(line[:1], "")))
        differ += [shown] if lines else []
    if not differ:
        print(f"{exercise.shown_main} is the solution, to the letter.")
        return
    print(
        f"\nA solution, not the only one: your file may differ and pass. Nothing in {differ[0]} has"
    )
    print(f"changed. `make check E={exercise.number}` says what yours does.")


@app.command()
def skip(start: Start) -> None:
    """Leave the exercise out; it can be done later all the same."""
    exercise = _find(start)
    with progress.change(exercise.root) as known:
        _tell(known)
        entry = known.of(exercise.name)
        if entry.state == "done":
            print(f"Exercise {exercise.name} is done; there is nothing to skip.")
            return
        entry.state = "skipped"
    print(f"Skipped {exercise.name}. `make check E={exercise.number}` takes it up again.")


@app.command()
def reset(start: Start) -> None:
    """Put the starter back, and keep what was there."""
    exercise = _find(start)
    for kept in exercise.reset():
        print(f"What you had is kept as {kept.relative_to(exercise.root).as_posix()}.")
    with progress.change(exercise.root) as known:
        _tell(known)
        # The hints were seen all the same.
        known.of(exercise.name).state = "not begun"
    print(f"{exercise.shown_main} is the starter.")


@app.command("progress")
def show_progress() -> None:
    """List the exercises, and how far each is."""
    root = ROOT
    _need_folder()
    known = progress.load(root)
    _tell(known)
    states = []
    for name in names(root):
        state = known.of(name).state
        if state == "not begun" and Exercise(name, root).changed():
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


def _is_source(exercise: Exercise, path: str) -> bool:
    if Path(path) == exercise.work:
        return exercise.work.exists()  # It was deleted, and is there again.
    # Python, editors and formatters write files of their own; an edit of one of these is a save.
    return Path(path).suffix in {".py", ".html", ".js", ".css"} and not Path(path).name.startswith(
        "."
    )


def _tell(known: progress.Progress) -> None:
    if known.fault:
        print(known.fault, file=sys.stderr)


def _need_folder() -> None:
    if (ROOT / WORK).exists() and not (ROOT / WORK).is_dir():
        raise _refuse(f"{WORK} is a file, and your copies need a folder of that name: rename it.")


def _refuse(words: str) -> typer.Exit:
    print(words, file=sys.stderr)
    return typer.Exit(_REFUSED)


_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def main() -> None:
    """Do as the command says; a reader that ends early, as `| head`, ends it quietly."""
    try:
        try:
            app(prog_name="python -m practice")
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
