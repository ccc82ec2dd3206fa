"""Waiting for what can be seen, never for an amount of time."""

import asyncio
import time
from collections.abc import Callable

import pytest

DEADLINE_SECONDS = 120
"""For what takes milliseconds: a machine with thirty times as much to do as it can is no failure."""

_PAUSE_SECONDS = 0.01


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {DEADLINE_SECONDS} s: {what}")
        time.sleep(_PAUSE_SECONDS)


async def until(condition: Callable[[], bool], what: str) -> None:
    """`wait_until` for a test whose event loop has to go on."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {DEADLINE_SECONDS} s: {what}")
        await asyncio.sleep(_PAUSE_SECONDS)
