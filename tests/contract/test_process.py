"""The door to other programs, with real programs."""

from __future__ import annotations

import contextvars
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.programs.running import Program, RunningPrograms
from build_tasks.errors import ExitCode, FlowError, ToolError

PATIENCE = 20.0


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "session.log"


@pytest.fixture
def processes(log: Path) -> Processes:
    return Processes(CommandLog(log))


def python(code: str, *words: str) -> list[str]:
    return [sys.executable, "-c", code, *words]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_gives_both_streams_and_the_status(processes: Processes) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    done = processes.run(python(code), check=False)
    assert (done.stdout, done.stderr, done.status) == ("out\n", "err\n", 3)


def test_words_are_never_read_by_a_shell(processes: Processes) -> None:
    done = processes.run(["printf", "%s", "$HOME; `id` *"])
    assert done.stdout == "$HOME; `id` *"


def test_standard_input_is_given_or_empty(processes: Processes) -> None:
    assert processes.run(["cat"], stdin=b"from us").stdout == "from us"
    assert processes.run(["cat"]).stdout == ""


def test_lines_come_as_they_are_written(processes: Processes, tmp_path: Path) -> None:
    go_on = tmp_path / "go-on"
    code = (
        "import pathlib, sys, time\n"
        "print('first', flush=True)\n"
        "while not pathlib.Path(sys.argv[1]).exists(): time.sleep(0.01)\n"
        "print('second', file=sys.stderr)"
    )
    seen: list[str] = []

    def on_line(line: str) -> None:
        seen.append(line)
        go_on.touch()  # without the first line the program would wait for ever

    done = processes.run(python(code, str(go_on)), on_line=on_line, timeout=PATIENCE)
    assert seen == ["first", "second"]
    assert (done.stdout, done.stderr) == ("first\n", "second\n")


def test_lines_are_handed_over_in_the_callers_context(processes: Processes) -> None:
    step: contextvars.ContextVar[str] = contextvars.ContextVar("step", default="none")
    step.set("build delivery")
    seen: list[str] = []
    processes.run(["echo", "x"], on_line=lambda _: seen.append(step.get()))
    assert seen == ["build delivery"]


def test_an_error_of_the_line_handler_ends_the_program_and_is_raised(processes: Processes) -> None:
    code = "import itertools\nfor n in itertools.count(): print('x' * 1000, n, flush=True)"

    def on_line(line: str) -> None:
        raise ValueError("cannot show it")

    with pytest.raises(ValueError, match="cannot show it"):
        processes.run(python(code), on_line=on_line, timeout=PATIENCE)


def test_a_program_may_end_without_reading_its_input(processes: Processes) -> None:
    much = b"x" * 10_000_000
    assert processes.run(["true"], stdin=much, on_line=lambda _: None).status == 0
    assert processes.run(["true"], stdin=much).status == 0


def test_much_output_on_both_streams_does_not_block(processes: Processes) -> None:
    code = "import sys\nfor _ in range(5000): print('o' * 100); print('e' * 100, file=sys.stderr)"
    for on_line in (None, lambda _: None):
        done = processes.run(python(code), on_line=on_line, timeout=PATIENCE)
        assert len(done.stdout) == len(done.stderr) == 505_000


def test_output_that_is_not_utf8_is_no_accident(processes: Processes) -> None:
    done = processes.run(["printf", r"\377\376 ok"])
    assert done.stdout.endswith(" ok")


def test_a_failure_names_the_tool_its_last_lines_and_the_log(processes: Processes, log: Path) -> None:
    code = "import sys\nfor n in range(40): print('line', n, file=sys.stderr)\nsys.exit(7)"
    with pytest.raises(ToolError) as caught:
        processes.run(python(code), what="count to forty")
    error = caught.value
    assert (error.what, error.status, error.code) == ("count to forty", 7, ExitCode.TOOL_FAILED)
    assert error.details == tuple(f"line {n}" for n in range(25, 40))
    assert error.log == log


