"""The two changes that the demonstration releases: one that works, one that does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from build_tasks.errors import FlowError


@dataclass(frozen=True)
class Change:
    """A change of the service ``delivery``.

    :param branch: feature branch.
    :param subject: the commit's subject, later the change cause.
    :param make: edits the clone it is given.
    """

    branch: str
    subject: str
    make: Callable[[Path], None]


def working(stamp: str) -> Change:
    """A change of the code.

    :param stamp: makes the content one that was never built before.
    """
    return Change("feature/delivery/eta-rounding", "Round estimated times", _append(f"rounding, {stamp}"))


def broken() -> Change:
    """A change that every check before QA lets pass: the chart now says "5s" where a number is read."""
    return Change("feature/delivery/say-the-unit", "Say the unit of the lame duck's time", _break)


def _append(text: str) -> Callable[[Path], None]:
    def make(clone: Path) -> None:
        file = clone / "services/delivery/delivery/__init__.py"
        file.write_text(file.read_text(encoding="utf-8") + f"\n# Demonstration: {text}.\n", encoding="utf-8")

    return make


def _break(clone: Path) -> None:
    file = clone / "services/delivery/chart/templates/deployment.yaml"
    text = file.read_text(encoding="utf-8")
    right = '"secrets" (dict "REDIS_URL" .Values.redis.secretName)'
    wrong = right + ' "plain" (dict "DRAIN_SECONDS" (printf "%vs" .Values.lameDuckSeconds))'
    if right not in text:
        raise FlowError("break the service for the demonstration", f"{file} has no `{right}`")
    file.write_text(text.replace(right, wrong), encoding="utf-8")
