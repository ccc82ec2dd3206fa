"""Typing commands, and how long each takes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from build_tasks.adapters.process import Processes
from build_tasks.errors import ExitCode, FlowError

#: Seconds that a command gets to end by itself, and then again when it is interrupted.
_GRACE = 20.0
#: Seconds between two looks at something that is awaited; well below what is measured.
_INTERVAL = 0.05


@dataclass(frozen=True)
class Terminal:
    """Types ``inv`` commands in a repository, in processes of their own.

    :param folder: the repository.
    """

    processes: Processes
    folder: Path

    def inv(self, *words: str) -> float:
        """Seconds that ``./inv <words>`` takes, from the start of its process to its end.

        :raises ToolError: it failed; then there is nothing to measure.
        """
        what = f"measure inv {' '.join(words)}"
        return self.processes.run(self._argv(words), cwd=self.folder, what=what).seconds

    def python(self, code: str) -> float:
        """Seconds that Python takes for a program, its start included."""
        argv = [sys.executable, "-P", "-c", code]
        return self.processes.run(argv, cwd=self.folder, what=f"measure python -c '{code}'").seconds

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
