"""What the policy makes of a scan. Everything here fails closed: what is not accepted is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import msgspec

from build_tasks.model.scan import (
    NO_PACKAGES,
    Finding,
    ScanException,
    ScanPolicy,
    ScanReport,
    Severity,
    Verdict,
)


def fingerprint(policy: ScanPolicy) -> str:
    """sha256 of what the policy says, hexadecimal; comments and layout of its file do not count."""
    plain = msgspec.to_builtins(policy, enc_hook=str)
    return hashlib.sha256(msgspec.json.encode(plain, order="deterministic")).hexdigest()


def judge(report: ScanReport, policy: ScanPolicy, today: date) -> Verdict:
    """Hold a report to the policy; findings come worst first.

    :param today: exceptions count up to the day they name (UTC).
    """
    refused, tolerated = [], []
    excepted: list[tuple[Finding, ScanException]] = []
    expired: list[tuple[Finding, ScanException]] = []
    for finding in sorted(report.findings, key=_worst_first):
        if not _refusable(finding, policy):
            tolerated.append(finding)
            continue
        exception = _latest(e for e in policy.exceptions if _about(e, finding))
        if exception is not None and exception.expires >= today:
            excepted.append((finding, exception))
            continue
        refused.append(finding)
        expired += [(finding, exception)] if exception is not None else []
    return Verdict(tuple(refused), tuple(excepted), tuple(tolerated), tuple(expired))


def too_old(database: datetime, policy: ScanPolicy, now: datetime) -> str:
    """Why what a scanner knows is too old to prove anything; empty if it is not."""
    age = now - database
    if age <= policy.oldest:
        return ""
    allowed = f"the policy allows {_words(policy.oldest)} (max_age_days)"
    return f"what it knows is of {database:%Y-%m-%d %H:%M} UTC, {_words(age)} old; {allowed}"


def production_refusal(report: ScanReport, policy: ScanPolicy) -> str:
    """Why a report lets no version into production, whatever it found; empty if it does."""
    accepted = policy.production_accepts
    if report.scanner in accepted:
        return ""
    return f"it was scanned by {report.scanner}, and production_accepts names {', '.join(accepted)} only"


def superseded(policy: ScanPolicy, today: date) -> tuple[ScanException, ...]:
    """Exceptions that count no more."""
    return tuple(exception for exception in policy.exceptions if exception.expires < today)


def _words(age: timedelta) -> str:
    """``1 day``, ``5 days and 3 hours``: no hours where that would be none."""
    days, hours = _counted(age.days, "day"), age.seconds // 3600
    return f"{days} and {_counted(hours, 'hour')}" if hours else days


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _worst_first(finding: Finding) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    words = (finding.package, finding.id, finding.installed, finding.fixed, finding.kind)
    return (-finding.severity, words, finding.aliases)


def _refusable(finding: Finding, policy: ScanPolicy) -> bool:
    if finding.id == NO_PACKAGES:
        return policy.refuse_no_packages
    if policy.only_with_fix and not finding.fixed:
        return False
    if finding.severity is Severity.UNKNOWN:
        return policy.refuse_unknown
    return finding.severity >= policy.severity


def _about(exception: ScanException, finding: Finding) -> bool:
    same = exception.id in (finding.id, *finding.aliases)
    return same and exception.package in ("", finding.package)


def _latest(exceptions: Iterable[ScanException]) -> ScanException | None:
    return max(exceptions, key=lambda exception: exception.expires, default=None)
