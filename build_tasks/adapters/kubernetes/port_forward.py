"""`kubectl port-forward`, kept up: kubectl itself ends with the pod it leads to."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from build_tasks.adapters.programs.process import Processes
from build_tasks.errors import ExitCode, FlowError

#: Seconds in which kubectl must listen, and between two looks at whether it still does.
_PATIENCE, _INTERVAL = 15.0, 0.2
_LISTENS = "Forwarding from"


@dataclass(frozen=True)
class PortForward:
    """One `kubectl port-forward` after the other.

    :param argv: the command.
    :param what: what is attempted, for the error message.
    """

    processes: Processes
    argv: Sequence[str | Path]
    env: Mapping[str, str]
    what: str
    _ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def kept_up(self) -> Iterator[None]:
        """Forward until the context ends.

        :raises FlowError: UNAVAILABLE if kubectl cannot listen, with what it says.
        """
        attempt = _Attempt()
        keeper = threading.Thread(target=self._keep, args=(attempt,), daemon=True)
        keeper.start()
        try:
            attempt.decided.wait(_PATIENCE)
            if not attempt.listens:
                why, fix = "kubectl does not listen", "if the port is taken, name another one with --port"
                raise FlowError(self.what, why, fix, code=ExitCode.UNAVAILABLE, details=attempt.said)
            yield
        finally:
            self._ended.set()
            keeper.join()

    def _keep(self, attempt: _Attempt) -> None:
        try:
            while not self._ended.is_set():
                hear = attempt.hear
                with self.processes.background(
                    self.argv, env=self.env, on_line=hear, on_error=hear
                ) as kubectl:
                    while kubectl.poll() is None and not self._ended.wait(_INTERVAL):
                        pass
                if not attempt.listens:
                    return
                self._ended.wait(_INTERVAL)
        except FlowError as error:  # it cannot be started; nobody else hears of it in this thread
            attempt.hear(error.why)
        finally:
            attempt.decided.set()


@dataclass
class _Attempt:
    """What kubectl said until it was clear whether it listens."""

    listens: bool = False
    said: list[str] = field(default_factory=list)
    decided: threading.Event = field(default_factory=threading.Event)

    def hear(self, line: str) -> None:
        if self.decided.is_set():
            return
        self.said.append(line)
        if line.startswith(_LISTENS):
            self.listens = True
            self.decided.set()
