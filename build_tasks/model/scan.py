"""What a scan of an image found, and what the policy makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum


class Severity(IntEnum):
    """How bad a vulnerability is, in the words that distributions and grype share; ordered."""

    UNKNOWN = 0
    NEGLIGIBLE = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5

    @property
    def words(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Finding:
    """One vulnerability in one package of an image.

    :param id: its identifier, ``CVE-2026-1234``; where the scanner knows none, what stands for it.
    :param fixed: the version that mends it; empty if there is none yet.
    """

    id: str
    package: str
    installed: str
    fixed: str
    severity: Severity


@dataclass(frozen=True)
class ScanReport:
    """What a scanner said about one image.

    :param scanner: its name, as the policy names it: ``grype`` or ``patch-level``.
    :param version: the scanner's own version.
    :param database: when what it knows was made (UTC).
    :param scanned: when it looked (UTC).
    """

    scanner: str
    version: str
    database: datetime
    scanned: datetime
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class ScanException:
    """A finding that is accepted for a while.

    :param package: empty: in whichever package.
    :param expires: the last day on which it counts.
    """

    id: str
    package: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True)
class Verdict:
    """A report held to the policy; it passes when nothing is refused.

    :param refused: findings that the policy does not accept.
    :param excepted: findings that a dated exception accepts, with it.
    :param tolerated: findings below what the policy refuses.
    """

    refused: tuple[Finding, ...]
    excepted: tuple[tuple[Finding, ScanException], ...] = ()
    tolerated: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.refused


@dataclass(frozen=True)
class ScanResult:
    """One scan of the image that is made of ``inputs``.

    :param inputs: the inputs hash, hexadecimal.
    :param policy: sha256 of the policy it was held to, hexadecimal.
    :param sbom: the bill of materials, CycloneDX JSON.
    """

    inputs: str
    report: ScanReport
    verdict: Verdict
    policy: str
    sbom: bytes
