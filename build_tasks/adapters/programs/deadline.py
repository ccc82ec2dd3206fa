"""Doing something when time is up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def deadline(seconds: float | None, on_expiry: Callable[[], None]) -> Iterator[threading.Event]:
    """Calls ``on_expiry``, in a thread, when the block takes longer than ``seconds``; the event tells.

    :param seconds: None or 0: there is no deadline.
    """
    expired = threading.Event()
    if not seconds:
        yield expired
        return

    def expire() -> None:
        expired.set()
        on_expiry()

    timer = threading.Timer(seconds, expire)
    timer.daemon = True
    timer.start()
    try:
        yield expired
    finally:
        timer.cancel()
