"""A press of Tab in a repository: right whatever has changed, and without Invoke where nothing has."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import CommandLog, Completed, Processes
from build_tasks.completion import file_of
from build_tasks.errors import ExitCode
from build_tasks.tasks.completing import script, shells

ROOT = Path(__file__).parents[3]
QUICK = """
import json, sys
from build_tasks.completion import answered
print(json.dumps([answered(sys.argv[1:]), "invoke" in sys.modules, "typing" in sys.modules]))
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One with two services, that nobody has touched for a while."""
    (tmp_path / "tasks.py").write_text((ROOT / "tasks.py").read_text())
    (tmp_path / "pyproject.toml").write_text('[tool.build_tasks]\napplication = "sample"\n')
    for name in ("delivery", "package"):
        (tmp_path / "services" / name).mkdir(parents=True)
        (tmp_path / "services" / name / "service.toml").write_text("")
    settle(tmp_path)
    return tmp_path


def settle(repository: Path) -> None:
    """Let a minute pass since the last change; what was kept stays as it is."""
    before = time.time() - 60
    for path in (repository, *repository.rglob("*")):
        if ".build" not in path.parts:
            os.utime(path, (before, before))


def python(*words: str) -> Completed:
    return Processes(CommandLog(None)).run([sys.executable, "-P", *words], env={"PYTHONPATH": str(ROOT)})


def complete(repository: Path, *words: str) -> list[str]:
    asked = ("-m", "build_tasks", "--search-root", str(repository), "--complete", "--", "./inv", *words)
    return python(*asked).stdout.splitlines()


def is_quick(repository: Path) -> bool:
    """Whether the next answer needs no Invoke."""
    asked = ("--search-root", str(repository), "--complete", "--", "./inv", "no.such")
    quick, invoke, typing = json.loads(python("-c", QUICK, *asked).stdout)
    assert not invoke and not typing
    return bool(quick)


def test_the_first_answer_is_kept_for_those_that_follow(repository: Path) -> None:
    assert not is_quick(repository)
    first = complete(repository, "delivery.")
    assert {"delivery.test", "delivery.promote"} <= {*first}
    assert is_quick(repository)
    assert complete(repository, "delivery.") == first
    assert complete(repository, "delivery.test", "--f") == ["--filter", "--force"]
    assert complete(repository, "all.test", "-j", "") == []
    assert "--print-completion-script" in complete(repository, "--")
    assert complete(repository, "dem") == ["demo"]


def test_a_service_that_comes_or_goes_is_noticed(repository: Path) -> None:
    assert complete(repository, "workflow.te") == []
    assert is_quick(repository)
    (repository / "services" / "workflow").mkdir()
    assert complete(repository, "workflow.te") == [], "no service yet"
    settle(repository)
    complete(repository)
    assert is_quick(repository)
    (repository / "services" / "workflow" / "service.toml").write_text("")
    assert complete(repository, "workflow.te") == ["workflow.test"]
    settle(repository)
    assert complete(repository, "package.te") == ["package.test"]
    (repository / "services" / "package" / "service.toml").unlink()
    assert complete(repository, "package.te") == []


def test_a_task_of_the_repository_s_own_is_noticed(repository: Path) -> None:
    complete(repository)
    assert is_quick(repository)
    with (repository / "tasks.py").open("a") as file:
        file.write("\nfrom invoke import task\n@task\ndef own(c, loudly=False): ...\nns.add_task(own)\n")
    assert complete(repository, "ow") == ["own"]
    assert complete(repository, "own", "--l") == ["--loudly"]


def test_services_elsewhere_are_noticed(repository: Path) -> None:
    complete(repository)
    (repository / "parts" / "other").mkdir(parents=True)
    (repository / "parts" / "other" / "service.toml").write_text("")
    with (repository / "pyproject.toml").open("a") as file:
        file.write('services = "parts"\n')
    assert complete(repository, "other.te") == ["other.test"]
    assert complete(repository, "delivery.te") == []


def test_what_has_just_changed_is_not_kept(repository: Path) -> None:
    os.utime(repository / "pyproject.toml")
    assert complete(repository, "delivery.te") == ["delivery.test"]
    assert not is_quick(repository)


def test_where_nothing_can_be_written_tab_is_slow_but_right(repository: Path) -> None:
    (repository / ".build").write_text("a file")
    assert complete(repository, "delivery.te") == ["delivery.test"]
    assert not Path(file_of(str(repository))).exists()


def test_bash_is_given_what_fits(repository: Path) -> None:
    typed = """
PATH=$2:$PATH; eval "$1"; cd "$3"; complete -p inv
t() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _inv_complete "$1"; echo "${COMPREPLY[*]}"; }
t inv delivery.te
t inv delivery.test --f
t inv delivery.test --filter ""
t inv delivery.test --filter = x
t inv delivery.test --filter "a b" --fo
"""
    (repository / "inv").write_text(
        f'#!/bin/sh\nexec {sys.executable} -P -m build_tasks --search-root {repository} "$@"\n'
    )
    (repository / "inv").chmod(0o755)
    words: list[str | Path] = ["bash", "-c", typed, "bash", script("bash"), repository, repository]
    done = Processes(CommandLog(None)).run(words, env={"PYTHONPATH": str(ROOT)})
    assert done.stdout.splitlines() == [
        "complete -o default -F _inv_complete inv",
        "delivery.test",
        "--filter --force",
        "",
        "",
        "--force",
    ]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_script_is_printed_and_asks_the_program_as_it_was_typed(shell: str, repository: Path) -> None:
    done = python("-m", "build_tasks", "--search-root", str(repository), "--print-completion-script", shell)
    assert done.stdout == script(shell)
    assert "--complete --" in done.stdout and "words" in done.stdout.lower()
    assert f"--print-completion-script {shell}" in done.stdout, "it says how it is used"


def test_another_shell_is_refused(repository: Path) -> None:
    words = ["-m", "build_tasks", "--search-root", str(repository), "--print-completion-script", "tcsh"]
    done = Processes(CommandLog(None)).run([sys.executable, "-P", *words], check=False)
    assert done.status == ExitCode.USAGE
    assert f"known: {', '.join(shells())}" in done.stderr
