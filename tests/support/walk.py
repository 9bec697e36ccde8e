"""Do what a lesson's page tells its reader, in order: on one server, and in one browser.

CONTRIBUTING.md ("A page is walked") says how an author writes a page that can be walked. A step is
a fence or a comment `<!-- walk: … -->`; `steps()` reads them, and a `Walk` does them.
"""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self
from urllib.parse import urljoin

from playwright.sync_api import BrowserContext, Dialog, Page, expect

from tests.support.nginx import nginx_file
from tests.support.pages import Fence, fences
from tests.support.server import ROOT, Server, complaints

SECONDS = 60
"""How long a program of a page may run."""

LOG_SECONDS = 20
"""How long what a page says of the log, or of a window, may take to get there."""

_COMMENT = re.compile(r"^ *<!-- walk: (?P<words>.*) -->$")
_QUOTE = r"""(?:"([^"]*)"|'([^']*)')"""
_QUOTED = re.compile(_QUOTE)
_NEXT = re.compile(r"""; (?=(?:[^"']|"[^"]*"|'[^']*')*$)""")
_ADDRESS = re.compile(r"(?<=://)(?:127\.0\.0\.1|localhost):(8\d{3})\b")
_SETTING = re.compile(r"[A-Z][A-Z_]*=.*")
_LEFT_OUT = "leave out: "

_BROWSER = """
(() => {
  window.printed = [];
  const log = console.log;
  console.log = (...words) => { window.printed.push(words.join(" ")); log(...words); };
  const ports = PORTS;
  window.sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(url, ...others) {
      super(String(url).replace(/(localhost|127[.]0[.]0[.]1):(8000|8001)/,
        (_, host, port) => `127.0.0.1:${ports[port]}`), ...others);
      window.sockets.push(this);
    }
  };
})();
"""
"""Notes what the console prints, and lets a page that names port 8000 find this walk's server."""


class WalkError(AssertionError):
    """The page says something that is not so, or that the walk cannot read."""


@dataclass(frozen=True)
class Step:
    """A step of a page: its line, its fence or the statements of its comment."""

    line: int
    fence: Fence | None = None
    statements: tuple[str, ...] = ()
    left_out: str = ""


def steps(page: str) -> list[Step]:
    """Return what a page's reader does, in order; fences that quote a file are no steps.

    Raises:
        WalkError: a comment quotes what its section does not say before it, or leaves out nothing.
    """
    found: list[Step] = []
    blocks = {fence.line: fence for fence in fences(page)}
    reason = ""
    section: list[str] = []
    code = 0  # The last line of the block of code before.
    for number, line in enumerate(page.split("\n"), 1):
        if number in blocks:
            fence = blocks[number]
            code = number + len(fence.body.split("\n")) + 1
            if _is_step(fence):
                found.append(Step(number, fence=fence, left_out=reason))
                reason = ""
        comment = None if number <= code else _COMMENT.match(line)
        if comment and comment["words"].startswith(_LEFT_OUT):
            reason = comment["words"].removeprefix(_LEFT_OUT)
        elif comment:
            _check_quotes(number, comment["words"], section)
            found.append(Step(number, statements=tuple(_NEXT.split(comment["words"]))))
        elif line.startswith("#") and number > code:
            section = [line]
        else:
            section.append(line)
    if reason:
        raise WalkError(f"There is nothing to be left out below: {reason}")
    return found


def _check_quotes(number: int, words: str, section: list[str]) -> None:
    said = _read_aloud("\n".join(section))
    for quote in ("".join(pair) for pair in _QUOTED.findall(words)):
        if _read_aloud(quote) not in said:
            raise WalkError(f"Line {number}: {quote!r} is said nowhere above it in its section.")


def _is_step(fence: Fence) -> bool:
    if fence.snippets or fence.wrong:
        return False
    return fence.language in {"console", "text"} or fence.run


