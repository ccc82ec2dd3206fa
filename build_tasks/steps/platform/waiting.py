"""Waiting for a condition, never for time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from build_tasks.ports.reporting import Clock

_PAUSE = 0.2


def until(condition: Callable[[], bool], seconds: float, clock: Clock) -> bool:
    """Ask until the condition holds; whether it did within that many seconds."""
    deadline = clock.now() + timedelta(seconds=seconds)
    while not condition():
        if clock.now() > deadline:
            return False
        clock.pause(_PAUSE)
    return True
