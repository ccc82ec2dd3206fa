"""The table of what runs side by side, drawn over and over on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from build_tasks.errors import FlowError
from build_tasks.presentation.plain_text import duration
from build_tasks.presentation.running_step import Row
from build_tasks.presentation.style import Style

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text


def table_of(rows: Sequence[Row], now: float, style: Style) -> Table:
    """One line for each: what it is called, what it does, since when, how long it took before, its result.

    :param now: monotonic seconds.
    """
    from rich.table import Table

    table = Table(box=None, expand=True, pad_edge=False, header_style="dim")
    table.add_column("service", no_wrap=True)
    table.add_column("now", ratio=1, no_wrap=True, overflow="ellipsis")
    for heading in ("time", "last time"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("result", no_wrap=True)
    for row in rows:
        last = "" if row.expected is None else duration(row.expected)
        table.add_row(row.label, _doing(row), _time(row, now), last, _result(row, style))
    return table


def _doing(row: Row) -> Text:
    from rich.text import Text

    step = row.step
    if step is None:
        return Text("waiting" if row.seconds is None else "", "dim")
    doing = Text("" if step.title == row.title else step.title)
    return doing.append(f"  {step.details[-1]}", "dim") if step.details else doing


def _time(row: Row, now: float) -> str:
    if row.started is None:
        return ""
    return duration(now - row.started if row.seconds is None else row.seconds)


def _result(row: Row, style: Style) -> Text:
    from rich.text import Text

    if row.seconds is None:
        return Text("")
    if row.error is None:
        return Text(style.marks.done, "green")
    if isinstance(row.error, KeyboardInterrupt):
        return Text(f"{style.marks.failed} interrupted", "red")
    why = row.error.code.words if isinstance(row.error, FlowError) else "a bug"
    return Text(f"{style.marks.failed} {why}", "red")
