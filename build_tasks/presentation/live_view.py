"""Steps on a terminal: finished ones scroll away, running ones stay at the bottom and show their time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from build_tasks.presentation.plain_text import duration, encodable
from build_tasks.presentation.plain_view import last_time, tail_of
from build_tasks.presentation.running_step import Row, RunningStep, depth_within
from build_tasks.presentation.sink import Sink
from build_tasks.presentation.style import Style
from build_tasks.presentation.surroundings import Surroundings

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_ASCII_SPINNER = "|/-\\"


class LiveView:
    """:param clock: monotonic seconds, the same clock that the steps' ``started`` came from."""

    def __init__(
        self,
        sink: Sink,
        style: Style,
        surroundings: Surroundings,
        clock: Callable[[], float],
        *,
        verbose: bool = False,
    ) -> None:
        # rich takes 60 ms to import, so it is imported when something is drawn, not when tasks are listed.
        from rich.console import Console

        self._style = style
        self._clock = clock
        self._verbose = verbose
        self._encoding = surroundings.encoding
        self._running: list[RunningStep] = []
        self._rows: Sequence[Row] = ()
        self._live: Live | None = None
        self._console = Console(
            file=sink.stream,
            force_terminal=True,
            no_color=not surroundings.colour,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def started(self, step: RunningStep) -> None:
        self._running.append(step)
        self._open()

    def finished(self, step: RunningStep, seconds: float, error: BaseException | None) -> None:
        self._running.remove(step)
        self._close_or_refresh()  # or it would show the step for a moment more, below its own end
        if error is None:
            self._print(step.depth, "done", "green", f"{step.title}  {duration(seconds)}")
            return
        for line in [] if self._verbose else tail_of(step, error):
            self._console.print(line, style="dim")
        self._print(step.depth, "failed", "red", f"{step.title}  {duration(seconds)}")

    def detail(self, step: RunningStep, line: str) -> None:
        if self._verbose:
            self._console.print(f"{'  ' * step.depth}  | {line}", style="dim")

    def skipped(self, title: str, reason: str, within: RunningStep | None) -> None:
        self._print(depth_within(within), "skipped", "dim", f"{title}: skipped, {reason}")

    def note(self, line: str, within: RunningStep | None) -> None:
        self._console.print("  " * depth_within(within) + line)

    def warned(self, line: str, within: RunningStep | None) -> None:
        self._print(depth_within(within), "warning", "yellow", line)

    def still(self, step: RunningStep, seconds: float) -> None:
        """Nothing to say: the time is on the screen."""

    def rows(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        if rows:
            self._open()
        else:
            self._close_or_refresh()

    def block(self, title: str, lines: Sequence[str], explanation: Sequence[str]) -> None:
        from rich.text import Text

        text = "\n".join([*lines, *explanation])
        self._console.print(Text.from_ansi(encodable(text, self._encoding)))
        if self._live is not None:
            self._live.refresh()  # the table shows the result together with the block

    def _open(self) -> None:
        if self._live is not None:
            return
        from rich.live import Live

        self._live = Live(
            console=self._console,
            get_renderable=self._draw,
            refresh_per_second=8,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def _close_or_refresh(self) -> None:
        if self._live is None:
            return
        if self._running or self._rows:
            self._live.refresh()
        else:
            self._live.stop()
            self._live = None

    def _print(self, depth: int, mark: str, colour: str, text: str) -> None:
        from rich.text import Text

        sign = getattr(self._style.marks, mark)
        self._console.print(Text.assemble("  " * depth, (sign, colour), f" {text}"))

    def _draw(self) -> Group:
        from rich.console import Group

        lines = [line for step in list(self._running) for line in self._lines_of(step)]
        if not self._rows:
            return Group(*lines)
        from build_tasks.presentation.live_rows import table_of

        return Group(*lines, table_of(self._rows, self._clock(), self._style))

    def _lines_of(self, step: RunningStep) -> list[Text]:
        from rich.text import Text

        seconds = self._clock() - step.started
        frames = _SPINNER if self._style.marks.start == "▶" else _ASCII_SPINNER
        frame = frames[int(seconds * 8) % len(frames)]
        time_spent = f"  {duration(seconds)}{last_time(step)}"
        head = Text("  " * step.depth, no_wrap=True, overflow="ellipsis")
        head.append(frame, "cyan").append(f" {step.title}").append(time_spent, "dim")
        if step.children or not step.details:
            return [head]
        last = Text(f"{'  ' * step.depth}  | {step.details[-1]}", "dim", no_wrap=True, overflow="ellipsis")
        return [head, last]