def _read_aloud(markdown: str) -> str:
    return " ".join(re.sub(r"[*`]", "", markdown).split())


def pattern(words: str) -> str:
    """Return a pattern for what a page shows, in which `…` stands for anything in a line."""
    return ".*".join(re.escape(part) for part in words.split("…"))


def output_fault(shown: str, printed: str, numbers: str | None = None) -> str | None:
    """Return a sentence if a program has not printed what the page shows.

    `numbers` has the range of each number, as in `1..30, 30`, where the page says they differ.
    """
    wanted = "\n".join(line.rstrip() for line in shown.strip().split("\n"))
    got = "\n".join(line.rstrip() for line in printed.strip().split("\n"))
    # A line that is only … stands for any lines.
    exact = "\n".join(
        r"(?:.*\n)*?.*" if line.strip() == "…" else pattern(line) for line in wanted.split("\n")
    )
    expected = exact if numbers is None else re.sub(r"\d+", r"(\\d+)", exact)
    match = re.fullmatch(expected, got)
    fault = f"The page shows {wanted!r}, and it printed {got!r}."
    if match is None:
        return fault
    if numbers is not None:
        ranges = [part.strip().partition("..") for part in numbers.split(",")]
        if len(ranges) != len(match.groups()):
            return f"There are {len(match.groups())} numbers in {got!r}, and {len(ranges)} ranges."
        for value, (low, _, high) in zip(match.groups(), ranges, strict=True):
            if not int(low) <= int(value) <= int(high or low):
                return f"{fault} {value} is not within {low}..{high or low}."
    return None


def log_pattern(shown: str) -> str:
    """Return a pattern for lines of a log; a line with `…` alone stands for any lines."""
    lines = shown.strip("\n").split("\n")
    patterns = [
        r"(?:.*\n)*?" if line.strip() == "…" else f"[ ]*{pattern(line.strip())}[ ]*\n"
        for line in lines
    ]
    return "".join(patterns)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Walk:
    """A reader's terminal and browser: one server at a time, and named windows."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._ports = {"8000": _free_port(), "8001": _free_port()}
        self._servers = ExitStack()
        self._proxies = ExitStack()
        self._server: Server | None = None
        self._lesson = ""
        self._program = ""
        self._base = ""
        self._windows: dict[str, Page] = {}
        self._current = ""
        self._dialogs: list[str] = []
        self._code = ""
        self._output = ""
        context.add_init_script(_BROWSER.replace("PORTS", str(self._ports)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._servers.close()
        self._proxies.close()

    def go(self, page: str) -> list[str]:
        """Do each step of a page, and return what was left out, with its reason.

        Raises:
            WalkError: a step cannot be done, or does not show what the page says; with its line.
        """
        left_out = []
        todo = steps(page)
        for at, step in enumerate(todo):
            following = todo[at + 1].statements if at + 1 < len(todo) else ()
            numbers = [words for words in following if words.startswith("numbers ")]
            try:
                if step.left_out:
                    left_out.append(f"line {step.line}: {step.left_out}")
                elif step.fence:
                    self._do_fence(step.fence, numbers[0][8:] if numbers else None)
                else:
                    for words in step.statements:
                        self._do(words)
            except (AssertionError, ValueError, OSError) as error:
                raise WalkError(f"Line {step.line}: {error}") from error
        return left_out

    @property
    def server(self) -> Server:
        """The server that runs now.

        Raises:
            WalkError: the page has not started one.
        """
        if self._server is None:
            raise WalkError("No server has been started.")
        return self._server

    def _do_fence(self, fence: Fence, numbers: str | None) -> None:
        if numbers and self._program == "main":
            raise WalkError("What the finished lesson prints may not differ.")
        if fence.language == "text":
            self._logged(log_pattern(fence.body))
        elif fence.language == "console":
            for command, shown in _commands(fence.body):
                self._command(command, shown, numbers)
        elif fence.language in {"js", "javascript"}:
            self._code = fence.body
            self._evaluate()
        else:
            raise WalkError(f"A walk cannot run {fence.language}: say `leave out:` and why.")

    def _command(self, command: str, shown: str, numbers: str | None = None) -> None:
        words = shlex.split(_ADDRESS.sub(self._real, command))
        settings = dict[str, str]()
        while words and _SETTING.fullmatch(words[0]):
            name, _, value = words.pop(0).partition("=")
            settings[name] = value
        match words:
            case ["uvicorn", app, *options]:
                self._serve(app, [option for option in options if option != "--reload"], settings)
                if shown:
                    self._logged(log_pattern(shown))
                return
            case ["python", path, *arguments] if path.startswith("lessons/"):
                base = f"ws://127.0.0.1:{self.server.port}"
                words = [sys.executable, path, *(arguments or [base])]
            case ["python", "-c", code]:
                words = [sys.executable, "-c", code]
            case ["nginx", *_]:
                self._start_nginx()
                return
            case ["curl", *_] if not {"|", ">", "&", "&&"} & {*words}:
                pass
            case _:
                raise WalkError(f"A walk cannot do {command!r}: say `leave out:` and why.")
        done = subprocess.run(
            words,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **settings},
            timeout=SECONDS,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self._output = done.stdout
        fault = output_fault(shown, done.stdout, numbers) if shown else None
        if fault or (done.returncode and not shown):
            raise WalkError(fault or f"{command!r} failed: {done.stdout[-2000:]}")

    def _serve(self, app: str, options: list[str], settings: dict[str, str]) -> None:
        port = "8000"
        if "--port" in options:
            at = options.index("--port")
            port = options[at + 1]
            del options[at : at + 2]
        self._servers.close()
        server = Server(app, *options, "--port", str(self._ports[port]), env=settings)
        self._server = self._servers.enter_context(server)
        _, self._lesson, self._program = app.partition(":")[0].split(".")[:3]
        self._base = self._server.url

    def _start_nginx(self) -> None:
        """Run nginx with the lesson's own file, in front of what listens on port 8000."""
        config = (ROOT / "lessons" / self._lesson / "nginx.conf").read_text(encoding="utf-8")
        proxy = self._proxies.enter_context(nginx_file(config, BACKEND=self._ports["8000"]))
        self._ports["8080"] = proxy.http_port

    def _real(self, match: re.Match[str]) -> str:
        return f"127.0.0.1:{self._ports[match[1]]}"

    def _do(self, words: str) -> None:
        for form, act in self._forms().items():
            match = re.fullmatch(form, words)
            if match:
                act(*(group for group in match.groups() if group is not None))
                return
        raise WalkError(f"A walk does not know {words!r}.")

    def _forms(self) -> dict[str, Callable[..., object]]:
        quoted = _QUOTE
        return {
            r"open ([A-Z](?:, [A-Z])*)(?: at (\S+))?": self._open,
            r"reload ([A-Z])": self._reload,
            r"([A-Z]) closes": self._close,
            rf"([A-Z]) sends {quoted}": self._send,
            rf"([A-Z]) presses {quoted}": self._press,
            rf"([A-Z]) types {quoted} into {quoted}": lambda name, text, label: (
                self._window(name).get_by_label(label).fill(text)
            ),
            r"([A-Z]) chooses a file of (\d+) bytes": lambda name, size: (
                self._window(name)
                .locator("input[type=file]")
                .set_input_files(
                    {
                        "name": "photo.jpg",
                        "mimeType": "image/jpeg",
                        "buffer": bytes(range(250)) * (int(size) // 250),
                    }
                )
            ),
            rf"([A-Z]) shows {quoted}": lambda name, text: expect(
                self._window(name).locator("body")
            ).to_contain_text(re.compile(pattern(text)), timeout=1000 * LOG_SECONDS),
            rf"([A-Z]) does not show {quoted}": lambda name, text: expect(
                self._window(name).locator("body")
            ).not_to_contain_text(re.compile(pattern(text))),
            r"([A-Z]) opened a dialog": self._dialog,
            r"the code is run again": self._evaluate,
            rf"the console prints {quoted}": self._printed,
            r"run (clients/\S+\.py)": self._run,
            rf"it prints {quoted}": self._said,
            rf"the log shows {quoted}": lambda text: self._logged(pattern(text)),
            r"the log stays empty": self._calm,
            r"Ctrl\+C": self._interrupt,
            r"numbers [\d., ]+": lambda: None,
        }

    def _open(self, names: str, path: str | None = None) -> None:
        for name in names.split(", "):
            if name not in self._windows:
                page = self._context.new_page()
                page.on("dialog", self._note_dialog)
                self._windows[name] = page
            self._window(name).goto(_ADDRESS.sub(self._real, urljoin(self._base, path or "/")))
            self._settle(name)

    def _reload(self, name: str) -> None:
        self._window(name).reload()
        self._settle(name)

    def _settle(self, name: str) -> None:
        # What the page opened while it was loaded is open now, or refused.
        self._window(name).wait_for_function("window.sockets.every((one) => one.readyState > 0)")

    def _window(self, name: str) -> Page:
        if name not in self._windows:
            raise WalkError(f"Window {name} is not open.")
        self._current = name
        return self._windows[name]

    def _close(self, name: str) -> None:
        self._window(name).close()
        del self._windows[name]
        self._current = next(iter(self._windows), "")

    def _send(self, name: str, text: str) -> None:
        field = self._window(name).locator("#text")
        field.fill(text)
        field.press("Enter")

    def _press(self, name: str, button: str) -> None:
        # Nobody is as fast as this: what was asked to connect before is open by then, or refused.
        self._settle(name)
        self._window(name).get_by_role("button", name=button, exact=True).click()

    def _note_dialog(self, dialog: Dialog) -> None:
        self._dialogs.append(dialog.message)
        dialog.accept()

    def _dialog(self, name: str) -> None:
        if not self._dialogs:
            self._dialogs.append(self._window(name).wait_for_event("dialog").message)
        self._dialogs.clear()

    def _evaluate(self) -> None:
        if not self._code:
            raise WalkError("No code has been run before.")
        # As the browser's console does it, where the next code may use what this one declares.
        page = self._window(self._current)
        page.evaluate("() => { window.printed.length = 0; }")
        page.evaluate("code => { (0, eval)(code); }", self._code)

    def _printed(self, text: str) -> None:
        page = self._window(self._current)
        page.wait_for_function("window.printed.length > 0")
        said = page.evaluate("window.printed.shift()")
        if not re.fullmatch(pattern(_ADDRESS.sub(self._real, text)), said):
            raise WalkError(f"The console printed {said!r}, not {text!r}.")

    def _run(self, path: str) -> None:
        self._command(f"python lessons/{self._lesson}/{path}", "")

    def _said(self, text: str) -> None:
        if not re.search(pattern(text), self._output):
            raise WalkError(f"It printed {self._output!r}, not {text!r}.")

    def _logged(self, text: str) -> None:
        self.server.wait_for_log(text, LOG_SECONDS)

    def _interrupt(self) -> None:
        self.server.signal(signal.SIGINT)
        self.server.wait_for_exit(LOG_SECONDS)

    def _calm(self) -> None:
        if found := complaints(self.server.log):
            raise WalkError(f"The log has {len(found)} complaints, the first: {found[0][-800:]}")


def _commands(body: str) -> list[tuple[str, str]]:
    """Return each command of a console's block, with what the page shows below it."""
    found: list[tuple[str, list[str]]] = []
    for line in body.replace("\\\n", " ").split("\n"):
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
        elif line.strip():
            raise WalkError(f"A console begins with `$ `, not with {line!r}.")
    return [(command, "\n".join(shown).strip()) for command, shown in found]
