"""What a scan of an image found, and what the policy makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum

#: Stands for a finding where patch-level has no system packages to look at; an exception may name it.
NO_PACKAGES = "no-system-packages"


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


class ScannerName(StrEnum):
    """The scanners there are, as the policy names them.

    ``grype`` looks up everything in the bill of materials in a database of vulnerabilities; ``patch-level``
    compares Debian packages with the security suite's, and nothing else.
    """

    GRYPE = "grype"
    PATCH_LEVEL = "patch-level"


@dataclass(frozen=True)
class Knowledge:
    """What a scanner knows about vulnerabilities now.

    :param database: when that was made (UTC).
    :param identity: changes with its content.
    :param unasked: why its source could not be asked whether there is something newer; empty: it was.
    """

    database: datetime
    identity: str
    unasked: str = ""


@dataclass(frozen=True)
class Unreachable:
    """A scanner knows nothing, because neither publisher nor mirror could be reached; and why."""

    reason: str


@dataclass(frozen=True)
class Finding:
    """One vulnerability in one package of an image.

    :param id: its identifier, ``CVE-2026-1234``; where the scanner knows none, what stands for it.
    :param fixed: the version that mends it; empty if there is none yet.
    :param kind: the package's ecosystem, in the words of package URLs.
    :param aliases: other identifiers of the same vulnerability.
    """

    id: str
    package: str
    installed: str
    fixed: str
    severity: Severity
    kind: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScanReport:
    """What a scanner said about one image.

    :param scanner: its name, as the policy names it: ``grype`` or ``patch-level``.
    :param version: the scanner's own version.
    :param database: when what it knows was made (UTC).
    :param scanned: when it looked (UTC).
    :param notes: what the reader must know about its reach: what it does not look at.
    """

    scanner: str
    version: str
    database: datetime
    scanned: datetime
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


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
class ScanPolicy:
    """What the repository accepts (``policy/scan.toml``).

    :param scanners: those that count, in order: a later one only where the earlier ones know nothing.
    :param production_accepts: whose report lets a version into production.
    :param severity: findings are refused from here on.
    :param only_with_fix: ... but only those that a newer version mends.
    :param refuse_unknown: findings whose severity nobody has said are refused.
    :param refuse_no_packages: patch-level refuses an image in which it finds nothing to compare.
    :param oldest: how old what a scanner knows may be.
    """

    scanners: tuple[ScannerName, ...]
    production_accepts: tuple[ScannerName, ...]
    severity: Severity
    only_with_fix: bool
    refuse_unknown: bool
    refuse_no_packages: bool
    oldest: timedelta
    exceptions: tuple[ScanException, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """A report held to the policy; it passes when nothing is refused.

    :param refused: findings that the policy does not accept.
    :param excepted: findings that a dated exception accepts, with it.
    :param tolerated: findings below what the policy refuses.
    :param expired: of the refused findings those that an exception accepted once, with it.
    """

    refused: tuple[Finding, ...]
    excepted: tuple[tuple[Finding, ScanException], ...] = ()
    tolerated: tuple[Finding, ...] = ()
    expired: tuple[tuple[Finding, ScanException], ...] = ()

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
