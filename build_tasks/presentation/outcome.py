"""The one place where exceptions end and become an exit code."""

from __future__ import annotations

import errno
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from build_tasks.errors import ExitCode, FlowError
from build_tasks.presentation.failures import Failures, SessionLog
from build_tasks.presentation.sink import ReaderGone

#: What was typed or written, a gate's decision, somebody else's turn: no tool's output says more about it.
_EXPLAINED_ENOUGH = (ExitCode.USAGE, ExitCode.CONFIG, ExitCode.REFUSED, ExitCode.CONFLICT, ExitCode.BUSY)

#: What the operating system says of a disk, or somebody's part of it, that is full.
_FULL = (errno.ENOSPC, errno.EDQUOT)
#: The same from tools, and from shutil, which sums up the errors of several files in a text.
_NO_ROOM = "no space left on device"
_MAKE_ROOM = "make room (./inv platform.prune removes what nothing needs), then run it again"


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP: a CI cancels the job, a terminal is closed."""


def guarded(
    body: Callable[[], object],
    failures: Failures,
    log: Callable[[], SessionLog | None] = lambda: None,
    *,
    passing: tuple[type[Exception], ...] = (),
) -> ExitCode:
    """Run ``body`` and say how it ended; what went wrong is shown, never raised.

    :param log: gives the session's log, asked for only when there is a bug to write down.
    :param passing: exceptions that the caller handles itself.
    """
    try:
        with signals_as_interrupts():
            body()
    except passing:
        raise
    except FlowError as error:
        if any(_NO_ROOM in text.lower() for text in (error.why, *error.details)):
            error.fix = _MAKE_ROOM  # the tool's own reason; what its failure usually means is no help
        failures.show_error(error, _whole_story(error, log))
        return error.code
    except KeyboardInterrupt as interrupt:
        failures.show_interrupt(str(interrupt))
        return ExitCode.INTERRUPTED
    except ReaderGone:
        return ExitCode.FAILED
    except Exception as error:
        if isinstance(error, OSError) and (error.errno in _FULL or _NO_ROOM in str(error).lower()):
            failures.show_error(_full(error))
            return ExitCode.UNAVAILABLE
        failures.show_bug(error, _writable(log))
        return ExitCode.BUG
    return ExitCode.OK


def _full(error: OSError) -> FlowError:
    """There is no room for what was to be written; nothing that is half there is ever taken for whole."""
    what = f"write {error.filename}" if error.filename else "write a file"
    return FlowError(what, (error.strerror or _NO_ROOM).lower(), _MAKE_ROOM, code=ExitCode.UNAVAILABLE)


def _whole_story(error: FlowError, log: Callable[[], SessionLog | None]) -> Path | None:
    """The file to name below an error: it holds every command and its output."""
    if error.log is not None or error.code in _EXPLAINED_ENOUGH:
        return error.log
    kept = _writable(log)
    return kept.path if kept else None


def _writable(log: Callable[[], SessionLog | None]) -> SessionLog | None:
    """The log; None where none can be made: a full disk is what there may be to tell about."""
    try:
        return log()
    except OSError:
        return None


@contextmanager
def signals_as_interrupts() -> Iterator[None]:
    """SIGTERM and SIGHUP end the work as Ctrl-C does: running tools are stopped, `finally` blocks run.

    Python delivers signals to the main thread only; in another one this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = (signal.SIGTERM, signal.SIGHUP)
    # A parent such as nohup ignores SIGHUP on purpose; that is left as it is.
    before = {kind: signal.getsignal(kind) for kind in kinds if signal.getsignal(kind) is not signal.SIG_IGN}
    for kind in before:
        signal.signal(kind, _terminate)
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated
