"""What Helm prints as JSON, read into the model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from build_tasks.model.releases import HookRun, ReleaseStatus, Revision

_NEVER = datetime.fromtimestamp(0, UTC)


class _Element(msgspec.Struct):
    """A line of `helm list` or `helm history`."""

    updated: str = ""
    status: str = ""
    chart: str = ""
    app_version: str = ""
    description: str = ""
    #: `helm list` writes a text, `helm history` a number.
    revision: int = 0
    name: str = ""


class _Run(msgspec.Struct):
    phase: str = ""


class _Hook(msgspec.Struct):
    name: str
    events: list[str] = msgspec.field(default_factory=list)
    last_run: _Run = msgspec.field(default_factory=_Run)


class _Release(msgspec.Struct):
    """The part of `helm status` that is read."""

    hooks: list[_Hook] | None = None


def revisions(found: object, *, release: str = "") -> Sequence[Revision]:
    """Revisions from the lines of `helm list`, or of `helm history` of one release."""
    elements = msgspec.convert(found, list[_Element], strict=False)
    return [
        Revision(
            element.name or release,
            element.revision,
            _status(element.status),
            element.chart,
            element.app_version,
            _time(element.updated),
            element.description,
        )
        for element in elements
    ]


def test_hooks(found: object) -> Sequence[HookRun]:
    """The test hooks in `helm status`, with the phase of their last run; never run: ``Unknown``."""
    hooks = msgspec.convert(found, _Release).hooks or []
    return [HookRun(hook.name, hook.last_run.phase or "Unknown") for hook in hooks if "test" in hook.events]


def _status(text: str) -> ReleaseStatus:
    return ReleaseStatus(text) if text in set(ReleaseStatus) else ReleaseStatus.UNKNOWN


def _time(text: str) -> datetime:
    """RFC 3339, with up to nine digits of a second; Helm leaves it empty for a release never deployed."""
    return msgspec.convert(text, datetime) if text else _NEVER
