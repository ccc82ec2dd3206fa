"""A screen, and a console on it whose clock stands still."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from build_tasks.presentation.console import Console, open_console


class Screen(io.StringIO):
    """Collects what is printed."""

    encoding = "utf-8"

    def __init__(self, terminal: bool = False) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    @property
    def lines(self) -> list[str]:
        return self.getvalue().splitlines()


class Ticks:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def console_on(
    screen: Screen,
    ticks: Ticks,
    environ: Mapping[str, str] | None = None,
    timings: Path | None = None,
    verbose: bool = False,
) -> Console:
    return open_console(screen, environ or {}, timings=timings, verbose=verbose, clock=ticks)
