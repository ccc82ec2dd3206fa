"""The same for several services at once: each to its end, whatever becomes of the others."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar, cast

from build_tasks.ports.reporting import Clock

Answer = TypeVar("Answer")

#: Seconds until a signal is heard at the latest: one that comes just before a wait begins does not end it.
_LONGEST_WAIT = 0.2
#: Whose work this thread does.
_part_of: ContextVar[_Shift[Any] | None] = ContextVar("part_of", default=None)


@dataclass(frozen=True)
class Ended(Generic[Answer]):
    """How the work on one service ended.

    :param seconds: on the wall, without the wait for its turn.
    :param answer: what the work gave; None when it failed.
    :param error: why it failed; None when it did not.
    """

    service: str
    seconds: float
    answer: Answer | None
    error: Exception | None

    def result(self) -> Answer:
        """What the work gave; raises what it failed with."""
        if self.error is not None:
            raise self.error
        return cast(Answer, self.answer)


@dataclass(frozen=True)
class Crew:
    """Who does the work.

    :param jobs: how many services at the same time.
    :param end_programs: ends every program that a thread waits for, and lets none be started any more.
    """

    jobs: int
    clock: Clock
    end_programs: Callable[[], None]


def side_by_side(
    crew: Crew,
    what: str,
    services: Sequence[str],
    work: Callable[[str], Answer],
    shown: Callable[[str], AbstractContextManager[None]] = lambda _service: nullcontext(),
) -> list[Ended[Answer]]:
    """Do the work for each service; gives how it ended for each, in their order.

    Threads run in copies of the caller's :mod:`contextvars` context. The work may do things side by side
    itself: an interruption is one for all of it.

    :param what: names the work, for the line that says what was interrupted.
    :param shown: what a service's work is done in: the reporter's step.
    :raises KeyboardInterrupt: Ctrl-C or SIGTERM. By then all programs have ended and all threads have removed
        what they had started.
    """
    shift = _Shift(work, shown, crew.clock, _part_of.get())
    with (
        signals_told_to(shift.interrupt),
        ThreadPoolExecutor(max(1, min(crew.jobs, len(services)))) as pool,
    ):
        threads = [pool.submit(copy_context().run, shift.work_on, service) for service in services]
        shift.wait_for(len(services), crew.end_programs)
    if shift.interrupted:
        raise KeyboardInterrupt(shift.cut_short(what, services))
    for thread in threads:
        thread.result()  # raises what is no Exception, and so no outcome of the work
    return [shift.ended[service] for service in services]


@dataclass
class _Shift(Generic[Answer]):
    """What the threads, the signals and the one who waits for them tell each other.

    :param outer: whose work this is a part of; signals come to the main thread, and so to the outermost.
    :param news: a service's name when no more is done for it; None for a signal.
    :param heard: whether a signal came.
    """

    work: Callable[[str], Answer]
    shown: Callable[[str], AbstractContextManager[None]]
    clock: Clock
    outer: _Shift[Any] | None
    news: SimpleQueue[str | None] = field(default_factory=SimpleQueue)
    heard: bool = False
    begun: list[str] = field(default_factory=list)
    ended: dict[str, Ended[Answer]] = field(default_factory=dict)

    @property
    def interrupted(self) -> bool:
        """Whether nobody may begin any more."""
        return self.heard or (self.outer is not None and self.outer.interrupted)

    def interrupt(self) -> None:
        """Let nobody begin any more; called by a signal, in the midst of whatever the main thread does."""
        self.heard = True
        self.news.put(None)  # SimpleQueue's put may interrupt its own get

    def wait_for(self, services: int, end_programs: Callable[[], None]) -> None:
        """Until no more is done for that many services; an interruption ends their programs.

        A second one makes it no quicker: whoever left then would leave containers behind.
        """
        ending = False
        while services:
            with suppress(Empty):
                if self.news.get(timeout=_LONGEST_WAIT) is not None:
                    services -= 1
            if self.interrupted and not ending:
                ending = True
                end_programs()

    def work_on(self, service: str) -> None:
        """Do the work for a service; to be called in a thread."""
        _part_of.set(self)
        try:
            if not self.interrupted:
                self.begun.append(service)
                self._work_on(service)
        finally:
            self.news.put(service)

    def cut_short(self, what: str, services: Sequence[str]) -> str:
        """Whose work was interrupted, and who had not begun."""
        cut_short = [service for service in services if service in self.begun and service not in self.ended]
        idle = [service for service in services if service not in self.begun]
        named = f"{what} of {', '.join(cut_short)}" if cut_short else what
        return f"{named} (not begun: {', '.join(idle)})" if idle else named

    def _work_on(self, service: str) -> None:
        started = self.clock.now()
        answer, error = None, None
        try:
            with self.shown(service):
                answer = self._unless_interrupted(service)
        except Exception as failure:
            error = failure
        seconds = (self.clock.now() - started).total_seconds()
        self.ended[service] = Ended(service, seconds, answer, error)

    def _unless_interrupted(self, service: str) -> Answer:
        try:
            return self.work(service)
        except Exception as failure:
            if self.interrupted:  # its program was ended: that is no failure of the service's
                raise KeyboardInterrupt from failure
            raise


@contextmanager
def signals_told_to(hear: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C, SIGTERM and SIGHUP call ``hear`` and raise nothing.

    An exception out of nowhere, in the midst of a lock's own code, would break the waiting for threads.
    Python delivers signals to the main thread only; in another one this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    # A parent such as nohup ignores SIGHUP on purpose; that is left as it is.
    before = {kind: signal.getsignal(kind) for kind in kinds if signal.getsignal(kind) is not signal.SIG_IGN}
    for kind in before:
        signal.signal(kind, lambda _number, _frame: hear())
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