def test_a_program_that_is_not_there_is_said_so(processes: Processes, tmp_path: Path) -> None:
    not_a_program = tmp_path / "picture.png"
    not_a_program.write_bytes(b"\x89PNG")
    not_a_program.chmod(0o755)
    for argv in (["no-such-program-here"], [not_a_program]):
        with pytest.raises(FlowError) as caught:
            processes.run(argv, what="use it")
        assert caught.value.code is ExitCode.UNAVAILABLE
        assert str(argv[0]) in caught.value.why


def test_everything_is_in_the_log(processes: Processes, log: Path, tmp_path: Path) -> None:
    processes.run(["sh", "-c", "echo to out; echo to err >&2; exit 4"], cwd=tmp_path, check=False)
    text = log.read_text()
    assert "$ sh -c 'echo to out; echo to err >&2; exit 4'" in text
    assert f"(in {tmp_path})" in text
    assert "  | to out\n  | to err\n  = 4 after " in text


def test_secrets_are_in_no_log_no_line_no_result_and_no_error(processes: Processes, log: Path) -> None:
    secret = "hunter2hunter2"
    processes.redact([secret])
    seen: list[str] = []
    script = f"echo {secret}; echo password={secret} >&2; exit 1"
    with pytest.raises(ToolError) as caught:
        processes.run(["sh", "-c", script], on_line=seen.append)
    error = caught.value
    everything = [log.read_text(), *seen, str(error), error.stdout, error.stderr, *error.details]
    assert not [text for text in everything if secret in text]
    assert "password=***" in error.stderr


def test_a_secret_of_several_lines_is_hidden_line_by_line(processes: Processes) -> None:
    processes.redact(["-----BEGIN KEY-----\nMC4CAQAwBQYDK2Vw\n-----END KEY-----\n"])
    assert "MC4CAQAw" not in processes.run(["echo", "key: MC4CAQAwBQYDK2Vw"]).stdout


def test_a_secret_that_begins_with_another_leaves_nothing_behind(processes: Processes) -> None:
    processes.redact(["token", "token-of-prod"])
    assert processes.run(["echo", "token-of-prod"]).stdout == "***\n"


def test_an_answer_that_is_a_secret_reaches_only_the_caller(processes: Processes, log: Path) -> None:
    processes.redact(["s3cr3t-token"])
    assert processes.run(["echo", "s3cr3t-token"], raw_stdout=True).stdout == "s3cr3t-token\n"
    with pytest.raises(ToolError) as caught:
        processes.run(["sh", "-c", "cat; exit 1"], stdin=b"another-token", raw_stdout=True)
    assert "another-token" not in " ".join([*caught.value.details, caught.value.stdout, log.read_text()])


def test_a_program_that_goes_on_for_hours_keeps_no_secret_either(processes: Processes, log: Path) -> None:
    processes.redact(["s3cr3t-token"])
    lines, errors = list[str](), list[str]()
    script = "echo out s3cr3t-token; echo err s3cr3t-token >&2; exit 3"
    with processes.background(
        ["sh", "-c", script], env=None, on_line=lines.append, on_error=errors.append
    ) as program:
        assert program.wait() == 3
    assert (lines, errors) == (["out ***"], ["err ***"])
    assert "s3cr3t" not in log.read_text()


def test_ten_megabytes_of_output_that_is_no_text(processes: Processes, log: Path) -> None:
    """Half of it one line; all of it bytes that are no UTF-8, with escape sequences and NULs in between."""
    piece = b"\xff\xfe\x1b[31m\x00s3cr3t-token"
    write = "o = sys.stdout.buffer; o.write(p * 250_000); o.write((p + b'\\n') * 250_000)"
    code = f"import sys; p = {piece!r}; {write}"
    processes.redact(["s3cr3t-token"])
    seen: list[str] = []
    done = processes.run(python(code), on_line=seen.append)
    assert len(done.stdout) > 5_000_000 and len(seen) == 250_000
    assert "s3cr3t" not in done.stdout and not [line for line in seen if "s3cr3t" in line]
    assert "\N{REPLACEMENT CHARACTER}" in seen[-1]
    assert "s3cr3t" not in log.read_text()


