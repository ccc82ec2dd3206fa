"""From a changed line to its answer in dev: our task beside docker, helm and a wait, by hand."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from bench.by_hand import build_options
from bench.dev import Dev, dev_of, release_of
from bench.measuring import Comparison, Side, compare
from bench.terminal import Terminal, until
from build_tasks.errors import ExitCode, FlowError
from build_tasks.wiring import Composition

#: Seconds after which the new code will not answer any more.
_PATIENCE = 600.0


@dataclass(frozen=True)
class Change:
    """A line that a developer changes, and where the change shows.

    :param file: relative to the repository.
    :param text: what is changed; it is there once.
    :param path: what to GET; the text is part of the answer.
    """

    file: str
    text: str
    path: str

    def lines(self, repository: Path) -> Callable[[str], None]:
        """Gives what writes the changed line: the text, followed by a mark that no answer had before.

        :raises FlowError: USAGE if the text is not in the file, or more than once.
        """
        file = repository / self.file
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        if before.count(self.text) != 1:
            why = f"{self.file} has {self.text!r} {before.count(self.text)} times, not once"
            raise FlowError("change a line", why, "say --file and --text", code=ExitCode.USAGE)

        def write(mark: str) -> None:
            file.write_text(before.replace(self.text, f"{self.text} {mark}"), encoding="utf-8")

        return write


@dataclass(frozen=True)
class _Loop:
    """One developer in one clone.

    :param write: changes the line.
    :param options: what a build by hand needs, for `docker buildx build`.
    """

    terminal: Terminal
    dev: Dev
    service: str
    path: str
    write: Callable[[str], None]
    options: tuple[str, ...]

    @property
    def log(self) -> Path:
        return self.terminal.folder / ".build" / "bench" / "inner-loop.log"

    def ours(self, command: str) -> float:
        mark, started = self._change()
        with self.terminal.running_inv(shlex.split(command), self.log):
            return self._answered(self.service, mark, started)

    def by_hand(self) -> float:
        mark, started = self._change()
        self.dev.by_hand(self.terminal.folder, self.service, self.options)
        return self._answered(release_of(self.service), mark, started)

    def _change(self) -> tuple[str, float]:
        mark = uuid4().hex[:12]
        self.write(mark)
        return mark, time.monotonic()

    def _answered(self, service: str, mark: str, started: float) -> float:
        what = f"wait for the changed line of {self.service} in dev"
        until(lambda: self.dev.answers(service, self.path, mark), what, patience=_PATIENCE, log=self.log)
        return time.monotonic() - started


def inner_loop(
    terminal: Terminal,
    service: str,
    change: Change,
    command: str,
    *,
    rounds: int,
    tell: Callable[[str], None],
) -> Comparison:
    """The seconds from starting the command until the changed line has answered in dev.

    :param terminal: in a clone that may be changed.
    :param command: the words after ``inv``; it may end or stay.
    """
    write = change.lines(terminal.folder)
    composition = Composition(terminal.folder)
    dev = dev_of(composition, terminal.processes)
    bench = composition.workbench
    options = build_options(composition, [bench.services[service]])
    loop = _Loop(terminal, dev, service, change.path, write, options)
    sides = [
        Side("by hand", f"bench/bash/deploy.sh {service}", loop.by_hand),
        Side("our task", f"inv {command}", lambda: loop.ours(command)),
    ]
    try:
        return compare(f"a changed line of {service} answers in dev", sides, rounds=rounds, tell=tell)
    finally:
        dev.clear(service)
