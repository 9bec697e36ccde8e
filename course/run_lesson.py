"""Run one lesson with reload: `python -m course.run_lesson 03`, or find its name: `--name`."""

import argparse
import sys

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


def main() -> None:
    """Run it until Ctrl+C, or print its name; exit with 1 and a sentence when that cannot be."""
    parser = argparse.ArgumentParser("python -m course.run_lesson", description=__doc__)
    parser.add_argument("start", help="how the lesson's folder begins, as 03")
    parser.add_argument("--name", action="store_true", help="print the folder's name, and end")
    parser.add_argument("--naive", action="store_true", help="run naive.py in place of main.py")
    parser.add_argument("--step", default="", metavar="N", help="run this step, as 1 or step_1")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default="8000")
    options = parser.parse_args()
    if options.naive and options.step:
        sys.exit("Say NAIVE=1 or STEP=1, not both: each names the one program to run.")
    asked = NAIVE if options.naive else options.step.strip() or MAIN
    try:
        name = find(options.start)
        if options.name:
            print(name)
            return
        program = find_program(LESSONS / name, asked)
        # uvicorn says of a taken port only its error number; asked first, it is told in words.
        word = f"make lesson L={name[:2]}"
        if asked != MAIN:
            word += " NAIVE=1" if options.naive else f" STEP={asked}"
        listen(options.host, options.port, word).close()
    except (UnknownLessonError, UnknownProgramError, LayoutError, CannotListenError) as error:
        sys.exit(str(error))
    command = [f"{program.module}:app", "--reload", "--reload-dir", f"lessons/{name}"]
    # Without a limit, a handler that does not listen to its client would hold up each reload.
    command += ["--timeout-graceful-shutdown", "3"]
    command += ["--host", options.host, "--port", options.port]
    print(f"$ uvicorn {' '.join(command)}", flush=True)
    uvicorn.main(command)


if __name__ == "__main__":
    main()
