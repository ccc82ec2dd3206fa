"""A job's account, as each CI system is told it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.account import Annotation, Ending, Level, RunAccount, StepAccount, TestsAccount
from build_tasks.presentation.ci_forms import CiForms
from build_tasks.presentation.summary import markdown
from tests.fakes.ci_agents import Command, azure_commands, github_commands
from tests.fakes.screen import Screen

BROKEN = Annotation(
    Level.ERROR, "E  assert 3 == 4\nE  more", "test_api::test_put", "services/delivery/tests/test_api.py", 12
)
ACCOUNT = RunAccount(
    because="pull request #7 from x into main",
    steps=(
        StepAccount("build delivery", "app.py changed", Ending.UNCHANGED, 0.2, ("build: it is there",)),
        StepAccount("test delivery", "unit tests", Ending.FAILED, 41.0, ("11 passed, 1 failed",)),
        StepAccount("image delivery", "held to the conventions"),
    ),
    skipped=("package: nothing that it is built from changed",),
    tests=(TestsAccount("delivery", 11, 1, 2, 3.5, Path("/shop/.build/ci/junit/delivery.xml")),),
    broken=(BROKEN,),
    following=("./inv delivery.test",),
)
AZURE, GITLAB, OTHER = {"TF_BUILD": "True"}, {"GITLAB_CI": "true", "CI": "true"}, {"CI": "true"}


def told(environ: Mapping[str, str], folder: Path, account: RunAccount = ACCOUNT) -> str:
    screen = Screen()
    CiForms(screen, environ).tell("ci.run", account, folder)
    return screen.getvalue()


def in_github(folder: Path) -> dict[str, str]:
    return {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(folder / "summary")}


def test_github_gets_annotations_and_a_summary(tmp_path: Path) -> None:
    (tmp_path / "summary").write_text("of the command before\n")
    output = told(in_github(tmp_path), tmp_path)
    where = {"file": "services/delivery/tests/test_api.py", "line": "12", "title": "test_api::test_put"}
    assert github_commands(output) == [Command("error", where, "E  assert 3 == 4\nE  more")]
    assert output.count("\n") == 1
    summary = (tmp_path / "summary").read_text()
    assert summary == "of the command before\n" + markdown("ci.run", ACCOUNT)


def test_azure_gets_results_and_a_summary_as_well(tmp_path: Path) -> None:
    commands = azure_commands(told(AZURE, tmp_path / "ci"))
    file = tmp_path / "ci" / "ci.run.md"
    assert [command.name for command in commands] == [
        "task.logissue",
        "results.publish",
        "task.uploadsummary",
    ]
    assert commands[1].properties == {
        "type": "JUnit",
        "runTitle": "delivery",
        "publishRunAttachments": "true",
        "resultFiles": "/shop/.build/ci/junit/delivery.xml",
    }
    assert commands[2].data == str(file)
    assert file.read_text() == markdown("ci.run", ACCOUNT)


@pytest.mark.parametrize("environ", [GITLAB, OTHER])
def test_others_get_plain_lines(tmp_path: Path, environ: dict[str, str]) -> None:
    assert told(environ, tmp_path / "ci").splitlines() == [
        "ci.run: pull request #7 from x into main",
        "  build delivery: unchanged 0.2 s",
        "  test delivery: failed 41 s",
        "    11 passed, 1 failed",
        "  image delivery: not reached",
        "  tests of delivery: 11 passed, 1 failed, 2 skipped in 3.5 s",
        "  FAILED test_api::test_put (services/delivery/tests/test_api.py:12)",
        "  skipped package: nothing that it is built from changed",
        "  next: ./inv delivery.test",
    ]
    assert not (tmp_path / "ci").exists()


def test_a_shell_has_been_told_already(tmp_path: Path) -> None:
    assert told({}, tmp_path) == ""


def test_github_without_a_place_for_summaries_gets_lines(tmp_path: Path) -> None:
    assert "  next: ./inv delivery.test" in told({"GITHUB_ACTIONS": "true"}, tmp_path)


def test_the_summary_says_it_all() -> None:
    assert (
        markdown("ci.run", ACCOUNT)
        == """\
## ❌ ci.run: pull request #7 from x into main

