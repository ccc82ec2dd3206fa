"""The Reporter that people see: keeps track of steps, threads and times, and lets a view draw them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TextIO

from build_tasks.presentation.annotations import annotating
from build_tasks.presentation.blocks import Blocks
from build_tasks.presentation.folding import fold_for
from build_tasks.presentation.live_view import LiveView
from build_tasks.presentation.plain_text import encodable, printable
from build_tasks.presentation.plain_view import PlainView
from build_tasks.presentation.running_step import Row, RunningStep, Surface
from build_tasks.presentation.sink import ReaderGone, Sink
from build_tasks.presentation.style import style_for
from build_tasks.presentation.surroundings import surroundings_of
from build_tasks.presentation.timings import Timings

#: Seconds between two signs of life of a step.
HEARTBEAT = 30.0

Clock = Callable[[], float]


class Console:
    """Implements :class:`build_tasks.ports.reporting.Reporter`; may be used from many threads.

    A step belongs to the context (:mod:`contextvars`) that opened it. A thread started with
    ``copy_context().run`` therefore nests its steps and adds its details where it was started.
    """

    def __init__(
        self, view: Blocks, timings: Timings, *, encoding: str, clock: Clock = time.monotonic
    ) -> None:
        self._view = view
        self._timings = timings
        self._encoding = encoding
        self._clock = clock
        self._lock = threading.RLock()
        self._running: list[RunningStep] = []
        self._current: ContextVar[RunningStep | None] = ContextVar("step", default=None)
        self._pulse: threading.Event | None = None

    @contextmanager
    def step(self, title: str, reason: str = "") -> Iterator[None]:
        """A unit of work; an exception marks it failed and goes on."""
        step = self._begin(self._safe(title), self._safe(reason))
        token = self._current.set(step)
        try:
            yield
        except BaseException as error:
            self._end(step, error)
            raise
        else:
            self._end(step, None)
        finally:
            self._current.reset(token)

    @contextmanager
    def side_by_side(self, titles: Mapping[str, str]) -> Iterator[None]:
        """Steps of these titles run at once until it ends; each is shown in one piece when it has ended."""
        rows = [Row(self._safe(t), self._safe(label), self._timings.last(t)) for t, label in titles.items()]
        with self._lock:
            self._view.opened(rows)
        try:
            yield
        finally:
            with self._lock:
                self._view.closed()

    def skip(self, title: str, reason: str) -> None:
        """Something that needs no work, and why."""
        with self._lock:
            step = self._current.get()
            if step is not None:
                step.skipped += 1
            self._view.skipped(self._safe(title), self._safe(reason), step)

    def detail(self, line: str) -> None:
        """A line of a tool's output; belongs to the current step, or else to the one begun last."""
        with self._lock:
            step = self._current.get() or (self._running[-1] if self._running else None)
            if step is not None:
                text = self._safe(line)
                step.details.append(text)
                self._view.detail(step, text)

    def note(self, line: str) -> None:
        """A line (or several) the reader should see."""
        with self._lock:
            for part in line.splitlines() or [""]:
                self._view.note(self._safe(part), self._current.get())

    def warn(self, line: str) -> None:
        """A line (or several) about what is not right but does not stop the work."""
        with self._lock:
            for part in line.splitlines():
                self._view.warned(self._safe(part), self._current.get())

    def beat(self) -> None:
        """A sign of life for every step that waits for nothing but itself."""
        with self._lock:
            for step in self._running:
                if step.children == 0:
                    self._view.still(step, self._clock() - step.started)

    def _begin(self, title: str, reason: str) -> RunningStep:
        with self._lock:
            parent = self._current.get()
            step = RunningStep(title, reason, self._clock(), self._timings.last(title), parent)
            if parent is not None:
                parent.children += 1
                parent.begun += 1
            self._running.append(step)
            self._start_pulse()
            self._view.started(step)
            return step

    def _end(self, step: RunningStep, error: BaseException | None) -> None:
        with self._lock:
            seconds = self._clock() - step.started
            self._running.remove(step)
            if step.parent is not None:
                step.parent.children -= 1
            if not self._running and self._pulse is not None:
                self._pulse.set()
                self._pulse = None
            if error is None and not step.idle:
                self._timings.record(step.title, seconds)
            self._view.finished(step, seconds, error)

    def _start_pulse(self) -> None:
        if self._pulse is not None:
            return
        stop = self._pulse = threading.Event()

        def beat_until_stopped() -> None:
            with suppress(ReaderGone):  # the main thread will notice, too
                while not stop.wait(HEARTBEAT):
                    self.beat()

        threading.Thread(target=beat_until_stopped, name="heartbeat", daemon=True).start()

    def _safe(self, text: str) -> str:
        return encodable(printable(text.replace("\n", " ").rstrip()), self._encoding)


def open_console(
    stream: TextIO,
    environ: Mapping[str, str],
    *,
    timings: Path | None,
    verbose: bool = False,
    clock: Clock = time.monotonic,
) -> Console:
    """A console for a stream, drawn as suits its surroundings.

    :param stream: standard output; standard error where standard output carries an answer (``--json``).
    :param timings: file that remembers durations between runs, or None.
    :param verbose: show every line of the tools' output.
    """
    surroundings = surroundings_of(stream, environ)
    style = style_for(surroundings)
    sink = Sink(stream)
    fold = fold_for(surroundings.ci)
    surface: Surface
    if surroundings.terminal:
        surface = LiveView(sink, style, surroundings, clock, verbose=verbose)
    else:
        surface = PlainView(sink, style, fold=fold, verbose=verbose)
    annotate = annotating(surroundings.ci, sink)
    view = Blocks(surface, style, folded=fold is not None, verbose=verbose, annotate=annotate)
    return Console(view, Timings(timings), encoding=surroundings.encoding, clock=clock)
