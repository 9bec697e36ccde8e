"""What the workflow says can be checked here: it runs on machines that are not."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.support.server import ROOT
from tools.lessons import names

TEXT = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
STEPS: list[dict[str, Any]] = [
    step for job in yaml.safe_load(TEXT)["jobs"].values() for step in job["steps"]
]


def test_each_action_is_named_by_a_commit_with_its_version_beside_it() -> None:
    uses = re.findall(r"uses: (.*)", TEXT)
    assert len(uses) == sum("uses" in step for step in STEPS)
    wrong = [one for one in uses if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)]
    assert not wrong


def test_no_step_names_a_shell_by_a_relative_path() -> None:
    """GitHub's runner looks for a shell on PATH alone, and stops where it is not found."""
    shells = [step["shell"].split()[0] for step in STEPS if "shell" in step]
    assert not [shell for shell in shells if "/" in shell or "\\" in shell]


def test_each_file_that_a_step_runs_is_there() -> None:
    run = "\n".join(step.get("run", "") for step in STEPS).replace("\\", "/")
    files = re.findall(r"\.ci/\w+\.py", run)
    assert files
    assert [file for file in files if not (ROOT / file).is_file()] == []


def starts(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, root / ".ci" / "every_lesson_starts.py"],
        cwd=root.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )


def test_every_lesson_starts_where_no_test_is_run() -> None:
    ended = starts(ROOT)
    assert ended.stdout.splitlines() == [f"{name}: ok" for name in names()]
    assert ended.returncode == 0


def test_a_lesson_that_does_not_start_is_said(tmp_path: Path) -> None:
    root = tmp_path / "course of mine"
    for tree in (".ci", "course", "lessons/01_echo", "lessons/03_manager"):
        shutil.copytree(ROOT / tree, root / tree, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "lessons" / "01_echo" / "main.py").write_text("import nothing_of_this_name\n")
    ended = starts(root)
    assert ended.returncode == 1
    assert "01_echo: ModuleNotFoundError" in ended.stdout
    assert "03_manager: ok" in ended.stdout
    assert ended.stderr.endswith("A lesson did not start.\n")
