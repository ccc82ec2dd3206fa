"""Steps that run beside each other: what happens in each is shown in one piece, when it has ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from build_tasks.errors import FlowError
from build_tasks.model.account import Annotation, Level
from build_tasks.presentation.annotations import annotations_of
from build_tasks.presentation.failures import explanation
from build_tasks.presentation.folding import in_a_block
from build_tasks.presentation.plain_text import duration
from build_tasks.presentation.plain_view import PlainView
from build_tasks.presentation.running_step import Row, RunningStep, Surface, View
from build_tasks.presentation.sink import Page
from build_tasks.presentation.style import Style


@dataclass(frozen=True)
class _Block:
    """What a step and all that happens in it have said so far."""

    row: Row
    page: Page
    view: PlainView


class Blocks:
    """Implements :class:`build_tasks.presentation.running_step.View`: everything goes to a surface at once,
    but what happens within steps of certain titles is collected first.

    :param folded: the surface folds blocks, so that the tools' lines have room in them.
    :param annotate: shows warnings, and what a block failed of, beside the log: a fold would hide them.
    """

    def __init__(
        self,
        surface: Surface,
        style: Style,
        *,
        folded: bool,
        verbose: bool,
        annotate: Callable[[Annotation], None],
    ) -> None:
        self._surface = surface
        self._style = style
        self._annotate = annotate
        self._fold = in_a_block if folded else None
        self._verbose = verbose
        self._rows: dict[str, Row] = {}
        self._blocks: dict[RunningStep, _Block] = {}

    def opened(self, rows: Sequence[Row]) -> None:
        """From now on, steps of these rows' titles are blocks."""
        self._rows = {row.title: row for row in rows}
        self._surface.rows(rows)

    def closed(self) -> None:
        """No step is a block any more."""
        self._rows = {}
        self._surface.rows(())

    def started(self, step: RunningStep) -> None:
        block, row = self._block_of(step), self._rows.get(step.title)
        if block is None and row is not None:
            page = Page()
            view = PlainView(page, self._style, fold=self._fold, verbose=self._verbose)
            block = self._blocks[step] = _Block(row, page, view)
            row.started = step.started
        if block is not None:
            block.row.step = step
        self._view_for(step).started(step)

    def finished(self, step: RunningStep, seconds: float, error: BaseException | None) -> None:
        self._view_for(step).finished(step, seconds, error)
        block = self._block_of(step)
        if block is not None:
            block.row.step = step.parent
        if step in self._blocks:
            self._end(step, self._blocks.pop(step), seconds, error)

    def detail(self, step: RunningStep, line: str) -> None:
        self._view_for(step).detail(step, line)

    def skipped(self, title: str, reason: str, within: RunningStep | None) -> None:
        self._view_for(within).skipped(title, reason, within)

    def note(self, line: str, within: RunningStep | None) -> None:
        self._view_for(within).note(line, within)

    def warned(self, line: str, within: RunningStep | None) -> None:
        self._view_for(within).warned(line, within)
        self._annotate(Annotation(Level.WARNING, line))

    def still(self, step: RunningStep, seconds: float) -> None:
        """A sign of life is worth nothing later."""
        self._surface.still(step, seconds)

    def _end(self, step: RunningStep, block: _Block, seconds: float, error: BaseException | None) -> None:
        row = block.row
        row.step, row.seconds, row.error = None, seconds, error
        if isinstance(error, KeyboardInterrupt):
            return  # what was cut short says nothing; who was interrupted is told once, at the end
        told = explanation(error, self._style, error.log) if isinstance(error, FlowError) else ()
        ended = self._style.marks.done if error is None else self._style.marks.failed
        self._surface.block(f"{ended} {step.title}  {duration(seconds)}", block.page.lines, tuple(told))
        if isinstance(error, FlowError):
            for annotation in annotations_of(error):
                self._annotate(annotation)

    def _view_for(self, step: RunningStep | None) -> View:
        block = self._block_of(step)
        return self._surface if block is None else block.view

    def _block_of(self, step: RunningStep | None) -> _Block | None:
        while step is not None:
            if step in self._blocks:
                return self._blocks[step]
            step = step.parent
        return None
