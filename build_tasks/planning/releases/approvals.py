"""The gate in front of production: pure, so that every combination can be tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.approvals import Standing
from build_tasks.model.evidence import Decision, ReleasedArtifacts, ReleaseRecord, SignedStatement
from build_tasks.model.source import Signature
from build_tasks.planning.releases.hands import hands, same_hand


def check_may_decide(record: ReleaseRecord, approver: Signature) -> None:
    """Whoever cut a version cannot approve it: neither the person nor the key. (They may well reject it.)

    :raises FlowError: REFUSED.
    """
    if same_hand(record.signer, approver):
        raise FlowError(
            f"approve {record.service} {record.version.tag}",
            f"{approver.principal} cut this release; somebody else must approve it",
            "ask another approver",
            code=ExitCode.REFUSED,
        )


def stand(
    record: ReleaseRecord,
    artifacts: ReleasedArtifacts,
    environment: str,
    statements: Sequence[SignedStatement],
    now: datetime | None,
    required: int,
) -> Standing:
    """What was decided about a version so far.

    Approvals count once for each hand (:func:`hands`), by the newest that the hand signed, and never for the
    hand that cut the version. A valid rejection of the same digests wins over all of them; it neither expires
    nor depends on who cut the release, nor on clocks: what stops a release is believed more readily than what
    lets it through.

    :param statements: what is attached to the image, with the outcome of verifying each signature.
    :param now: None: approvals count whatever the time.
    :param required: approvals that production wants.
    """
    reasons: list[str] = []
    approvals: list[SignedStatement] = []
    for signed in statements:
        problem = _problem(record, artifacts, environment, signed)
        if problem:
            reasons.append(problem)
        elif signed.statement.decision is Decision.REJECT:
            return Standing((), required, signed)
        else:
            approvals.append(signed)
    given = []
    for newest, cut_it in _newest_of_each_hand(record, statements, approvals):
        problem = _cut_by(record, newest) if cut_it else _out_of_time(newest, now) if now else ""
        if problem:
            reasons.append(problem)
        else:
            given.append(newest)
    return Standing(tuple(given), required, None, tuple(reasons))


def check_approved(
    record: ReleaseRecord, standing: Standing, approvers: Sequence[Signature] = ()
) -> tuple[SignedStatement, ...]:
    """The approvals that open the gate.

    :param approvers: whom main names as such, for the message.
    :raises FlowError: REFUSED, with the reason for which each statement does not count.
    """
    if standing.open:
        return standing.given
    if standing.rejection is not None:
        said = f"rejected by {_who(standing.rejection)}: {standing.rejection.statement.reason}"
        raise _refusal(record, said, "a rejected version stays out; cut the next one")
    why = "there is no valid approval" if standing.reasons else "nobody has approved it yet"
    if standing.required > 1:
        why = standing.words
    raise _refusal(
        record,
        why,
        f"an approver runs: ./inv {record.service}.approve --version {record.version}"
        f" ({who_may(record, standing, approvers)})",
        standing.reasons,
    )


def who_may(record: ReleaseRecord, standing: Standing, approvers: Sequence[Signature]) -> str:
    """``may approve: ben, eve``: of those whom main names, who neither cut it nor approved it already."""
    others = [record.signer, *(signed.signer for signed in standing.given if signed.signer)]
    free = [one.principal for one in approvers if not any(same_hand(one, other) for other in others)]
    names = ", ".join(dict.fromkeys(free))
    return f"may approve: {names or 'nobody that main names'}"


class ApprovalState(StrEnum):
    """What became of a version's approval, in a word."""

    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WAITING = "waiting"


def approval_state(standing: Standing, lapsed: Standing, *, promoted: bool) -> ApprovalState:
    """What became of it; the same rules as :func:`check_approved`.

    :param standing: as things are now.
    :param lapsed: the same, whatever the time.
    :param promoted: it was let in; the approvals that did it do not lapse any more.
    """
    if standing.rejection is not None:
        return ApprovalState.REJECTED
    if standing.open or (promoted and lapsed.given):
        return ApprovalState.APPROVED
    return ApprovalState.EXPIRED if lapsed.open else ApprovalState.WAITING


def _newest_of_each_hand(
    record: ReleaseRecord, statements: Sequence[SignedStatement], approvals: Sequence[SignedStatement]
) -> Iterator[tuple[SignedStatement, bool]]:
    """What each hand approved last, and whether it is the hand that cut the version.

    Who signs again means what was signed last, also if that ends earlier. Who shares what with whom is seen
    in all that was signed, also in what does not count otherwise.
    """
    seen = [one.signer for one in statements if one.signer and not one.refusal]
    for hand in hands([record.signer, *seen]):
        mine = [one for one in approvals if one.signer in hand]
        if mine:
            yield max(mine, key=lambda one: one.statement.issued), record.signer in hand


def _out_of_time(signed: SignedStatement, now: datetime) -> str:
    """Why an approval does not count at that time; empty if it does."""
    said, who = signed.statement, _who(signed)
    if now >= said.expires:
        return f"{who}: expired on {said.expires:%Y-%m-%d %H:%M} UTC"
    if said.issued > now:
        return f"{who}: issued in the future ({said.issued:%Y-%m-%d %H:%M} UTC); check the clocks"
    return ""


def _problem(
    record: ReleaseRecord,
    artifacts: ReleasedArtifacts,
    environment: str,
    signed: SignedStatement,
) -> str:
    """Why a statement does not count, whatever the time; empty if it does."""
    said, who = signed.statement, _who(signed)
    if signed.refusal or signed.signer is None:
        return f"{who}: {signed.refusal or 'not signed'}"
    if (said.service, said.version) != (record.service, str(record.version)):
        return f"{who}: it is about {said.service} {said.version}"
    if said.environment != environment:
        return f"{who}: it is about {said.environment}, not {environment}"
    if said.image != artifacts.image:
        return f"{who}: it is about image {said.image.short}, not {artifacts.image.short}"
    if said.chart != artifacts.chart:
        return f"{who}: it is about chart {said.chart.short}, not {artifacts.chart.short}"
    if said.decision is Decision.REJECT:
        return ""
    if same_hand(record.signer, signed.signer):
        return f"{who}: cut this release and cannot approve it"
    return ""


def _cut_by(record: ReleaseRecord, signed: SignedStatement) -> str:
    cutter = record.signer.principal
    return f"{_who(signed)}: shares a key with {cutter}, who cut this release and cannot approve it"


def _who(signed: SignedStatement) -> str:
    return signed.signer.principal if signed.signer else "an unknown signer"


def _refusal(record: ReleaseRecord, why: str, fix: str, reasons: Sequence[str] = ()) -> FlowError:
    what = f"promote {record.service} {record.version.tag}"
    return FlowError(what, why, fix, code=ExitCode.REFUSED, details=reasons)
