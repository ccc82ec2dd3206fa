"""Waiting for what a cluster comes to by itself."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(met: Callable[[], bool], what: str, seconds: float = 120) -> None:
    """Look until a condition is met; fail the test after that time."""
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.3)
