"""Run one lesson with reload: `python -m course.run_lesson 03`, or find its name: `--name`."""

import sys
from typing import Annotated

import typer
import uvicorn

from course.find_lesson import (
    LESSONS,
    MAIN,
    NAIVE,
    LayoutError,
    UnknownLessonError,
    UnknownProgramError,
    find,
    find_program,
)
from course.listen import CannotListenError, listen

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(  # noqa: PLR0913 - all but the first are options, by their names.
    start: Annotated[str, typer.Argument(help="How the lesson's folder begins, as 03.")],
    *,
    name: Annotated[bool, typer.Option("--name", help="Print the folder's name, and end.")] = False,
    naive: Annotated[
        bool, typer.Option("--naive", help="Run naive.py in place of main.py.")
    ] = False,
    step: Annotated[str, typer.Option(metavar="N", help="Run this step, as 1 or step_1.")] = "",
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[str, typer.Option()] = "8000",
) -> None:
    """Run one lesson with reload, until Ctrl+C."""
    if naive and step:
        sys.exit("Say NAIVE=1 or STEP=1, not both: each names the one program to run.")
    asked = NAIVE if naive else step.strip() or MAIN
    try:
        lesson = find(start)
        if name:
            print(lesson)
            return
        program = find_program(LESSONS / lesson, asked)
        # uvicorn says of a taken port only its error number; asked first, it is told in words.
        word = f"make lesson L={lesson[:2]}"
        if asked != MAIN:
            word += " NAIVE=1" if naive else f" STEP={asked}"
        listen(host, port, word).close()
    except (UnknownLessonError, UnknownProgramError, LayoutError, CannotListenError) as error:
        sys.exit(str(error))
    command = [f"{program.module}:app", "--reload", "--reload-dir", f"lessons/{lesson}"]
    # Without a limit, a handler that does not listen to its client would hold up each reload.
    command += ["--timeout-graceful-shutdown", "3"]
    command += ["--host", host, "--port", port]
    print(f"$ uvicorn {' '.join(command)}", flush=True)
    uvicorn.main(command)


if __name__ == "__main__":
    app(prog_name="python -m course.run_lesson")
