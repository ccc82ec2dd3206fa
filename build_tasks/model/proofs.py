"""Evidence about an image: what a builder testifies of it, and what became of checking that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from build_tasks.model.images import Digest
from build_tasks.model.scan import ScanReport, Verdict
from build_tasks.model.source import Signature

#: Namespace of builders' signatures; an allowed-signers line that has it names an accepted builder.
EVIDENCE_NAMESPACE = "evidence@build-tasks"
#: OCI artifact type under which the release record (the signed tag itself) is attached to the image.
RECORD_TYPE = "application/vnd.build-tasks.record.v1"


class EvidenceKind(StrEnum):
    """What there must be of every version that goes into production, in the order in which it is told."""

    INPUTS = "inputs"
    TESTS = "tests"
    SCAN = "scan"
    SBOM = "sbom"
    PROVENANCE = "provenance"
    RELEASE = "release"

    @property
    def artifact_type(self) -> str:
        """OCI artifact type under which it is attached to the image."""
        return f"application/vnd.build-tasks.evidence.{self.value}.v1+json"

    @property
    def words(self) -> str:
        """What people call it."""
        return _WORDS[self]


_WORDS = {
    EvidenceKind.INPUTS: "inputs",
    EvidenceKind.TESTS: "test results",
    EvidenceKind.SCAN: "vulnerability scan",
    EvidenceKind.SBOM: "bill of materials",
    EvidenceKind.PROVENANCE: "build provenance",
    EvidenceKind.RELEASE: "version and chart",
}

#: What there is of an image that may become a version; the version has a statement of its own.
OF_CANDIDATES = frozenset(EvidenceKind) - {EvidenceKind.RELEASE}
#: What tells that an image is what would be built now, and that its tests passed.
REUSABLE = frozenset({EvidenceKind.INPUTS, EvidenceKind.TESTS, EvidenceKind.PROVENANCE})


@dataclass(frozen=True)
class MadeFrom:
    """Where an image comes from.

    :param revision: full name of the commit it was first built from.
    :param source: where that commit is, without credentials.
    :param bases: each base image's reference with what it stood for.
    :param recorded: when (UTC).
    :param chart: the inputs hash of a chart that was found good to deploy it with, hexadecimal; empty: none
        was looked at.
    """

    revision: str
    source: str
    bases: Mapping[str, str]
    recorded: datetime
    chart: str = ""


@dataclass(frozen=True)
class TestsRun:
    """The numbers of the unit tests that were run on these inputs; ``finished`` in UTC."""

    __test__ = False

    passed: int
    failed: int
    skipped: int
    seconds: float
    slowest: str
    finished: datetime


@dataclass(frozen=True)
class Scanned:
    """What a scan of the image found.

    :param policy: sha256 of the policy that the verdict is by, hexadecimal.
    :param judged: when the report was held to it (UTC), which may be long after the scanner looked; None: it
        does not say, as statements of before.
    """

    report: ScanReport
    verdict: Verdict
    policy: str
    judged: datetime | None = None


@dataclass(frozen=True)
class Sbom:
    """What is in the image: a CycloneDX document (https://cyclonedx.org)."""

    document: Mapping[str, Any]

    @property
    def components(self) -> int:
        return len(self.document.get("components") or ())

    @property
    def format(self) -> str:
        """``CycloneDX 1.6``."""
        return f"CycloneDX {self.document.get('specVersion', '')}".rstrip()


@dataclass(frozen=True)
class Provenance:
    """How the image was built, in the builder's own words (https://slsa.dev/provenance).

    :param type: the predicate's type, which tells its version.
    """

    type: str
    predicate: Mapping[str, Any]


@dataclass(frozen=True)
class Released:
    """What an image was pushed as: the one statement that ties a version to its image, chart and commit.

    :param version: ``1.4.0``.
    :param commit: full name of the commit it was pushed from.
    :param pushed: when (UTC).
    """

    version: str
    chart: Digest
    commit: str
    pushed: datetime


Content = MadeFrom | TestsRun | Scanned | Sbom | Provenance | Released


@dataclass(frozen=True)
class EvidenceStatement:
    """What a builder testifies of one image.

    :param inputs: the inputs hash that the image is made of, hexadecimal.
    """

    kind: EvidenceKind
    service: str
    image: Digest
    inputs: str
    content: Content


@dataclass(frozen=True)
class SignedEvidence:
    """What is attached to an image as evidence of a kind, and the outcome of checking it.

    :param statement: None if it cannot be read; then ``refusal`` says why.
    :param signer: the builder; None if the signature does not count, with ``refusal``.
    """

    kind: EvidenceKind
    statement: EvidenceStatement | None
    signer: Signature | None
    refusal: str = ""
