"""Interruptions that wait for a moment in which something has begun and nobody is responsible for it yet."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_KINDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def held_back() -> Iterator[None]:
    """Ctrl-C, SIGTERM and SIGHUP take effect when this ends, and not in its midst.

    In the main thread: no other hears of them. Those that are ignored, or end the process outright, stay so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    found = {kind: signal.getsignal(kind) for kind in _KINDS}
    before = {kind: handler for kind, handler in found.items() if callable(handler)}
    for kind in before:
        signal.signal(kind, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
        for number, frame in came:
            before[signal.Signals(number)](number, frame)
