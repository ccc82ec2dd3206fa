"""Ctrl-C and SIGTERM while several services are worked on: everything is ended, one line says what was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: A task on two services, each of which runs a program that stays until it is ended.
TASK = """
import os, sys
from pathlib import Path
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.presentation.console import open_console
from build_tasks.presentation.failures import failures_on
from build_tasks.presentation.outcome import guarded
from build_tasks.steps.side_by_side import Crew, side_by_side
from build_tasks.wiring.flow import SystemClock

folder = Path(sys.argv[1])
processes = Processes(CommandLog(folder / "log"))
console = open_console(sys.stderr, {}, timings=None)

def tell(pid):
    os.write(1, (pid + "\\n").encode())  # at once, as two threads do it

def work(service):
    with console.step("test " + service):
        try:
            processes.run(["sh", "-c", "echo $$; exec sleep 600"], on_line=tell)
        finally:
            processes.run(["touch", folder / f"{service}.removed"], uninterrupted=True)

def body():
    crew = Crew(2, SystemClock(), processes.end_running)
    titles = {f"all.test {name}": name for name in ("delivery", "package", "workflow")}
    with console.side_by_side(titles):
        names = list(titles.values())
        side_by_side(crew, "all.test", names, work, lambda name: console.step(f"all.test {name}"))

sys.exit(guarded(body, failures_on(sys.stderr)))
"""


@pytest.fixture
def task(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The task, with its programs running."""
    argv = [sys.executable, "-c", TASK, str(tmp_path)]
    with subprocess.Popen(
        argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("times", [1, 3])
def test_nothing_is_left_running_and_one_line_says_what_was(
    task: subprocess.Popen[str], tmp_path: Path, kind: signal.Signals, times: int
) -> None:
    assert task.stdout is not None
    programs = [int(task.stdout.readline()) for _ in range(2)]
    for _ in range(times):
        task.send_signal(kind)
    _, said = task.communicate(timeout=60)
    assert (
        said
        == "✗ interrupted: all.test of delivery, package (not begun: workflow); run it again, it converges\n"
    )
    assert task.returncode == 130
    assert not [pid for pid in programs if Path(f"/proc/{pid}").exists()]
    assert sorted(path.name for path in tmp_path.glob("*.removed")) == ["delivery.removed", "package.removed"]
