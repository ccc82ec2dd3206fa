"""Plans of promotions as files, and what became different since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.images import Digest
from build_tasks.model.promotion import PromotionPlan, SeenApproval
from build_tasks.model.version import Version

#: What the file calls itself, so that nobody takes another JSON document for one.
_KIND = "build-tasks/promotion"
_FORMAT = 1


class _Heading(msgspec.Struct):
    """The part that every format has."""

    kind: str
    format: int


class _Approval(msgspec.Struct, forbid_unknown_fields=True):
    by: str
    issued: datetime
    expires: datetime


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """Format 1. An empty text stands for nothing."""

    kind: str
    format: int
    made: datetime
    service: str
    version: str
    environment: str
    image: str
    chart: str
    commit: str
    active: str
    running: str
    manifests: str
    approvals: list[_Approval]
    required: int
    reason: str
    downgrade: bool


def write_plan(plan: PromotionPlan) -> bytes:
    """The file: JSON, in the order in which people read it."""
    file = _File(
        kind=_KIND,
        format=_FORMAT,
        made=plan.made,
        service=plan.service,
        version=str(plan.version),
        environment=plan.environment,
        image=str(plan.found.image),
        chart=str(plan.found.chart),
        commit=plan.commit,
        active=str(plan.active or ""),
        running=str(plan.running or ""),
        manifests=str(plan.manifests),
        approvals=[_Approval(one.by, one.issued, one.expires) for one in plan.approvals],
        required=plan.required,
        reason=plan.reason,
        downgrade=plan.downgrade,
    )
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"


def is_plan(data: bytes) -> bool:
    """Whether a file is a plan of any format, and so may be written anew."""
    try:
        return msgspec.json.decode(data, type=_Heading).kind == _KIND
    except (ValueError, RecursionError):  # what msgspec raises, and what it does not catch of an encoding
        return False


def read_plan(data: bytes) -> PromotionPlan:
    """Read a plan.

    :raises ValueError: it is none, or one of another format.
    """
    if not is_plan(data):
        raise ValueError("it is not the plan of a promotion")
    written = msgspec.json.decode(data, type=_Heading).format
    if written != _FORMAT:
        raise ValueError(f"it is a plan of format {written}, and these tasks read format {_FORMAT}")
    try:
        return _plan(msgspec.json.decode(data, type=_File))
    except (msgspec.MsgspecError, OverflowError) as error:
        raise ValueError(str(error)) from None


def _plan(file: _File) -> PromotionPlan:
    return PromotionPlan(
        service=file.service,
        version=Version.parse(file.version),
        environment=file.environment,
        found=ReleasedArtifacts(Digest(file.image), Digest(file.chart)),
        commit=file.commit,
        active=Version.parse(file.active) if file.active else None,
        running=Digest(file.running) if file.running else None,
        manifests=Digest(file.manifests),
        approvals=tuple(SeenApproval(a.by, _utc(a.issued), _utc(a.expires)) for a in file.approvals),
        required=file.required,
        reason=file.reason,
        downgrade=file.downgrade,
        made=_utc(file.made),
    )


def _utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError(f"{time}: no time zone")
    return time.astimezone(UTC)


def drift(planned: PromotionPlan, now: PromotionPlan) -> list[str]:
    """What is different from what a plan was made on, in whole phrases; empty if it still holds.

    That production runs the planned version already is no difference: somebody carried the plan out, and was
    perhaps interrupted. Nor is an approval that came since.

    :param now: the same, planned anew.
    """
    return [*_of_the_version(planned, now), *_of_production(planned, now), *_of_approvals(planned, now)]


def _of_the_version(planned: PromotionPlan, now: PromotionPlan) -> Iterator[str]:
    digests = (
        ("image", planned.found.image, now.found.image),
        ("chart", planned.found.chart, now.found.chart),
    )
    for name, was, is_now in digests:
        if was != is_now:
            yield f"the {name}: {planned.version.tag} is {is_now.short} by now, the plan has {was.short}"
    if planned.commit != now.commit:
        yield f"the release record: it names commit {now.commit[:12]}, the plan has {planned.commit[:12]}"
    if planned.found == now.found and planned.manifests != now.manifests:
        yield (
            f"the manifests: Helm renders {now.manifests.short} here, the plan has {planned.manifests.short}"
        )


def _of_production(planned: PromotionPlan, now: PromotionPlan) -> Iterator[str]:
    if planned.environment != now.environment:
        yield f"production: it is called {now.environment}, the plan has {planned.environment}"
    if now.active == planned.version:
        return
    if planned.active != now.active:
        yield f"the active version: it is {now.expected.words} by now, the plan has {planned.expected.words}"
    elif planned.running != now.running:
        yield f"what runs: the release of {planned.expected.words} was changed since"


def _of_approvals(planned: PromotionPlan, now: PromotionPlan) -> Iterator[str]:
    count = {one.by for one in now.approvals}
    for one in planned.approvals:
        if one.by not in count:
            yield f"the approvals: the one by {one.by} counts no more"
