"""Talking to a running program: its outputs read line by line, its input fed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import copy_context
from typing import IO, Protocol

from build_tasks.adapters.programs.running import LONGEST_WAIT, Pollable, wait_for


class LineReader:
    """Reads a stream to its end, and closes it, in a thread that runs in a copy of the caller's context.

    :param on_line: called with each line, decoded, without its end; None: the lines are only kept.
    :param kept: keep the lines for :meth:`result`; what goes on for hours would fill the memory.
    :param on_failure: called once if ``on_line`` raises; the rest is then read (a full pipe would block the
        program) but not passed on.
    """

    def __init__(
        self,
        stream: IO[bytes],
        on_line: Callable[[str], None] | None,
        on_failure: Callable[[], None],
        kept: bool = True,
    ) -> None:
        self._stream = stream
        self._on_line = on_line
        self._on_failure = on_failure
        self._keep = kept
        self._kept: list[bytes] = []
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=copy_context().run, args=(self._read,), daemon=True)
        #: Held by the one who closes the stream: the thread, or who abandoned it.
        self._owned = threading.Lock()

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def abandon(self) -> None:
        """Close the stream, unless the thread has it.

        An interruption of :meth:`start` does not tell whether the thread runs; and to close what it reads
        would wait for the program's next line.
        """
        if self._owned.acquire(blocking=False):
            self._stream.close()

    def result(self) -> bytes:
        """Everything that was read, once the stream has ended; raises what ``on_line`` raised."""
        while self._thread.is_alive():
            self._thread.join(LONGEST_WAIT)
        if self._failure is not None:
            raise self._failure
        return b"".join(self._kept)

    def _read(self) -> None:
        if not self._owned.acquire(blocking=False):
            return
        with self._stream:
            for line in self._stream:
                if self._keep:
                    self._kept.append(line)
                if self._on_line is not None:
                    self._pass_on(self._on_line, line)

    def _pass_on(self, on_line: Callable[[str], None], line: bytes) -> None:
        try:
            on_line(line.decode("utf-8", "replace").rstrip("\r\n"))
        except BaseException as error:
            self._failure = error
            self._on_line = None
            self._on_failure()


class Piped(Pollable, Protocol):
    """A running program with pipes for its output."""

    @property
    def stdin(self) -> IO[bytes] | None: ...
    @property
    def stdout(self) -> IO[bytes] | None: ...
    @property
    def stderr(self) -> IO[bytes] | None: ...
    def terminate(self) -> None: ...


def attend(
    program: Piped,
    on_line: Callable[[str], None] | None,
    on_error: Callable[[str], None] | None,
    *,
    kept: bool = True,
) -> list[LineReader]:
    """Read a program's output and errors as they come."""
    assert program.stdout and program.stderr
    heard = ((program.stdout, on_line), (program.stderr, on_error))
    readers = [LineReader(stream, hear, program.terminate, kept) for stream, hear in heard]
    try:
        for reader in readers:
            reader.start()
    except BaseException:  # an interruption: what nobody reads would stay open
        for reader in readers:
            reader.abandon()
        raise
    return readers


def communicate(
    program: Piped, stdin: bytes | IO[bytes] | None, readers: Sequence[LineReader]
) -> tuple[bytes, bytes]:
    """Feed a program and wait for its end; gives what its readers read, its output and its errors."""
    if isinstance(stdin, bytes) and program.stdin:
        feed(program.stdin, stdin)
    out, err = (reader.result() for reader in readers)
    wait_for(program)
    return out, err


def feed(stream: IO[bytes], data: bytes) -> None:
    """Write all of ``data`` and close; a program may end without reading everything."""
    with suppress(BrokenPipeError), stream:
        stream.write(data)
