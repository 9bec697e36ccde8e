"""The check of our JavaScript finds what is wrong, and says so when it cannot look."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.machine import missing
from tools import javascript
from tools.javascript import ROOT, MissingError, check, install, run


@pytest.fixture(scope="module")
def checker() -> Path:
    """The folder of the installed checker."""
    try:
        install()
    except MissingError as error:
        missing(str(error))
    return ROOT / "node_modules"


@pytest.fixture
def project(checker: Path, tmp_path: Path) -> Path:
    """A project like ours without a script in it."""
    for file in ("package.json", "package-lock.json", "tsconfig.json"):
        shutil.copy(ROOT / file, tmp_path)
    for folder in ("docs/assets", "lessons/01_echo", "tests/js"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("tsconfig.json", "lessons.d.ts"):
        shutil.copy(ROOT / "tests" / "js" / file, tmp_path / "tests" / "js")
    (tmp_path / "node_modules").symlink_to(checker)
    (tmp_path / "docs" / "assets" / "good.js").write_text("document.title = 'a title';\n")
    (tmp_path / "lessons" / "01_echo" / "ws.js").write_text(
        "document.querySelector('#send').disabled = true;\n"
    )
    return tmp_path


def test_what_is_right_passes_silently(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert check(project)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("file", "source", "words"),
    [
        ("docs/assets/wrong.js", "export const add = (a) => a;", "implicitly has an 'any' type"),
        ("docs/assets/wrong.js", "document.tilte = 'a';", "'tilte' does not exist"),
        (
            "lessons/01_echo/wrong.js",
            "const s = new WebSockt('ws');",
            "Cannot find name 'WebSockt'",
        ),
        (
            "tests/js/wrong.test.mjs",
            "import test from 'node:test'; test('adds', () => { throw new Error('no'); });",
            "not ok 1 - adds",
        ),
    ],
)
def test_what_is_wrong_is_found(
    project: Path, capfd: pytest.CaptureFixture[str], file: str, source: str, words: str
) -> None:
    (project / file).write_text(source)
    assert not check(project)
    assert words in capfd.readouterr().out


def test_without_node_one_line_says_so_and_ci_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.delenv("CI", raising=False)
    assert run() == 0
    said = capsys.readouterr().err
    assert said.startswith("The JavaScript was not checked: there is no node; install Node")
    assert said.count("\n") == 1
    monkeypatch.setenv("CI", "true")
    assert run() == 1


def test_an_npm_that_fails_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "npm").write_text("#!/bin/sh\necho 'npm error no network' >&2; exit 1\n")
    (tmp_path / "node").write_text("#!/bin/sh\n")
    for program in ("npm", "node"):
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(javascript, "installed", lambda _: False)
    monkeypatch.delenv("CI", raising=False)
    assert run() == 0
    assert "npm could not install TypeScript: npm error no network" in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["", "tools/mermaid"])
def test_no_lock_has_the_address_of_a_package(folder: str) -> None:
    assert '"resolved"' not in (ROOT / folder / "package-lock.json").read_text()
    assert "omit-lockfile-registry-resolved=true" in (ROOT / folder / ".npmrc").read_text()