| step | outcome | time | remarks |
| --- | --- | --- | --- |
| build delivery | ✅ unchanged | 0.2 s | build: it is there |
| test delivery | ❌ failed | 41 s | 11 passed, 1 failed |
| image delivery | ➖ not reached |  | held to the conventions |

| tests | passed | failed | skipped | time |
| --- | --- | --- | --- | --- |
| delivery | 11 | 1 | 2 | 3.5 s |

❌ test\\_api::test\\_put (services/delivery/tests/test\\_api.py:12)

    E  assert 3 == 4
    E  more

- skipped: package: nothing that it is built from changed

Next:
```
./inv delivery.test
```
"""
    )


def test_nothing_to_do_is_well_done() -> None:
    said = markdown("ci.run", RunAccount("branch docs/x is none that triggers a build"))
    assert said == "## ✅ ci.run: branch docs/x is none that triggers a build\n\nNothing to do.\n"


def test_what_was_interrupted_did_not_go_well() -> None:
    account = RunAccount("x", (StepAccount("build delivery", "y", Ending.INTERRUPTED, 3.0),))
    assert "## ❌" in markdown("ci.run", account) and "❌ interrupted | 3.0 s" in markdown("ci.run", account)


@pytest.mark.parametrize(("failed", "shown"), [(0, 10), (1, 9), (3, 7), (20, 1)])
def test_github_shows_ten_errors_and_drops_the_rest(tmp_path: Path, failed: int, shown: int) -> None:
    """What failed as a whole is an error, too, and told elsewhere."""
    steps = tuple(StepAccount(f"test {n}", "x", Ending.FAILED) for n in range(failed))
    account = replace(ACCOUNT, steps=steps, broken=(BROKEN,) * 30)
    commands = github_commands(told(in_github(tmp_path), tmp_path, account))
    assert len(commands) == shown
    assert commands[-1].data == f"{31 - shown} more tests failed; the summary and the log name them"
    assert all(command.properties for command in commands[:-1])


def test_ten_failures_are_not_ten_more(tmp_path: Path) -> None:
    account = replace(ACCOUNT, steps=(), broken=(BROKEN,) * 10)
    commands = github_commands(told(in_github(tmp_path), tmp_path, account))
    assert [command.properties["line"] for command in commands] == ["12"] * 10


def test_a_summary_too_long_for_github_is_cut_off(tmp_path: Path) -> None:
    many = tuple(StepAccount(f"test {n}", "é" * 1000, Ending.DONE) for n in range(2000))
    told(in_github(tmp_path), tmp_path, replace(ACCOUNT, steps=many))
    summary = (tmp_path / "summary").read_bytes()
    assert len(summary) < 1024 * 1024
    assert summary.decode().endswith("... (cut off)\n")


HOSTILE = st.one_of(
    st.sampled_from(["::add-mask::x", "##vso[task.setvariable variable=x]y", "a\n::error::b", "</details>"]),
    st.text(st.one_of(st.sampled_from("#:[]|\\`<>&\n\r \x1b"), st.characters())),
)


@given(HOSTILE)
def test_nothing_that_others_wrote_is_a_command(text: str) -> None:
    account = RunAccount(
        text,
        (StepAccount(text, text, Ending.FAILED, 1.0, (text,)),),
        (text,),
        (TestsAccount(text, 1, 1, 0, 1.0, Path("/x")),),
        (Annotation(Level.ERROR, text, text, text, 3),),
        (),
    )
    screen = Screen()
    for environ, commands, expected in (
        ({"GITHUB_ACTIONS": "true"}, github_commands, {"error"}),
        (GITLAB, github_commands, set()),
        (GITLAB, azure_commands, set()),
    ):
        screen = Screen()
        CiForms(screen, environ).tell("ci.run", account, Path("/nowhere"))
        assert {command.name for command in commands(screen.getvalue())} == expected


@given(HOSTILE)
def test_nothing_that_others_wrote_is_markup(text: str) -> None:
    account = RunAccount(text, (StepAccount(text, text, Ending.DONE, 1.0, (text, text)),), (text,))
    said = markdown("ci.run", account)
    assert "<" not in said.replace("<br>", "") and "##vso[" not in said
    rows = [line for line in said.splitlines() if line.startswith("|")]
    assert len(rows) == 3
    assert all(row.replace("\\\\", "").replace("\\|", "").count("|") == 5 for row in rows)
