"""Commands that something is done to while they run."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from types import TracebackType
from typing import IO

from tests.integration.conftest import Terminal, Typed
from tests.integration.gameday import Gameday

#: How a step begins where the output is no terminal; its reason stands in brackets.
_STEP = re.compile(r"\s*(?:▶|>) (?P<title>.*?)(?: \(.*)?")
_DEADLINE = 600.0


class Begun:
    """An `inv` command that runs."""

    def __init__(self, terminal: Terminal, *words: str, **env: str) -> None:
        argv = [sys.executable, "-P", "-m", "build_tasks", "--search-root", str(terminal.folder), *words]
        self._process = subprocess.Popen(
            argv,
            cwd=terminal.folder,
            env={**os.environ, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._said: dict[str, list[str]] = {"out": [], "err": []}
        self._news = threading.Condition()
        streams = {"out": self._process.stdout, "err": self._process.stderr}
        self._readers = [
            threading.Thread(target=self._read, args=item, daemon=True) for item in streams.items()
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Begun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """A test that failed leaves nothing running."""
        for number in (signal.SIGCONT, signal.SIGKILL):
            with suppress(ProcessLookupError):
                self._process.send_signal(number)
        self._process.wait()

    def step(self, wanted: Callable[[str], bool]) -> str | None:
        """The title of the first step of that kind, as soon as it has begun; None if the command ended."""
        deadline = time.monotonic() + _DEADLINE
        seen = 0
        while True:
            with self._news:
                lines = self._said["err"]
                while seen == len(lines) and any(reader.is_alive() for reader in self._readers):
                    self._news.wait(0.2)
                    assert time.monotonic() < deadline, "".join(lines)
                if seen == len(lines):
                    return None
                found = _STEP.fullmatch(lines[seen].rstrip("\n"))
                seen += 1
            if found and wanted(found["title"]):
                return found["title"]

    def signal(self, number: signal.Signals) -> None:
        """To the command alone, as a supervisor sends it; nothing happens if it has ended."""
        self._process.send_signal(number)

    @contextmanager
    def halted(self) -> Iterator[None]:
        """It does nothing meanwhile; a program that it has started may."""
        self.signal(signal.SIGSTOP)
        yield
        self.signal(signal.SIGCONT)

    def amid(self, outage: AbstractContextManager[None]) -> Typed:
        """What becomes of it when something goes away now, and only comes back when it has ended."""
        self.signal(signal.SIGSTOP)
        with outage:
            self.signal(signal.SIGCONT)
            return self.ended()

    def ended(self) -> Typed:
        """What it said and how it ended, as soon as it has."""
        status = self._process.wait(_DEADLINE)
        for reader in self._readers:
            reader.join(_DEADLINE)
        return Typed(status, "".join(self._said["out"]), "".join(self._said["err"]))

    def _read(self, name: str, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                with self._news:
                    self._said[name].append(line)
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()


def through_every_step(
    terminal: Terminal, words: tuple[str, ...], number: signal.Signals, gameday: Gameday, case: str
) -> list[str]:
    """Type a command again and again, each time ended in the first step it was not ended in before.

    :returns: the steps it was ended in; the last time it came to its own end.
    """
    met: list[str] = []
    while len(met) < 60:
        with Begun(terminal, *words) as run:
            title = run.step(lambda title: title not in met)
            if title is not None:
                met.append(title)
                run.signal(number)
            typed = run.ended()
        if title is None:
            gameday.converged(case, typed)
            return met
        gameday.survived(f"{case}: {title}", typed, 130 if number is signal.SIGINT else -number)
    raise AssertionError(f"it never comes to its end: {met}")