@pytest.mark.parametrize("word", ["a\0b", "half a character: \ud800"])
def test_words_that_no_program_can_be_given(processes: Processes, word: str) -> None:
    with pytest.raises(FlowError) as refused:
        processes.run(["echo", word], what="say it")
    assert refused.value.what == "say it" and "cannot start echo" in refused.value.why


def test_a_timeout_ends_the_program_and_its_children(processes: Processes, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    script = f"sleep 1000 & echo $! > {pid_file}; wait"
    with pytest.raises(ToolError, match=r"did not end within 0\.5 s"):
        processes.run(["sh", "-c", script], timeout=0.5)
    child = int(pid_file.read_text())
    wait_until(lambda: not is_alive(child))


@pytest.mark.parametrize("by_lines", [False, True])
def test_an_interrupt_ends_the_program_and_its_children(
    processes: Processes, tmp_path: Path, by_lines: bool
) -> None:
    pid_file = tmp_path / "pid"
    script = f"sleep 1000 & echo $! > {pid_file}.part; mv {pid_file}.part {pid_file}; wait"

    def interrupt_when_running() -> None:
        wait_until(pid_file.exists)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt_when_running, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        processes.run(["sh", "-c", script], on_line=(lambda _: None) if by_lines else None)
    child = int(pid_file.read_text())
    wait_until(lambda: not is_alive(child))


class InterruptedWhileItBegins(RunningPrograms):
    """Ctrl-C comes when a program runs and nobody has taken it over yet."""

    @contextmanager
    def ended_with_us(self, program: Program) -> Iterator[None]:
        self.began = program
        os.kill(os.getpid(), signal.SIGINT)
        with super().ended_with_us(program):
            yield


def test_an_interrupt_that_comes_while_a_program_begins_ends_it(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = InterruptedWhileItBegins()
    monkeypatch.setattr(processes, "_running", running)
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        processes.run(["sleep", "1000"])
    assert not is_alive(running.began.pid)
    assert signal.getsignal(signal.SIGINT) is handler


@pytest.mark.timeout(30)
@pytest.mark.parametrize("program", ["exec sleep 1000", "exec sleep 1000 >&- 2>&-"], ids=["open", "closed"])
def test_an_interrupt_is_heard_that_does_not_wake_the_main_thread(
    processes: Processes, tmp_path: Path, program: str
) -> None:
    """One that comes just before it begins to wait; to send it to another thread has the same effect."""

    def interrupt_when_running() -> None:
        wait_until((tmp_path / "runs").exists)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    threading.Thread(target=interrupt_when_running, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        processes.run(["sh", "-c", f"touch {tmp_path}/runs; {program}"])


def test_the_environment_is_the_given_one(log: Path) -> None:
    processes = Processes(CommandLog(log), env={"PATH": os.environ["PATH"], "COLOUR": "red"})
    done = processes.run(["env"], env={"SHAPE": "round"})
    assert {"COLOUR=red", "SHAPE=round"} <= set(done.stdout.splitlines())
    assert "HOME=" not in done.stdout


def test_a_spawned_program_outlives_the_call_and_writes_its_own_log(
    processes: Processes, tmp_path: Path
) -> None:
    own_log = tmp_path / "daemon" / "log"
    pid = processes.spawn(["sh", "-c", "echo started; exec sleep 1000"], log=own_log)
    try:
        wait_until(lambda: own_log.read_text() == "started\n")
        assert os.getsid(pid) == pid
        assert is_alive(pid)
    finally:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid))


@pytest.mark.parametrize(("program", "says"), [("no-such-program", "on PATH"), ("/no/such", "platform.up")])
def test_a_program_that_is_not_there(processes: Processes, program: str, says: str) -> None:
    """What we call by its path the platform provides; what we call by name the reader has."""
    with pytest.raises(FlowError, match="cannot start") as refused:
        processes.run([program])
    assert says in refused.value.fix and refused.value.code is ExitCode.UNAVAILABLE
