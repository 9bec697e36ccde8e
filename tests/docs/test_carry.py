"""A change travels through all that is made from a lesson, and stops where a person must decide."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.site import copy_project
from tools import carry
from tools.lessons import ROOT, names

CLASS = '''class Manager:
    """Who is here."""

    def __init__(self) -> None:
        self.connections = set()

    def connect(self, client) -> None:
        self.connections.add(client)

    def send(self, text: str) -> None:
        for client in self.connections:
            client.send(text, timeout=1)
'''
ENDPOINT = '''@app.get("/")
def endpoint() -> str:
    """Answer."""
    manager.send("hello")
    return "done"
'''
MAIN = (
    f'"""Lesson."""\n\nfrom fastapi import FastAPI\n\n\n{CLASS}\n\n'
    f"app = FastAPI()\nmanager = Manager()\n\n\n{ENDPOINT}"
)
SPLIT = (
    '"""Lesson, in two files."""\n\nfrom fastapi import FastAPI\n\nfrom .manager import Manager\n\n'
    f"app = FastAPI()\nmanager = Manager()\n\n\n{ENDPOINT}"
)
REPAIR = ("timeout=1", "timeout=2")

COURSE = {
    "lessons/01_a/naive.py": MAIN.replace("set()", "list()"),
    "lessons/01_a/step_1.py": MAIN.replace('"done"', '"step"'),
    "lessons/01_a/main.py": MAIN,
    "lessons/01_a/index.html": "<p>one</p>\n<p>two words</p>\n<p>three</p>\n",
    "exercises/01_a/main.py": MAIN.replace('    manager.send("hello")\n', "    # TODO: greet.\n"),
    "exercises/01_a/solution/main.py": MAIN.replace('"hello"', '"hello, you"'),
    "exercises/01_a/README.md": "Greet.\n",
    "lessons/02_b/main.py": SPLIT,
    "lessons/02_b/manager.py": f'"""The manager."""\n\n\n{CLASS}',
    "lessons/02_b/templates/index.html": "<p>one</p>\n<p>two words</p>\n<p>three</p>\n",
    "lessons/03_c/main.py": SPLIT.replace("hello", "good day"),
    "lessons/03_c/manager.py": f'"""The manager."""\n\n\n{CLASS}',
}
BUILDS_ON = {"01_a": "", "02_b": "01_a", "03_c": "02_b"}


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=An author", "-c", "user.email=author@example.org"]
    ended = subprocess.run(
        [*command, *arguments], cwd=root, check=True, capture_output=True, text=True, timeout=30
    )
    return ended.stdout


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Write")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = tmp_path / "a course"
    pages = {
        f"docs/lessons/{name}.md": f"---\nbuilds_on: {base}\n---\n"
        for name, base in BUILDS_ON.items()
    }
    for path, text in {**COURSE, **pages}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    git(root, "init", "--quiet")
    commit(root)
    return root


def edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text("utf-8")
    assert old in text
    (root / path).write_bytes(text.replace(old, new).encode())


def state(root: Path) -> Mapping[str, str]:
    return {path: (root / path).read_text("utf-8") for path in COURSE}


def told(report: carry.Report) -> str:
    return "\n".join(carry.tell(report))


def test_a_change_reaches_all_that_is_made_from_it(course: Path) -> None:
    edit(course, "lessons/01_a/naive.py", *REPAIR)
    report = carry.carry("01_a", course)
    assert not report.conflicts
    expected = {path: text.replace(*REPAIR) for path, text in COURSE.items()}
    assert state(course) == expected
    assert "make changes" in told(report)


def test_a_change_goes_forward_only(course: Path) -> None:
    edit(course, "lessons/02_b/manager.py", *REPAIR)
    carry.carry("02_b", course)
    changed = {path for path, text in state(course).items() if text != COURSE[path]}
    assert changed == {"lessons/02_b/manager.py", "lessons/03_c/manager.py"}


def test_a_page_that_moved_to_another_folder_gets_the_change(course: Path) -> None:
    edit(course, "lessons/01_a/index.html", "two words", "two good words")
    carry.carry("01_a", course)
    assert "two good words" in (course / "lessons/02_b/templates/index.html").read_text("utf-8")


def test_what_moved_and_what_stayed_each_get_their_change(course: Path) -> None:
    edit(course, "lessons/01_a/main.py", *REPAIR)
    edit(course, "lessons/01_a/main.py", '"done"', '"well done"')
    report = carry.carry("01_a", course)
    assert not report.conflicts, told(report)
    for name in ("02_b", "03_c"):
        assert "timeout=2" in (course / f"lessons/{name}/manager.py").read_text("utf-8")
        assert "well done" in (course / f"lessons/{name}/main.py").read_text("utf-8")


def test_a_method_added_at_the_end_of_a_class_follows_the_class(course: Path) -> None:
    last = "            client.send(text, timeout=1)\n"
    method = "\n    def count(self) -> int:\n        return len(self.connections)\n"
    edit(course, "lessons/01_a/main.py", last, last + method)
    report = carry.carry("01_a", course)
    assert not report.conflicts, told(report)
    having = {path for path, text in state(course).items() if "def count" in text}
    assert having == {
        "lessons/01_a/main.py",
        "exercises/01_a/main.py",
        "exercises/01_a/solution/main.py",
        "lessons/02_b/manager.py",
        "lessons/03_c/manager.py",
    }
    assert all(text.count("def count") <= 1 for text in state(course).values())


@pytest.mark.parametrize("forget", [False, True])
def test_run_twice_it_changes_nothing(course: Path, *, forget: bool) -> None:
    edit(course, "lessons/01_a/main.py", *REPAIR)
    edit(course, "lessons/01_a/main.py", "app = FastAPI()", "app = FastAPI(debug=True)")
    assert carry.carry("01_a", course).written
    before = state(course)
    if forget:
        (course / ".git/carried.json").unlink()
    again = carry.carry("01_a", course)
    assert not again.written
    assert not again.conflicts
    assert state(course) == before


def test_the_file_a_conflict_is_in_stays_as_it_is_and_what_is_made_from_it_waits(
    course: Path,
) -> None:
    edit(course, "lessons/02_b/manager.py", "timeout=1", "timeout=5")
    edit(course, "lessons/03_c/manager.py", "timeout=1", "timeout=5")
    commit(course)
    edit(course, "lessons/01_a/main.py", *REPAIR)
    edit(course, "lessons/01_a/main.py", '"done"', '"well done"')
    report = carry.carry("01_a", course)
    words = told(report)
    assert "Conflict: lessons/02_b/manager.py" in words
    assert "client.send(text, timeout=5)" in words
    assert "+             client.send(text, timeout=2)" in words
    assert "make carry L=01 DONE=lessons/02_b/manager.py" in words
    assert [one.path.as_posix() for one in report.waiting] == ["lessons/03_c/manager.py"]
    after = state(course)
    assert "timeout=5" in after["lessons/02_b/manager.py"]
    assert "<<<" not in "".join(after.values())
    # The other files have what is theirs.
    assert "well done" in after["lessons/03_c/main.py"]
    assert "timeout=2" in after["exercises/01_a/solution/main.py"]


def test_after_a_person_decided_the_rest_follows(course: Path) -> None:
    edit(course, "lessons/02_b/manager.py", "timeout=1", "timeout=5")
    commit(course)
    edit(course, "lessons/01_a/main.py", *REPAIR)
    assert carry.carry("01_a", course).conflicts
    edit(course, "lessons/02_b/manager.py", "timeout=5", "timeout=2.5")
    report = carry.carry("01_a", course, done=[Path("lessons/02_b/manager.py")])
    # What it passes on is its own change; lesson 3 never had the 5 seconds.
    assert [one.path.as_posix() for one in report.conflicts] == ["lessons/03_c/manager.py"]
    edit(course, "lessons/03_c/manager.py", "timeout=1", "timeout=2.5")
    assert not carry.carry("01_a", course, done=[Path("lessons/03_c/manager.py")]).conflicts
    again = carry.carry("01_a", course)
    assert not again.conflicts
    assert not again.written


def test_a_file_that_was_put_back_gets_the_change_again(course: Path) -> None:
    edit(course, "lessons/01_a/main.py", *REPAIR)
    carry.carry("01_a", course)
    git(course, "checkout", "--quiet", "lessons/02_b/manager.py")
    report = carry.carry("01_a", course)
    assert [one.path.as_posix() for one in report.written] == ["lessons/02_b/manager.py"]


def test_a_change_taken_back_is_taken_back_everywhere(course: Path) -> None:
    edit(course, "lessons/01_a/main.py", *REPAIR)
    carry.carry("01_a", course)
    edit(course, "lessons/01_a/main.py", *REPAIR[::-1])
    carry.carry("01_a", course)
    assert state(course) == COURSE


def test_what_a_file_had_of_its_own_and_uncommitted_is_kept(course: Path) -> None:
    edit(course, "lessons/02_b/manager.py", "Who is here.", "Who is here now.")
    before = (course / "lessons/02_b/manager.py").read_text("utf-8")
    edit(course, "lessons/01_a/main.py", *REPAIR)
    report = carry.carry("01_a", course)
    (one,) = [one for one in report.written if one.path.as_posix() == "lessons/02_b/manager.py"]
    assert "Who is here now." in one.after
    assert one.kept
    assert git(course, "cat-file", "-p", one.kept) == before
    assert one.kept[:12] in told(report)


def test_a_change_that_is_committed_is_carried_since_the_commit_before(course: Path) -> None:
    edit(course, "lessons/01_a/main.py", *REPAIR)
    commit(course)
    assert "Nothing changed" in told(carry.carry("01_a", course))
    assert carry.carry("01_a", course, since="HEAD~1").written
    assert "timeout=2" in (course / "lessons/03_c/manager.py").read_text("utf-8")


def test_a_class_that_moves_to_a_new_file_is_not_taken_from_the_others(course: Path) -> None:
    for path in ("main.py", "manager.py"):
        text = COURSE[f"lessons/02_b/{path}"]
        (course / "lessons/01_a" / path).write_bytes(text.encode())
    report = carry.carry("01_a", course)
    assert "moved to lessons/01_a/manager.py" in told(report)
    assert "class Manager" in (course / "exercises/01_a/main.py").read_text("utf-8")
    assert "class Manager" in (course / "lessons/02_b/manager.py").read_text("utf-8")


def test_a_dry_run_writes_nothing_and_a_diff_is_shown(course: Path) -> None:
    edit(course, "lessons/02_b/manager.py", *REPAIR)
    before = state(course)
    report = carry.carry("02_b", course, write=False)
    words = "\n".join(carry.tell(report, diff=True, wrote=False))
    assert "+            client.send(text, timeout=2)" in words
    assert "Nothing was written" in words
    assert state(course) == before
    assert not (course / ".git/carried.json").exists()


def test_without_git_there_is_a_sentence(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(carry.CarryError, match="there is no git here"):
        carry.carry("01_a", course)


def test_outside_a_repository_there_is_a_sentence(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(course.parent))
    (course / ".git").rename(course / "no git")
    with pytest.raises(carry.CarryError, match="needs a git repository"):
        carry.carry("01_a", course)


def test_in_the_middle_of_a_merge_there_is_a_sentence(course: Path) -> None:
    (course / ".git/MERGE_HEAD").write_text(git(course, "rev-parse", "HEAD"))
    with pytest.raises(carry.CarryError, match="git has not finished something"):
        carry.carry("01_a", course)


def test_a_lesson_that_was_never_committed_has_nothing_to_compare_with(course: Path) -> None:
    git(course, "rm", "--quiet", "--cached", "-r", "lessons/01_a", "exercises/01_a")
    git(course, "commit", "--quiet", "--message", "Forget")
    with pytest.raises(carry.CarryError, match="Nothing of 01_a is committed"):
        carry.carry("01_a", course)


def test_an_unknown_commit_and_an_unknown_file_get_a_sentence(course: Path) -> None:
    with pytest.raises(carry.CarryError, match="git knows no commit nowhere"):
        carry.carry("01_a", course, since="nowhere")
    with pytest.raises(carry.CarryError, match=r"lessons/09_z/main\.py is not made from 01_a"):
        carry.carry("01_a", course, done=[Path("lessons/09_z/main.py")])


def test_a_line_of_lesson_3s_manager_reaches_every_lesson_that_has_it(tmp_path: Path) -> None:
    (tmp_path / "course").mkdir()
    root = copy_project(tmp_path / "course")
    git(root, "init", "--quiet")
    commit(root)
    line = "    async def broadcast("
    # Lessons 8 to 11 have other classes that broadcast.
    having = {
        path
        for path in (ROOT / "lessons").rglob("*.py")
        if path.name in ("main.py", "manager.py") and line in path.read_text("utf-8")
    }
    folder = root / "lessons/03_manager"
    (file,) = [folder / path.name for path in having if path.parent == ROOT / "lessons/03_manager"]
    body = file.read_text("utf-8")
    (found,) = [one for one in body.splitlines(keepends=True) if line in one]
    edit(root, str(file.relative_to(root)), found, f"    # A line of the test.\n{found}")
    report = carry.carry("03_manager", root)
    assert not [one for one in report.conflicts if one.path.parts[0] == "lessons"], told(report)
    reached = {
        path
        for path in (root / "lessons").rglob("*.py")
        if "A line of the test." in path.read_text("utf-8")
    }
    finished = {path.relative_to(ROOT) for path in having if "step_" not in path.parent.name}
    assert {path.relative_to(root) for path in reached} >= finished
    assert len(finished) >= len(names()) - 6
    before = {path: path.read_bytes() for path in root.rglob("*.py")}
    carry.carry("03_manager", root)
    assert {path: path.read_bytes() for path in root.rglob("*.py")} == before


def test_a_line_of_a_step_reaches_the_later_steps_and_every_manager(tmp_path: Path) -> None:
    (tmp_path / "course").mkdir()
    root = copy_project(tmp_path / "course")
    git(root, "init", "--quiet")
    commit(root)
    line = "pass  # Its own endpoint will notice, and remove it."
    edit(root, "lessons/03_manager/step_1.py", line, "pass  # A line of the test.")
    having = [path for path in (root / "lessons").rglob("*.py") if line in path.read_text("utf-8")]
    assert len(having) >= len(names()) - 4
    # Step 3 has other lines around it; the exercises have it in programs of their own.
    report = carry.carry("03_manager", root)
    assert not report.conflicts, told(report)
    assert not [path for path in having if line in path.read_text("utf-8")]
