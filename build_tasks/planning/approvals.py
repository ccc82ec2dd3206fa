"""The gate in front of production: pure, so that every combination can be tried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import Decision, ReleasedArtifacts, ReleaseRecord, SignedStatement
from build_tasks.model.source import Signature
from build_tasks.model.version import Version


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


def same_hand(one: Signature, other: Signature) -> bool:
    """Whether two signatures are of one person or one key."""
    return one.principal == other.principal or one.fingerprint == other.fingerprint


def check_approved(
    record: ReleaseRecord,
    artifacts: ReleasedArtifacts,
    environment: str,
    statements: Sequence[SignedStatement],
    now: datetime,
    *,
    lapsed: bool = False,
) -> SignedStatement:
    """The approval that opens the gate.

    A valid rejection of the same digests wins over every approval; it neither expires nor depends on who cut
    the release, nor on clocks: what stops a release is believed more readily than what lets it through.

    :param statements: what is attached to the image, with the outcome of verifying each signature.
    :param lapsed: an approval also counts after it expired: of a version that it let through before.
    :raises FlowError: REFUSED, with the reason for which each statement does not count.
    """
    reasons: list[str] = []
    approvals: list[SignedStatement] = []
    for signed in statements:
        problem = _problem(record, artifacts, environment, signed, None if lapsed else now)
        if problem:
            reasons.append(problem)
        elif signed.statement.decision is Decision.REJECT:
            raise _refusal(
                record.service, record.version, f"rejected by {_who(signed)}: {signed.statement.reason}"
            )
        else:
            approvals.append(signed)
    if approvals:
        return approvals[0]
    why = "there is no valid approval" if reasons else "nobody has approved it yet"
    raise _refusal(record.service, record.version, why, reasons)


class ApprovalState(StrEnum):
    """What became of a version's approval, in a word."""

    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WAITING = "waiting"


def approval_state(
    record: ReleaseRecord,
    artifacts: ReleasedArtifacts,
    environment: str,
    statements: Sequence[SignedStatement],
    now: datetime,
    *,
    promoted: bool,
) -> ApprovalState:
    """What became of it; the same rules as :func:`check_approved`.

    :param promoted: it was let in; the approval that did it does not lapse any more.
    """
    counting = [s for s in statements if not _problem(record, artifacts, environment, s, None)]
    if any(signed.statement.decision is Decision.REJECT for signed in counting):
        return ApprovalState.REJECTED
    if not counting:
        return ApprovalState.WAITING
    if promoted or any(not _problem(record, artifacts, environment, s, now) for s in counting):
        return ApprovalState.APPROVED
    return ApprovalState.EXPIRED


def _problem(
    record: ReleaseRecord,
    artifacts: ReleasedArtifacts,
    environment: str,
    signed: SignedStatement,
    now: datetime | None,
) -> str:
    """Why a statement does not count; empty if it does.

    :param now: None: whatever the time.
    """
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
    if now is None:
        return ""
    if now >= said.expires:
        return f"{who}: expired on {said.expires:%Y-%m-%d %H:%M} UTC"
    if said.issued > now:
        return f"{who}: issued in the future ({said.issued:%Y-%m-%d %H:%M} UTC); check the clocks"
    return ""


def _who(signed: SignedStatement) -> str:
    return signed.signer.principal if signed.signer else "an unknown signer"


def _refusal(service: str, version: Version, why: str, reasons: Sequence[str] = ()) -> FlowError:
    return FlowError(
        f"promote {service} {version.tag}",
        why,
        f"an approver runs: ./inv {service}.approve --version {version}",
        code=ExitCode.REFUSED,
        details=reasons,
    )
