"""Invoke's side of the door: exit codes, suggestions, no tracebacks."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

import pytest
from invoke import Collection, Context, Exit, task
from invoke import __version__ as invoke_version

from build_tasks.errors import ExitCode, FlowError
from build_tasks.tasks.boundary import Boundary
from build_tasks.tasks.program import InvProgram
from build_tasks.tasks.typed import similar_tasks, with_flags

ROOT = Path(__file__).parents[3]
TASKS = '''
from invoke import Collection, task
from build_tasks.errors import ExitCode, FlowError
from build_tasks.tasks.boundary import Boundary

boundary = Boundary()

@task(help={"count": "how many"})
@boundary
def build(context, count=1, dry_run=False):
    """Build a service."""
    print("dry" if dry_run else f"built {count}")

@task
@boundary
def push(context):
    """Push a service."""
    raise FlowError("push", "refused", code=ExitCode.CONFLICT)

@task
@boundary
def crash(context):
    """Crash."""
    raise KeyError("x")

@task
@boundary
def show(context, name, version, wide_of=""):
    """Show a service."""

@task
@boundary
def tidy(context, dry_run=False):
    """Tidy up."""
    print("tidied")

ns = Collection(Collection("delivery", build, push, crash, show, tidy))
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tasks.py").write_text(TASKS)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.delitem(sys.modules, "tasks", raising=False)
    return tmp_path


def run(folder: Path, *words: str) -> int:
    """Exit code of ``./inv`` with these words."""
    try:
        InvProgram().run(["inv", "--search-root", str(folder), *words])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_a_task_that_works(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "delivery.build", "--count", "3") == 0
    assert capsys.readouterr() == ("built 3\n", "")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["delivery.push"], 12, "refused"),
        (["delivery.crash"], 3, "a bug in build_tasks: KeyError"),
        (["delivery.biuld"], 2, "did you mean `delivery.build`?"),
        (["build"], 2, "did you mean `delivery.build`?"),
        (["delivery.build", "--cuont", "3"], 2, "did you mean `--count`?"),
        (["delivery.build", "--count", "many"], 2, "'many' is no whole number"),
        (["delivery.build", "--count"], 2, "--count needs a value"),
        (["delivery.show", "--wide-of"], 2, "--wide-of needs a value"),
        (["delivery.show"], 2, "delivery.show needs more: name, version"),
        (["delivery"], 2, "to do: `./inv --list delivery` shows its tasks. "),
        (["--help", "delivery"], 2, "to do: `./inv --list delivery` shows its tasks. "),
        (["--help", "delivery.biuld"], 2, "did you mean `delivery.build`?"),
        (["--list", "nothing"], 2, "'nothing' not found"),
        (["--list-depth", "x", "--list"], 2, "'x'"),
        (["--config", "settings.ini", "delivery.build"], 2, "settings.ini"),
        (["--dry", "delivery.push"], 2, "no --dry-run"),
    ],
)
def test_what_a_user_can_cause_ends_in_a_message(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert run(folder, *words) == code
    out, err = capsys.readouterr()
    assert said in err
    assert "Traceback" not in out + err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["greeter.test"], "services/greeter has a Dockerfile but no service.toml"),
        (["greter.test"], "services/greeter has a Dockerfile but no service.toml"),
        (["--help", "greeter"], "services/greeter has a Dockerfile but no service.toml"),
        (["delivery.biuld"], "did you mean `delivery.build`?"),
        (["notes.test"], "`./inv --list` shows all tasks"),
    ],
)
def test_a_folder_that_lacks_little_to_be_a_service(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    for name, file in (("greeter", "Dockerfile"), ("notes", "README.md"), ("delivery", "Dockerfile")):
        (folder / "services" / name).mkdir(parents=True)
        (folder / "services" / name / file).write_text("")
    assert run(folder, *words) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "service.toml" not in err or "service.toml" in said


def test_the_version_is_the_package_s(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--version") == 0
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert capsys.readouterr().out == f"build-tasks {project['version']} (Invoke {invoke_version})\n"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("release.list delivery --json", "release.list --service delivery --json"),
        ("release.list --json", "release.list --json"),
        ("release.list --service delivery", "release.list --service delivery"),
        ("release.list", "release.list"),
        ("release.list release.list delivery", "release.list release.list --service delivery"),
        ("release.list delivery.test", "release.list delivery.test"),
        ("delivery.test delivery", "delivery.test delivery"),
        ("", ""),
    ],
)
def test_a_word_that_may_stand_without_its_flag(typed: str, meant: str) -> None:
    assert with_flags(typed.split(), {"release.list", "delivery.test"}) == meant.split()


def test_invokes_own_dry_flag_does_not_do_the_work(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--dry", "delivery.build") == 0
    assert capsys.readouterr().out == "dry\n"


def test_alone_it_shows_how_to_use_it_and_what_there_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder) == 0
    out = capsys.readouterr().out
    assert out.startswith("Usage: ./inv TASK")
    assert "delivery.build" in out
    assert "Build a service." in out


@pytest.mark.parametrize("words", [["--list"], ["--help"], ["--help", "delivery.build"], []])
def test_a_reader_that_has_gone_is_no_reason_for_a_traceback(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", buffering=1) as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert run(folder, *words) == 1
    assert capsys.readouterr().err == ""


def test_a_task_file_that_fails_to_load_is_told_and_coded(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "tasks.py").write_text(
        "from build_tasks.errors import *\n"
        "raise FlowError('read services', 'service.toml:3: unknown key', code=ExitCode.CONFIG)\n"
    )
    assert run(folder, "--list") == 10
    assert "service.toml:3" in capsys.readouterr().err


def test_ctrl_c_where_no_task_has_begun_ends_as_in_a_task(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "tasks.py").write_text(
        "from invoke import task\n\n\n@task\ndef wait(context):\n    raise KeyboardInterrupt\n"
    )
    assert run(folder, "wait") == 130
    assert "interrupted" in capsys.readouterr().err


def test_starting_leaves_compiled_modules_for_the_next_start(folder: Path) -> None:
    (folder / "module_of_ours.py").write_text("")
    (folder / "tasks.py").write_text("import module_of_ours\n" + TASKS)
    run(folder, "--list")
    assert list((folder / "__pycache__").glob("module_of_ours.*.pyc"))


def test_help_survives_the_decorator(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--help", "delivery.build") == 0
    out = capsys.readouterr().out
    assert "--count" in out
    assert "how many" in out
    assert "--dry-run" in out


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("delivery.biuld", ["delivery.build"]),
        ("delivery.bui", ["delivery.build"]),
        ("delivery.promte", ["delivery.promote"]),
        ("delivry.build", ["delivery.build"]),
        ("build", ["all.build", "delivery.build", "package.build"]),
        ("bord", ["board"]),
        ("delivery.xyzzy", []),
        ("delivery.push", []),
        ("", []),
    ],
)
def test_mistyped_names_are_guessed(given: str, meant: list[str]) -> None:
    known = ["all.build", "board", "delivery.build", "delivery.promote", "delivery.push", "package.build"]
    assert similar_tasks(given, known) == meant


def test_an_exit_of_the_task_itself_passes() -> None:
    def body(context: Context) -> None:
        raise Exit(code=21)

    with pytest.raises(Exit) as caught:
        Boundary()(body)(Context())
    assert caught.value.code == 21


def test_the_name_of_a_task_is_its_bodys() -> None:
    @task
    @Boundary()
    def retire(context: Context) -> None:
        raise FlowError("retire", "no", code=ExitCode.REFUSED)

    assert Collection(retire).task_names == {"retire": []}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("delivery.build --dry-run", "dry\n"),
        ("delivery.build --dry-run delivery.build --count 2 --dry-run", "dry\ndry\n"),
        ("delivery.build --count 2 delivery.build --count 3", "built 2\nbuilt 3\n"),
    ],
)
def test_a_dry_run_is_of_all_tasks_or_of_none(
    folder: Path, capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    assert run(folder, *words.split()) == 0
    assert capsys.readouterr().out == said


def test_a_task_beside_a_dry_one_does_not_run_for_real(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("delivery.build", "--count", "2", "delivery.tidy", "--dry-run")
    assert run(folder, *words) == ExitCode.USAGE
    told = capsys.readouterr()
    assert told.out == ""
    assert "delivery.build would run for real" in told.err


def test_a_flag_that_is_given_nothing_is_not_taken_for_its_default(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "delivery.show", "name", "1.0.0", "--wide-of", "") == ExitCode.USAGE
    told = capsys.readouterr()
    assert told.out == ""
    assert "--wide-of got an empty value" in told.err and "a variable may be unset" in told.err
