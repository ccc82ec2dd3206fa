"""Evidence to plan with: one statement of each kind, all of one image."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from build_tasks.model.proofs import (
    Content,
    EvidenceKind,
    EvidenceStatement,
    MadeFrom,
    Provenance,
    Released,
    Sbom,
    Scanned,
    SignedEvidence,
    TestsRun,
)
from build_tasks.model.scan import Finding, ScanException, ScanReport, Severity, Verdict
from build_tasks.model.source import Signature
from build_tasks.planning.evidence.gate import Pushed, Subject
from tests.fakes.samples import SHA, digest

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
IMAGE, INPUTS = digest("a"), "1" * 64
CHART = digest("d")
SUBJECT = Subject("delivery", IMAGE, INPUTS, Pushed("1.0.2", CHART, SHA))
BUILDER = Signature("ci", "SHA256:ci")

LOW = Finding("CVE-2026-1", "zlib1g", "1.3-1", "", Severity.LOW)
KNOWN = Finding("CVE-2026-2", "libssl3", "3.5-1", "3.5-2", Severity.HIGH)
BAD = Finding("CVE-2026-3", "libssl3", "3.5-1", "3.5-2", Severity.CRITICAL)
EXCEPTION = ScanException("CVE-2026-2", "libssl3", "not reachable", "shipping", date(2026, 6, 1))


def scanned(
    *refused: Finding, scanner: str = "grype", at: datetime = NOW, judged: datetime | None = NOW
) -> Scanned:
    """A scan with one finding that is tolerated, one that is excepted, and those that are refused.

    :param judged: None: as it was written before that was.
    """
    report = ScanReport(scanner, "0.90.0", at - HOUR, at, (LOW, KNOWN, *refused))
    return Scanned(report, Verdict(refused, ((KNOWN, EXCEPTION),), (LOW,)), "9" * 64, judged)


def a_test_run(failed: int = 0, passed: int = 12, at: datetime = NOW) -> TestsRun:
    return TestsRun(passed, failed, 1, 0.8, "test_put 0.2 s", at)


PROVENANCE = Provenance(
    "https://slsa.dev/provenance/v0.2",
    {
        "buildType": "https://mobyproject.org/buildkit@v1",
        "builder": {"id": ""},
        "materials": [{"uri": "pkg:docker/python@3.13", "digest": {"sha256": "c" * 64}}],
        "metadata": {"buildFinishedOn": "2026-03-01T11:58:00.5Z"},
    },
)
RELEASED = Released("1.0.2", CHART, SHA, NOW)
CONTENTS: dict[EvidenceKind, Content] = {
    EvidenceKind.INPUTS: MadeFrom(SHA, "https://git.example.org/shop", {"python:3.13": "stand-in/1"}, NOW),
    EvidenceKind.TESTS: a_test_run(),
    EvidenceKind.SCAN: scanned(),
    EvidenceKind.SBOM: Sbom(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "metadata": {"timestamp": "2026-03-01T13:00:00+01:00"},
            "components": [{"name": "zlib1g"}, {"name": "bash"}],
        }
    ),
    EvidenceKind.PROVENANCE: PROVENANCE,
    EvidenceKind.RELEASE: RELEASED,
}


def statement(kind: EvidenceKind, content: Content | None = None, **changes: Any) -> EvidenceStatement:
    made = EvidenceStatement(kind, "delivery", IMAGE, INPUTS, content or CONTENTS[kind])
    return replace(made, **changes)


def signed(
    kind: EvidenceKind,
    content: Content | None = None,
    *,
    signer: Signature | None = BUILDER,
    refusal: str = "",
    **changes: Any,
) -> SignedEvidence:
    """A piece as it was attached under its kind."""
    return SignedEvidence(kind, statement(kind, content, **changes), signer, refusal)


def everything() -> list[SignedEvidence]:
    """All that there must be, and nothing to say against it."""
    return [signed(kind) for kind in EvidenceKind]
