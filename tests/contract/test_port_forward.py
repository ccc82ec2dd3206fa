"""A port that is forwarded by a program, which a shell script stands for."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from build_tasks.adapters.kubernetes.port_forward import PortForward
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.errors import ExitCode, FlowError

_LISTENS = "echo Forwarding from 127.0.0.1:8080"


def forward(folder: Path, *argv: str) -> PortForward:
    return PortForward(Processes(CommandLog(folder / "log")), argv, {}, "forward port 8080")


def test_it_is_started_again_whenever_it_ends_and_ended_with_the_context(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    with forward(tmp_path, "sh", "-c", f"echo $$ >> {starts}; {_LISTENS}; sleep 0.1").kept_up():
        deadline = time.monotonic() + 30
        while len(starts.read_text().split()) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert not [pid for pid in starts.read_text().split() if Path("/proc", pid).exists()]


def test_one_that_runs_is_ended_with_the_context(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with forward(tmp_path, "sh", "-c", f"echo $$ > {pid}; {_LISTENS}; exec sleep 600").kept_up():
        assert Path("/proc", pid.read_text().strip()).exists()
    assert not Path("/proc", pid.read_text().strip()).exists()
    assert "exec sleep 600" in (tmp_path / "log").read_text()


def test_what_it_says_when_it_cannot_listen(tmp_path: Path) -> None:
    said = "unable to listen: address already in use"
    with (
        pytest.raises(FlowError) as failed,
        forward(tmp_path, "sh", "-c", f"echo {said} >&2; exit 1").kept_up(),
    ):
        pytest.fail("it does not listen")
    assert failed.value.code is ExitCode.UNAVAILABLE
    assert list(failed.value.details) == [said]
    assert "--port" in failed.value.fix


def test_a_program_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(FlowError) as failed, forward(tmp_path, str(tmp_path / "kubectl")).kept_up():
        pytest.fail("nothing can listen")
    assert "cannot start" in failed.value.details[0]
    assert time.monotonic() - started < 10
