"""Errors are told in full, bugs in short, and each becomes its exit code."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.presentation.failures import Failures
from build_tasks.presentation.outcome import guarded, signals_as_interrupts
from build_tasks.presentation.sink import ReaderGone, Sink
from tests.fakes.ci_agents import azure_commands, github_commands


class MemoryLog:
    """A session log in memory that claims to be a file."""

    def __init__(self, path: Path) -> None:
        self.path: Path | None = path
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text


@pytest.fixture
def stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")


@pytest.fixture
def failures(stream: io.TextIOWrapper) -> Failures:
    return Failures(stream, {})


def shown(stream: io.TextIOWrapper) -> list[str]:
    stream.seek(0)
    return stream.read().splitlines()


def test_an_error_is_told_in_full(stream: io.TextIOWrapper, failures: Failures) -> None:
    error = FlowError(
        "push delivery v1.0.2",
        "the registry refused it\nand said why",
        "log in",
        details=["\x1b[31mdenied\x1b[0m: no right", "::error::x"],
        log=Path("/tmp/session.log"),
    )
    failures.show_error(error)
    assert shown(stream) == [
        "✗ push delivery v1.0.2",
        "  why:   the registry refused it",
        "         and said why",
        "         | denied: no right",
        "         | | ::error::x",
        "  to do: log in",
        "  log:   /tmp/session.log",
    ]


def test_an_error_without_advice_shows_no_empty_lines(stream: io.TextIOWrapper, failures: Failures) -> None:
    failures.show_error(FlowError("x", "y"))
    assert shown(stream) == ["✗ x", "  why:   y"]


def raising(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize("code", [ExitCode.CONFLICT, ExitCode.TESTS_FAILED, ExitCode.FAILED])
def test_an_error_gives_its_own_code(failures: Failures, code: ExitCode) -> None:
    assert guarded(lambda: raising(FlowError("x", "y", code=code)), failures) is code


def test_success_is_silent(stream: io.TextIOWrapper, failures: Failures) -> None:
    assert guarded(lambda: None, failures) is ExitCode.OK
    assert shown(stream) == []


def test_a_bug_leaves_its_traceback_in_the_log_only(stream: io.TextIOWrapper, failures: Failures) -> None:
    log = MemoryLog(Path("/tmp/session.log"))
    assert guarded(lambda: raising(KeyError("shape\nof things")), failures, lambda: log) is ExitCode.BUG
    text = "\n".join(shown(stream))
    assert "KeyError" in text
    assert "/tmp/session.log" in text
    assert "Traceback" not in text
    assert "Traceback" in log.text
    assert "raise error" in log.text


def test_a_bug_without_a_log_makes_one(
    stream: io.TextIOWrapper, failures: Failures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert guarded(lambda: raising(ZeroDivisionError("oh")), failures) is ExitCode.BUG
    (made,) = tmp_path.iterdir()
    assert str(made) in shown(stream)[-1]
    assert "ZeroDivisionError" in made.read_text()


@pytest.fixture
def ordinary_signals() -> Iterator[None]:
    """As in a terminal, also where the tests themselves run under nohup."""
    ordinary = {signal.SIGTERM: signal.SIG_DFL, signal.SIGHUP: signal.SIG_DFL}
    before = {kind: signal.signal(kind, handler) for kind, handler in ordinary.items()}
    yield
    after = {kind: signal.signal(kind, handler) for kind, handler in before.items()}
    assert after == ordinary


@pytest.mark.usefixtures("ordinary_signals")
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_interrupt_and_clean_up(
    stream: io.TextIOWrapper, failures: Failures, kind: signal.Signals
) -> None:
    cleaned: list[bool] = []

    def work() -> None:
        try:
            os.kill(os.getpid(), kind)
            signal.pause()
        finally:
            cleaned.append(True)

    assert guarded(work, failures) is ExitCode.INTERRUPTED
    assert cleaned == [True]
    assert shown(stream) == ["✗ interrupted; run it again, it converges"]


def test_an_ignored_hangup_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals_as_interrupts():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_exceptions_of_the_caller_pass_through(failures: Failures) -> None:
    with pytest.raises(LookupError):
        guarded(lambda: raising(LookupError()), failures, passing=(LookupError,))


def test_a_reader_that_has_gone_is_quiet(stream: io.TextIOWrapper, failures: Failures) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        code = guarded(lambda: Sink(pipe).line("x" * 100_000), failures)
    assert code is ExitCode.FAILED
    assert shown(stream) == []


def test_what_follows_after_the_reader_has_gone_is_dropped() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        sink = Sink(pipe)
        with pytest.raises(ReaderGone):
            sink.line("first")
        sink.line("second")


@pytest.mark.parametrize(
    ("code", "named"),
    [(ExitCode.BUILD_FAILED, True), (ExitCode.UNAVAILABLE, True), (ExitCode.USAGE, False)],
)
def test_the_whole_story_is_named_where_tools_said_more(
    stream: io.TextIOWrapper, failures: Failures, code: ExitCode, named: bool
) -> None:
    log = MemoryLog(Path("/logs/session.log"))
    guarded(lambda: raising(FlowError("x", "y", code=code)), failures, lambda: log)
    assert ("  log:   /logs/session.log" in shown(stream)) is named


def told_in(environ: dict[str, str], work: Callable[[Failures], object]) -> list[str]:
    """What is shown in this environment."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
    work(Failures(stream, environ))
    return shown(stream)


ERROR = FlowError("read the configuration", "pyproject.toml:3: registry: no\nand more", "correct it")


def test_in_a_ci_an_error_is_an_annotation_as_well() -> None:
    told = told_in({"GITHUB_ACTIONS": "true"}, lambda failures: failures.show_error(ERROR))
    assert told == [
        *told_in({}, lambda failures: failures.show_error(ERROR)),
        "::error file=pyproject.toml,line=3,title=read the configuration::registry: no",
        "::error title=read the configuration::and more%0Ato do: correct it",
    ]
    [_, last] = azure_commands("\n".join(told_in({"TF_BUILD": "True"}, lambda f: f.show_error(ERROR))))
    assert last.data == "read the configuration: and more\nto do: correct it"


@pytest.mark.parametrize("environ", [{"GITLAB_CI": "true"}, {"CI": "true"}, {}])
def test_elsewhere_it_is_told_once(environ: dict[str, str]) -> None:
    told = told_in(environ, lambda failures: failures.show_error(ERROR))
    assert len(told) == 4


def test_a_bug_is_an_annotation_too(tmp_path: Path) -> None:
    log = MemoryLog(tmp_path / "session.log")
    told = told_in({"GITHUB_ACTIONS": "true"}, lambda failures: failures.show_bug(KeyError("x"), log))
    [command] = github_commands("\n".join(told))
    assert command.data == f"a bug in build_tasks: KeyError: 'x' (log: {tmp_path / 'session.log'})"


def test_an_interruption_is_none() -> None:
    told = told_in({"GITHUB_ACTIONS": "true"}, lambda failures: failures.show_interrupt())
    assert github_commands("\n".join(told)) == []


def test_nothing_that_a_tool_said_commands_the_agent() -> None:
    hostile = "##vso[task.setvariable variable=x]y"
    error = FlowError(hostile, f"{hostile}\n::add-mask::x", hostile, details=["::add-mask::x", hostile])
    told = "\n".join(told_in({"TF_BUILD": "True"}, lambda failures: failures.show_error(error)))
    assert [command.name for command in azure_commands(told)] == ["task.logissue"]
