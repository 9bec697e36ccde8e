"""`make test` gives each of its processes whole files, whose tests share what they start."""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from tests.conftest import group
from tests.support.server import ROOT

CONFTEST = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.conftest import pytest_xdist_make_scheduler
"""


def test_a_file_is_tested_by_one_process(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    for letter in "abcd":
        tests = "".join(f"def test_{number}(): pass\n" for number in range(5))
        (tmp_path / f"test_{letter}.py").write_text(tests)

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-n", "2", "-p", "no:cacheprovider", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    processes = defaultdict(set)
    for process, file in re.findall(r"^\[(gw\d)\].* (test_\w\.py)::", ended.stdout, re.MULTILINE):
        processes[file].add(process)
    assert len(processes) == 4
    assert {len(which) for which in processes.values()} == {1}, processes
    assert len(set.union(*processes.values())) == 2


def test_a_file_of_all_lessons_is_tested_lesson_by_lesson() -> None:
    file = "tests/contract/test_clients.py"

    assert group(f"{file}::test_name[03_manager-wsproto]") == f"{file}-03_manager-wsproto"
    assert group(f"{file}::test_other[03_manager-wsproto]") == f"{file}-03_manager-wsproto"
    assert group(f"{file}::test_name[03_manager-websockets]") == f"{file}-03_manager-websockets"
    assert group(f"{file}::test_name[03_manager/step_1-wsproto]") == (
        f"{file}-03_manager/step_1-wsproto"
    )
    assert group(f"{file}::test_name") == file
    assert group("tests/browser/test_wire_table.py::test_name[wsproto-03_manager]") == (
        "tests/browser/test_wire_table.py"
    )


def test_a_long_file_is_cut_where_its_tests_share_little() -> None:
    site, words = "tests/browser/test_site.py", "tests/exercises/test_words.py"

    assert group(f"{site}::test_name[mkdocs-03_manager]") == f"{site}::test_name"
    assert group(f"{words}::test_name[1-two]") == f"{words}::test_name[1-two]"
