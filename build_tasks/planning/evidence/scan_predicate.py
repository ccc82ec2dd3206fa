"""A scan as the in-toto predicate for vulnerabilities, v0.2, and back.

What the policy made of each finding stands in its annotations, which the specification leaves to scanners.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec

from build_tasks.model.proofs import Scanned
from build_tasks.model.scan import Finding, ScanException, ScanReport, Severity, Verdict

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
#: Begins the scanner's URI; its name follows.
_SCANNER = "urn:build-tasks:scanner:"
_REFUSED, _EXCEPTED, _TOLERATED = "refused", "excepted", "tolerated"
#: Annotation that holds nothing but another identifier of the same vulnerability.
_ALIAS = "alias"


class _Severity(msgspec.Struct):
    method: str
    score: str


class _Found(msgspec.Struct):
    id: str
    severity: list[_Severity]
    annotations: list[dict[str, str]]


class _Database(msgspec.Struct, rename="camel"):
    last_update: _Moment


class _Scanner(msgspec.Struct):
    uri: str
    version: str
    db: _Database
    result: list[_Found]
    notes: list[str] = []


class _Metadata(msgspec.Struct, rename="camel"):
    scan_started_on: _Moment
    scan_finished_on: _Moment


class _Policy(msgspec.Struct, rename="camel", omit_defaults=True):
    digest: dict[str, str]
    judged_on: _Moment | None = None


class _Vulnerabilities(msgspec.Struct):
    scanner: _Scanner
    metadata: _Metadata
    policy: _Policy


def write_scan(content: Scanned) -> _Vulnerabilities:
    """The predicate."""
    report = content.report
    return _Vulnerabilities(
        _Scanner(
            uri=_SCANNER + report.scanner,
            version=report.version,
            db=_Database(report.database),
            result=[_found(finding, content) for finding in report.findings],
            notes=list(report.notes),
        ),
        _Metadata(report.scanned, report.scanned),
        _Policy({"sha256": content.policy}, content.judged),
    )


def read_scan(predicate: dict[str, Any]) -> Scanned:
    """:raises msgspec.ValidationError, ValueError: it is no scan of ours."""
    read = msgspec.convert(predicate, _Vulnerabilities)
    if not read.scanner.uri.startswith(_SCANNER):
        raise ValueError(f"nothing is known of the scanner {read.scanner.uri!r}")
    pairs = [(_finding(found), _said(found)) for found in read.scanner.result]
    report = ScanReport(
        scanner=read.scanner.uri.removeprefix(_SCANNER),
        version=read.scanner.version,
        database=read.scanner.db.last_update.astimezone(UTC),
        scanned=read.metadata.scan_finished_on.astimezone(UTC),
        findings=tuple(finding for finding, _ in pairs),
        notes=tuple(read.scanner.notes),
    )
    judged = read.policy.judged_on
    return Scanned(
        report,
        _verdict(pairs),
        read.policy.digest.get("sha256", ""),
        judged.astimezone(UTC) if judged else None,
    )


def _verdict(pairs: Sequence[tuple[Finding, Mapping[str, str]]]) -> Verdict:
    excused = [(f, _exception(said), said["verdict"]) for f, said in pairs if "exceptionId" in said]
    return Verdict(
        refused=tuple(finding for finding, said in pairs if said["verdict"] == _REFUSED),
        excepted=tuple((finding, why) for finding, why, verdict in excused if verdict == _EXCEPTED),
        tolerated=tuple(finding for finding, said in pairs if said["verdict"] == _TOLERATED),
        expired=tuple((finding, why) for finding, why, verdict in excused if verdict == _REFUSED),
    )


def _found(finding: Finding, content: Scanned) -> _Found:
    severity = _Severity(content.report.scanner, finding.severity.words)
    own = {
        "package": finding.package,
        "installed": finding.installed,
        "fixed": finding.fixed,
        "kind": finding.kind,
    }
    aliases = [{_ALIAS: alias} for alias in finding.aliases]
    return _Found(finding.id, [severity], [{**own, **_judged(finding, content.verdict)}, *aliases])


def _judged(finding: Finding, verdict: Verdict) -> dict[str, str]:
    for excepted, why in verdict.excepted:
        if excepted == finding:
            return {"verdict": _EXCEPTED, **_excuse(why)}
    if finding in verdict.tolerated:
        return {"verdict": _TOLERATED}
    excuses = [_excuse(why) for expired, why in verdict.expired if expired == finding]
    return {"verdict": _REFUSED, **(excuses[0] if excuses else {})}


def _excuse(why: ScanException) -> dict[str, str]:
    return {
        "exceptionId": why.id,
        "exceptionPackage": why.package,
        "exceptionReason": why.reason,
        "exceptionOwner": why.owner,
        "exceptionExpires": why.expires.isoformat(),
    }


def _said(found: _Found) -> dict[str, str]:
    """What is said of a finding besides its aliases."""
    said = {key: value for each in found.annotations for key, value in each.items() if key != _ALIAS}
    if said.get("verdict") not in (_REFUSED, _EXCEPTED, _TOLERATED):
        raise ValueError(f"it does not say what became of {found.id}")
    if said["verdict"] == _EXCEPTED and "exceptionId" not in said:
        raise ValueError(f"it does not say what excepts {found.id}")
    return said


def _finding(found: _Found) -> Finding:
    said = _said(found)
    name = found.severity[0].score.upper() if found.severity else Severity.UNKNOWN.name
    if name not in Severity.__members__:
        raise ValueError(f"{found.id} has the severity {found.severity[0].score!r}")
    return Finding(
        id=found.id,
        package=said.get("package", ""),
        installed=said.get("installed", ""),
        fixed=said.get("fixed", ""),
        severity=Severity[name],
        kind=said.get("kind", ""),
        aliases=tuple(each[_ALIAS] for each in found.annotations if _ALIAS in each),
    )


def _exception(said: Mapping[str, str]) -> ScanException:
    package, reason, owner = (said.get(f"exception{key}", "") for key in ("Package", "Reason", "Owner"))
    expires = date.fromisoformat(said.get("exceptionExpires", ""))
    return ScanException(said["exceptionId"], package, reason, owner, expires)
