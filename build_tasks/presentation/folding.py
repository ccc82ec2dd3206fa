"""Folded blocks in the logs of CI systems."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from build_tasks.model.ci import CiSystem, RunBy
from build_tasks.presentation.plain_text import without_ci_commands

#: Takes a block's title, its lines and the time (seconds since 1970); gives the lines to print.
Fold = Callable[[str, Sequence[str], int], Iterator[str]]


def fold_for(ci: RunBy) -> Fold | None:
    """How this CI folds a block; None where nothing folds."""
    folds: dict[RunBy, Fold] = {
        CiSystem.GITHUB: _github,
        CiSystem.AZURE: _azure,
        CiSystem.GITLAB: _gitlab,
    }
    return folds.get(ci)


def in_a_block(title: str, lines: Sequence[str], now: int) -> Iterator[str]:
    """Within a block that is folded itself: not once more, as no CI folds what is in a fold."""
    yield from (f"  | {without_ci_commands(line)}" for line in lines)


def _github(title: str, lines: Sequence[str], now: int) -> Iterator[str]:
    """https://docs.github.com/actions/reference/workflow-commands-for-github-actions#grouping-log-lines"""
    yield f"::group::{without_ci_commands(title)}"
    yield from map(without_ci_commands, lines)
    yield "::endgroup::"


def _azure(title: str, lines: Sequence[str], now: int) -> Iterator[str]:
    """https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands#formatting-commands"""
    yield f"##[group]{without_ci_commands(title)}"
    yield from map(without_ci_commands, lines)
    yield "##[endgroup]"


def _gitlab(title: str, lines: Sequence[str], now: int) -> Iterator[str]:
    """https://docs.gitlab.com/ci/jobs/job_logs/#expand-and-collapse-job-log-sections"""
    name = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_") or "step"
    yield f"\x1b[0Ksection_start:{now}:{name}[collapsed=true]\r\x1b[0K{title}"
    yield from lines
    yield f"\x1b[0Ksection_end:{now}:{name}\r\x1b[0K"
