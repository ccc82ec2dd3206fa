"""Steps as plain lines, for pipes and CI logs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from build_tasks.errors import FlowError
from build_tasks.presentation.folding import Fold
from build_tasks.presentation.plain_text import duration, without_ci_commands
from build_tasks.presentation.running_step import DETAILS_OF_A_FAILURE, Row, RunningStep, depth_within
from build_tasks.presentation.sink import TakesLines
from build_tasks.presentation.style import Style


class PlainView:
    """One line when a step starts, one when it ends, and signs of life in between.

    :param fold: how the CI folds the tools' output; None: it is shown with ``verbose`` only.
    """

    def __init__(
        self, sink: TakesLines, style: Style, *, fold: Fold | None = None, verbose: bool = False
    ) -> None:
        self._sink = sink
        self._style = style
        self._fold = fold
        self._verbose = verbose

    def started(self, step: RunningStep) -> None:
        reason = f" ({step.reason})" if step.reason else ""
        self._show(step.depth, "start", "cyan", step.title + reason)

    def finished(self, step: RunningStep, seconds: float, error: BaseException | None) -> None:
        if self._fold and step.details:
            self._lines(self._fold(f"output of: {step.title}", list(step.details), int(time.time())))
        if error is None:
            self._show(step.depth, "done", "green", f"{step.title}  {duration(seconds)}")
            return
        if not self._fold and not self._verbose:
            self._lines(tail_of(step, error))
        self._show(step.depth, "failed", "red", f"{step.title}  {duration(seconds)}")

    def detail(self, step: RunningStep, line: str) -> None:
        if self._verbose and not self._fold:
            text = without_ci_commands(f"{step.title} | {line}")
            self._sink.line(f"{'  ' * step.depth}  {self._style.paint(text, 'dim')}")

    def skipped(self, title: str, reason: str, within: RunningStep | None) -> None:
        self._show(depth_within(within), "skipped", "dim", f"{title}: skipped, {reason}")

    def note(self, line: str, within: RunningStep | None) -> None:
        self._sink.line("  " * depth_within(within) + without_ci_commands(line))

    def warned(self, line: str, within: RunningStep | None) -> None:
        self._show(depth_within(within), "warning", "yellow", line)

    def still(self, step: RunningStep, seconds: float) -> None:
        title = f"{without_ci_commands(step.title)}{self._style.marks.ellipsis}"
        self._sink.line(f"{'  ' * step.depth}  still: {title} {duration(seconds)}{last_time(step)}")

    def rows(self, rows: Sequence[Row]) -> None:
        """Nothing to draw over: the blocks say it all, one after another."""

    def block(self, title: str, lines: Sequence[str], explanation: Sequence[str]) -> None:
        folded = self._fold(title, lines, int(time.time())) if self._fold else lines
        self._lines([*folded, *map(without_ci_commands, explanation)])

    def _show(self, depth: int, mark: str, colour: str, text: str) -> None:
        sign = self._style.paint(getattr(self._style.marks, mark), colour)
        self._sink.line(f"{'  ' * depth}{sign} {without_ci_commands(text)}")

    def _lines(self, lines: Iterable[str]) -> None:
        text = "\n".join(lines)
        if text:
            self._sink.line(text)


def tail_of(step: RunningStep, error: BaseException) -> list[str]:
    """The tool's last lines, unless the error brings them along and shows them itself."""
    if isinstance(error, FlowError) and error.details:
        return []
    last = list(step.details)[-DETAILS_OF_A_FAILURE:]
    return [f"{'  ' * step.depth}  | {without_ci_commands(line)}" for line in last]


def last_time(step: RunningStep) -> str:
    return "" if step.expected is None else f" (last time {duration(step.expected)})"
