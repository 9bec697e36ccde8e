"""Run one lesson with reload: `python -m course.run_lesson 03`, or find its name: `--name`."""

import argparse
import sys
from pathlib import Path

import uvicorn

from course.listen import CannotListenError, listen

ROOT = Path(__file__).parents[1]


class UnknownLessonError(Exception):
    """No lesson, or more than one, goes by that name; its text names those that there are."""


def find(start: str, lessons: Path = ROOT / "lessons", word: str = "L") -> str:
    """Return the name of the one folder in `lessons` that begins with `start`: "03", "03_manager".

    `word` is the variable of make that `start` was given by.

    Raises:
        UnknownLessonError: `start` is empty, or no folder or more than one begins with it.
    """
    names = [main.parent.name for main in sorted(lessons.glob("[0-9][0-9]_*/main.py"))]
    found = [name for name in names if name.startswith(start.zfill(2))]
    if start and start in names:
        return start
    if start and len(found) == 1:
        return found[0]
    if not start:
        fault = f"Say which lesson, as in {word}=03."
    elif found:
        fault = f"{word}={start} is more than one lesson: {', '.join(found)}."
    else:
        fault = f"There is no lesson {start}."
    raise UnknownLessonError("\n  ".join([f"{fault} The lessons are:", *names]))


def main() -> None:
    """Run it until Ctrl+C, or print its name; exit with 1 and a sentence when that cannot be."""
    parser = argparse.ArgumentParser("python -m course.run_lesson", description=__doc__)
    parser.add_argument("start", help="how the lesson's folder begins, as 03")
    parser.add_argument("--name", action="store_true", help="print the folder's name, and end")
    parser.add_argument("--naive", action="store_true", help="run naive.py in place of main.py")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default="8000")
    options = parser.parse_args()
    try:
        name = find(options.start)
        if options.name:
            print(name)
            return
        module = "naive" if options.naive else "main"
        if not (ROOT / "lessons" / name / f"{module}.py").is_file():
            sys.exit(f"Lesson {name} has no {module}.py.")
        # uvicorn says of a taken port only its error number; asked first, it is told in words.
        listen(options.host, options.port, f"make lesson L={name[:2]}").close()
    except (UnknownLessonError, CannotListenError) as error:
        sys.exit(str(error))
    command = [f"lessons.{name}.{module}:app", "--reload", "--reload-dir", f"lessons/{name}"]
    # Without a limit, a handler that does not listen to its client would hold up each reload.
    command += ["--timeout-graceful-shutdown", "3"]
    command += ["--host", options.host, "--port", options.port]
    print(f"$ uvicorn {' '.join(command)}", flush=True)
    uvicorn.main(command)


if __name__ == "__main__":
    main()
