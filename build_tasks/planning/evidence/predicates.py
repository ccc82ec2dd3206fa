"""What statements of evidence say: each content as the predicate that its specification asks for, and back.

- test results: https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md (v0.1)
- vulnerabilities: https://github.com/in-toto/attestation/blob/main/spec/predicates/vulns_02.md (v0.2)
- bill of materials and provenance are documents of their own and stay as they are.

Fields that a specification does not have are ours; readers pass over what they do not know.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from build_tasks.model.images import Digest
from build_tasks.model.proofs import (
    Content,
    EvidenceKind,
    MadeFrom,
    Provenance,
    Released,
    Sbom,
    TestsRun,
)
from build_tasks.planning.evidence.scan_predicate import read_scan, write_scan

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Inputs(msgspec.Struct, rename="camel", omit_defaults=True):
    revision: str
    source: str
    bases: dict[str, str]
    recorded_on: _Moment
    chart: str = ""


class _Release(msgspec.Struct, rename="camel"):
    version: str
    chart: str
    commit: str
    pushed_on: _Moment


class _Counts(msgspec.Struct):
    passed: int
    failed: int
    skipped: int


class _Configuration(msgspec.Struct):
    """A ResourceDescriptor: what the tests were run with."""

    name: str
    digest: dict[str, str]


class _TestResult(msgspec.Struct, rename="camel"):
    result: Literal["PASSED", "FAILED"]
    configuration: list[_Configuration]
    counts: _Counts
    seconds: float
    slowest: str
    finished_on: _Moment


def write_predicate(content: Content, inputs: str) -> Any:
    """Something that is a JSON object.

    :param inputs: the inputs hash.
    """
    match content:
        case MadeFrom():
            bases = dict(content.bases)
            return _Inputs(content.revision, content.source, bases, content.recorded, content.chart)
        case TestsRun():
            return _test_result(content, inputs)
        case Sbom():
            return content.document
        case Provenance():
            return content.predicate
        case Released():
            return _Release(content.version, str(content.chart), content.commit, content.pushed)
        case scanned:
            return write_scan(scanned)


def read_predicate(kind: EvidenceKind, type_: str, predicate: dict[str, Any]) -> Content:
    """:raises msgspec.ValidationError, ValueError: it is not what its type says."""
    match kind:
        case EvidenceKind.INPUTS:
            made = msgspec.convert(predicate, _Inputs)
            recorded = made.recorded_on.astimezone(UTC)
            return MadeFrom(made.revision, made.source, made.bases, recorded, made.chart)
        case EvidenceKind.TESTS:
            return _tests_run(msgspec.convert(predicate, _TestResult))
        case EvidenceKind.SCAN:
            return read_scan(predicate)
        case EvidenceKind.SBOM:
            if predicate.get("bomFormat") != "CycloneDX":
                raise ValueError("its predicate is not a CycloneDX document")
            return Sbom(predicate)
        case EvidenceKind.PROVENANCE:
            return Provenance(type_, predicate)
        case EvidenceKind.RELEASE:
            said = msgspec.convert(predicate, _Release)
            return Released(said.version, Digest(said.chart), said.commit, said.pushed_on.astimezone(UTC))


def _test_result(content: TestsRun, inputs: str) -> _TestResult:
    return _TestResult(
        result="FAILED" if content.failed else "PASSED",
        configuration=[_Configuration("inputs", {"sha256": inputs})],
        counts=_Counts(content.passed, content.failed, content.skipped),
        seconds=content.seconds,
        slowest=content.slowest,
        finished_on=content.finished,
    )


def _tests_run(read: _TestResult) -> TestsRun:
    if (read.result == "FAILED") != (read.counts.failed > 0):
        raise ValueError(f"it says {read.result} and counts {read.counts.failed} failed")
    counts = read.counts
    finished = read.finished_on.astimezone(UTC)
    return TestsRun(counts.passed, counts.failed, counts.skipped, read.seconds, read.slowest, finished)
