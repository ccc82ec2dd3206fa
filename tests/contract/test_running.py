"""Ending the programs of all threads at once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import CommandLog, Completed, Processes
from build_tasks.errors import ExitCode, FlowError, ToolError


def test_ends_what_every_thread_waits_for() -> None:
    own = Processes(CommandLog(None))
    begun: list[str] = []

    def wait_for_long() -> Completed:
        return own.run(["sh", "-c", "echo begun; exec sleep 600"], on_line=begun.append)

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(wait_for_long) for _ in range(2)]
        _until(lambda: begun == ["begun", "begun"])
        own.end_running()
        for future in futures:
            with pytest.raises(ToolError) as ended:
                future.result(timeout=30)
            assert ended.value.status < 0


def test_starts_nothing_afterwards() -> None:
    own = Processes(CommandLog(None))
    own.end_running()
    with pytest.raises(FlowError, match="interrupted") as refused:
        own.run(["true"])
    assert refused.value.code is ExitCode.INTERRUPTED


def test_all_are_ended_together_also_those_that_do_not_want_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("build_tasks.adapters.programs.running._GRACE", 0.5)
    own = Processes(CommandLog(None))
    begun: list[str] = []
    stubborn = ["sh", "-c", "trap '' TERM; echo begun; while :; do sleep 600; done"]
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(own.run, stubborn, on_line=begun.append, check=False) for _ in range(3)]
        _until(lambda: len(begun) == 3)
        started = time.monotonic()
        own.end_running()
        assert time.monotonic() - started < 3 * 0.5, "one grace for all of them"
        assert [future.result(timeout=30).status for future in futures] == [-9] * 3


def test_what_clears_up_is_started_and_seen_through_all_the_same() -> None:
    own = Processes(CommandLog(None))
    begun: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        words = ["sh", "-c", "echo begun; read line; echo $line"]
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as stdin, os.fdopen(writing, "wb") as terminal:
            future = pool.submit(own.run, words, stdin=stdin, on_line=begun.append, uninterrupted=True)
            _until(lambda: begun == ["begun"])
            own.end_running()
            terminal.write(b"cleared\n")
        assert future.result(timeout=30).stdout == "begun\ncleared\n"
    assert own.run(["echo", "and this"], uninterrupted=True).stdout == "and this\n"


def test_an_interrupt_waits_for_what_clears_up(tmp_path: Path) -> None:
    own, done = Processes(CommandLog(None)), tmp_path / "done"

    def interrupt(line: str) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        (tmp_path / "go").touch()

    script = f"echo begun; until [ -e {tmp_path}/go ]; do sleep 0.01; done; touch {done}"
    with pytest.raises(KeyboardInterrupt):
        own.run(["sh", "-c", script], on_line=interrupt, uninterrupted=True)
    assert done.exists()


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)
