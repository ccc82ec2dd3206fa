"""Ending the programs of all threads at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from build_tasks.adapters.process import CommandLog, Completed, Processes
from build_tasks.errors import ExitCode, FlowError, ToolError


def test_ends_what_every_thread_waits_for() -> None:
    own = Processes(CommandLog(None))
    begun: list[str] = []

    def wait_for_long() -> Completed:
        return own.run(["sh", "-c", "echo begun; exec sleep 600"], on_line=begun.append)

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(wait_for_long) for _ in range(2)]
        deadline = time.monotonic() + 30
        while len(begun) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert begun == ["begun", "begun"]
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
