"""Typing commands, and how long each takes."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from build_tasks.adapters.programs.process import Processes
from build_tasks.errors import ExitCode, FlowError

#: Seconds that a command gets to end by itself, and then again when it is interrupted.
_GRACE = 20.0
#: Seconds between two looks at something that is awaited; well below what is measured.
_INTERVAL = 0.05


@dataclass(frozen=True)
class Terminal:
    """Types ``inv`` commands in a repository, in processes of their own.

    :param folder: the repository.
    :param processor: what counts is how long processors worked for a command and those it waited for, which
        a busy machine does not change much; else the time from its start to its end.
    """

    processes: Processes
    folder: Path
    processor: bool = False

    def inv(self, *words: str) -> float:
        """Seconds that a task takes, from the start of its process to its end.

        :raises ToolError: it failed; then there is nothing to measure.
        """
        return self.measure(self._argv(words))

    def door(self, *words: str) -> float:
        """The same through the script ``./inv``, as it is typed."""
        return self.measure([self.folder / "inv", *words])

    def python(self, code: str) -> float:
        """Seconds that Python takes for a program, its start included."""
        return self.measure([sys.executable, "-P", "-c", code])

    def measure(self, argv: Sequence[str | Path]) -> float:
        """Seconds that a command takes.

        :raises ToolError: it failed.
        """
        before = _worked()
        what = f"measure {Path(argv[0]).name} {' '.join(map(str, argv[1:]))}"
        done = self.processes.run(argv, cwd=self.folder, what=what)
        return _worked() - before if self.processor else done.seconds

    @contextmanager
    def running_inv(self, words: Sequence[str], log: Path) -> Iterator[None]:
        """``./inv <words>`` in the background; interrupted at the end if it does not end by itself soon.

        :param log: takes its output.
        """
        pid = self.processes.spawn(self._argv(words), log=log)
        try:
            yield
        finally:
            _end(pid)

    def _argv(self, words: Sequence[str]) -> list[str]:
        # What ./inv starts once .venv is there; a clone needs no .venv of its own.
        return [sys.executable, "-P", "-m", "build_tasks", "--search-root", str(self.folder), *words]


def until(holds: Callable[[], bool], what: str, *, patience: float, log: Path) -> None:
    """Wait until something holds.

    :param patience: seconds.
    :param log: named when it does not come.
    :raises FlowError: it did not come in time.
    """
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
            why = f"nothing within {patience:.0f} s"
            raise FlowError(what, why, code=ExitCode.FAILED, details=said.splitlines()[-15:], log=log)
        time.sleep(_INTERVAL)


def _worked() -> float:
    """Seconds that processors have worked for this process's children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _end(pid: int) -> None:
    """The end of a process that leads a session of its own: by itself, by Ctrl-C, or for good."""
    for kind in (None, signal.SIGINT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            if kind is not None:
                os.killpg(pid, kind)
        deadline = time.monotonic() + _GRACE
        while _is_there(pid) and time.monotonic() < deadline:
            time.sleep(_INTERVAL)
        if not _is_there(pid):
            return


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
