"""What is generated, to the letter: a change shows in review as what becomes of everybody's pipelines."""

from __future__ import annotations

from build_tasks.planning.pipelines.generated import drift, is_ours
from tests.unit.planning.pipelines.golden import FOLDER, written


def kept() -> dict[str, str]:
    files = [file for file in FOLDER.rglob("*") if file.is_file()]
    return {file.relative_to(FOLDER).as_posix(): file.read_text(encoding="utf-8") for file in files}


def test_the_files_are_as_expected() -> None:
    assert drift(written(), kept()) == []


def test_they_read_as_a_person_would_write_them() -> None:
    """Comments say why, within the width of a page; nothing is spread out."""
    for path, text in kept().items():
        lines = text.splitlines()
        assert is_ours(text) or path == "gitlab-child.yml"
        comments = [line for line in lines if line.lstrip().startswith("#")]
        assert len(comments) >= 3 and max(map(len, comments)) <= 110
        assert "\n\n\n" not in text and text.endswith("\n")


def test_a_drift_is_told_as_a_patch() -> None:
    assert drift({"a": "one\ntwo\n", "new": "x\n"}, {"a": "one\n", "old": "y\n"}) == [
        "--- a/a",
        "+++ b/a",
        "@@ -1 +1,2 @@",
        " one",
        "+two",
        "--- /dev/null",
        "+++ b/new",
        "@@ -0,0 +1 @@",
        "+x",
        "--- a/old",
        "+++ /dev/null",
        "@@ -1 +0,0 @@",
        "-y",
    ]
    assert drift({"a": "x\n"}, {"a": "x\n"}) == []


def test_they_name_no_task_that_only_this_repository_has() -> None:
    assert [path for path, text in kept().items() if "repo." in text] == []
