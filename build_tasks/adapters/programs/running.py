"""The programs that threads of this process wait for."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Protocol, TypeVar

from build_tasks.adapters.programs.interruptions import held_back

#: Seconds a process group gets between SIGTERM and SIGKILL when the user interrupts.
_GRACE = 5.0
#: Seconds that the main thread waits without looking up. A signal that comes just before a wait begins, or to
#: another thread, does not end that wait: Python notes it, and acts on it when the main thread runs again.
LONGEST_WAIT = 0.5
#: Seconds that an interruption waits for a program that is to be seen through.
_PATIENCE = 60.0


class Pollable(Protocol):
    """A child process."""

    def poll(self) -> int | None: ...


class Program(Pollable, Protocol):
    """A child process that leads a group of its own."""

    pid: int

    def wait(self) -> int: ...


_Started = TypeVar("_Started", bound=Program)
_Heard = TypeVar("_Heard")


class RunningPrograms:
    """Knows them all, to end them together: an interruption is only heard by the main thread."""

    def __init__(self) -> None:
        self._programs: set[Program] = set()
        self._ending = threading.Event()

    @property
    def ending(self) -> bool:
        """Whether no program may be started any more."""
        return self._ending.is_set()

    @contextmanager
    def begun(
        self,
        start: Callable[[], _Started],
        listen: Callable[[_Started], _Heard],
        *,
        uninterrupted: bool = False,
    ) -> Iterator[tuple[_Started, _Heard]]:
        """A program that is answered for from its first moment, whenever an interruption comes.

        :param listen: begins to read what it says; what nobody reads would stay open.
        :param uninterrupted: it is seen through, and else ended with us.
        """
        attended = self.seen_through if uninterrupted else self.ended_with_us
        with ExitStack() as responsible:
            with held_back():
                program = start()
                responsible.enter_context(attended(program))
                heard = listen(program)
            yield program, heard

    @contextmanager
    def ended_with_us(self, program: Program) -> Iterator[None]:
        """Whatever ends the wait (Ctrl-C, say) ends the program, too."""
        self._programs.add(program)
        try:
            if self.ending:  # it was started while all the others were being ended
                end(program)
            yield
        except BaseException:
            end(program)
            raise
        finally:
            self._programs.discard(program)

    @contextmanager
    def seen_through(self, program: Program) -> Iterator[None]:
        """Whatever ends the wait takes effect when the program has ended by itself."""
        try:
            yield
        except BaseException:
            if not _have_ended((program,), _PATIENCE):
                end(program)
            raise

    def end_all(self) -> None:
        """End every program that a thread waits for, but for those that are to be seen through."""
        self._ending.set()
        end(*tuple(self._programs))


def dying_with_us(*argv: str) -> list[str]:
    """A command that the kernel kills when the thread that waits for it is killed, where that can be had.

    Otherwise a `kind create` would outlive a killed run, fail when the next run begins anew, and clean up
    by removing the next run's cluster. See prctl(2), PR_SET_PDEATHSIG.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig=KILL", *argv] if setpriv else list(argv)


def wait_for(program: Pollable) -> int:
    """Wait for a program's end, and hear an interruption meanwhile; gives its status."""
    pause = 0.0005
    while (status := program.poll()) is None:
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
    return status


def end(*programs: Program) -> None:
    """End the programs' whole process groups, all at once: politely, then for good."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        for program in programs:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, kind)
        if _have_ended(programs, _GRACE):
            return


def _have_ended(programs: Sequence[Program], seconds: float) -> bool:
    """Whether all have ended, after waiting for it that long at most."""
    deadline = time.monotonic() + seconds
    while any(program.poll() is None for program in programs):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True
