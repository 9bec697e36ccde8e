"""What an author runs: `python -m tools --help` lists it.

A command imports what it needs when it is called: in a bundle, `make diff` has neither the builders
of the site nor a browser's driver.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tools.lessons import LessonError


def _exit(code: int) -> None:
    raise typer.Exit(code)


app = typer.Typer(
    result_callback=_exit,
    help="Programs for the authors of the course.",
    no_args_is_help=True,
    add_completion=False,
    # An error of ours is shown as Python shows it, so that it can be searched for.
    pretty_exceptions_enable=False,
)


@app.command()
def generate(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing, say what is stale.")
    ] = False,
) -> int:
    """Write every file that is made from others."""
    from tools import generate

    return generate.run(check=check)


@app.command()
def build(
    *, quick: Annotated[bool, typer.Option("--quick", help="MkDocs alone, into site/.")] = False
) -> int:
    """Build the site, strict, with both builders."""
    from tools import build

    return build.run(quick=quick)


@app.command()
def diff(
    a: Annotated[str, typer.Argument(help="A side: 03, or 03/naive, or naive.")],
    b: Annotated[str, typer.Argument(help="The other side.")],
) -> int:
    """Compare two lessons in the terminal."""
    from tools import diff

    return diff.show(a.strip(), b.strip())


@app.command()
def bundle() -> int:
    """Pack the course for a room without a network, into dist/."""
    from tools import bundle

    return bundle.run()


@app.command()
def shots(
    *,
    everything: Annotated[
        Path | None,
        typer.Option("--all", metavar="FOLDER", help="Pictures of every page, for looking at."),
    ] = None,
) -> int:
    """Take the README's pictures (needs Chromium)."""
    from tools import shots

    return shots.run(everything)


@app.command()
def javascript() -> int:
    """Check the pages' JavaScript (needs Node and npm)."""
    from tools import javascript

    return javascript.run()


@app.command()
def diagrams(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Draw nothing, say what is stale.")
    ] = False,
) -> int:
    """Draw the diagrams from their text (needs Node and Chromium)."""
    from tools import diagrams

    return diagrams.run(check=check)


@app.command()
def new(
    number: Annotated[str, typer.Argument(help="The lesson's number, as 16.")],
    name: Annotated[str, typer.Argument(help="Its name, as heartbeat.")],
    start: Annotated[str, typer.Option("--from", help="The lesson it builds on, as 13.")] = "",
) -> int:
    """Make a lesson with its page, exercise, notes and tests."""
    from tools import new

    return new.run(number, name, start)


@app.command()
def remove(
    start: Annotated[str, typer.Argument(metavar="LESSON", help="The lesson, as 16.")],
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Delete it; without this, only say what.")
    ] = False,
) -> int:
    """Remove a lesson with its page, exercise, notes and tests."""
    from tools import remove

    return remove.run(start, yes=yes)


@app.command()
def carry(
    start: Annotated[str, typer.Argument(metavar="LESSON", help="What changed, as 03.")],
    *,
    since: Annotated[str, typer.Option(help="The commit to compare with.")] = "HEAD",
    done: Annotated[
        list[Path] | None,
        typer.Option(help="A file in which you have dealt with a conflict; may be repeated."),
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show what changes in each file.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
) -> int:
    """Take a change in one lesson through all that is made from it."""
    from tools import carry

    return carry.run(start, since=since, done=done or [], diff=diff, write=not dry_run)


def main() -> None:
    """Run a command, and exit with the code it returns, or with 1 and a sentence for its author."""
    try:
        app(prog_name="python -m tools")
    except LessonError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
