"""What was measured, as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench.measuring import Comparison, Figures


def show(comparison: Comparison, console: Console) -> None:
    """A table: medians, the shortest and the longest, the ratio to the first side, and the aim."""
    table = Table(title=comparison.title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("side")
    for heading in ("median", "shortest", "longest", "rounds", "ratio", "aim"):
        table.add_column(heading, justify="right")
    table.add_column("what was run")
    for side in comparison.sides:
        low, high = side.spread
        numbers = (*map(_seconds, (side.median, low, high)), str(len(side.seconds)))
        table.add_row(side.name, *numbers, f"{side.ratio:.2f}", _aim(side), side.command)
    console.print(table)


def _aim(side: Figures) -> str:
    if side.within is not None:
        return f"≤ {_seconds(side.within)}"
    return "" if side.at_most is None else f"≤ {side.at_most:.4g}"


def _seconds(number: float) -> str:
    """Milliseconds are told where they matter."""
    return f"{number:.2f} s" if number >= 1 else f"{number:.3f} s"


def write(comparisons: Sequence[Comparison], file: Path, commit: str) -> None:
    """All figures, and what they were measured on.

    :param commit: the commit whose tasks were measured.
    """
    document = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "machine": {
            "cpus": os.cpu_count(),
            "system": platform.platform(),
            "python": sys.version.partition(" ")[0],
        },
        "comparisons": [asdict(comparison) for comparison in comparisons],
    }
    file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
