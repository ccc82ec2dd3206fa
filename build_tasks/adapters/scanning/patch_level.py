"""The scanner that needs no database of vulnerabilities: are Debian's security updates in the image?"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from build_tasks.adapters.scanning.debian_security import SecuritySuite
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.bill_of_materials import BillOfMaterials
from build_tasks.model.scan import (
    NO_PACKAGES,
    Finding,
    Knowledge,
    ScannerName,
    ScanReport,
    Severity,
    Unreachable,
)
from build_tasks.planning.scanning.patch_level import (
    DEB,
    Outdated,
    SecurityIndex,
    architecture_of,
    findings,
    mended,
    outdated,
)

#: Raised when what it looks at or how it judges changes.
_VERSION = "1"
_DEBIAN = "debian"
#: Kinds of packages that other distributions have.
_OTHERS = ("apk", "rpm")
_CODENAME, _ARCHITECTURE = re.compile("[a-z]+"), re.compile("[a-z0-9-]+")
_WHAT = "compare Debian packages with the security suite"


class PatchLevel:
    """Implements :class:`build_tasks.ports.scanning.Scanner`.

    :param tried: the Debian release by which :meth:`obstacle` tells whether the archive can be reached.
    """

    def __init__(self, suite: SecuritySuite, now: Callable[[], datetime], tried: str) -> None:
        self._suite = suite
        self._tried = tried
        self._now = now
        self._asking = threading.Lock()
        self._indexes: dict[tuple[str, str], SecurityIndex | Unreachable] = {}

    def knowledge(self, bill: BillOfMaterials) -> Knowledge | Unreachable:
        """The security suite of the image's release, asked for once in a process."""
        if _is_bare(bill):
            return Knowledge(self._now(), NO_PACKAGES)
        index = self._index(bill)
        return index if isinstance(index, Unreachable) else Knowledge(index.published, index.identity)

    def obstacle(self) -> str:
        """Why the security suite cannot be had."""
        index = self._suite.index(self._tried)
        return index.reason if isinstance(index, Unreachable) else ""

    def scan(self, bill: BillOfMaterials) -> ScanReport:
        """Every package that the suite has a newer version of, with the CVEs that its changelog names."""
        if _is_bare(bill):
            finding = Finding(NO_PACKAGES, "(none)", "", "", Severity.UNKNOWN, DEB)
            note = "the image has no system packages: nothing was compared, and nothing is proven"
            return self._report(self._now(), (finding,), (note, *_not_looked_at(bill)))
        index = self._index(bill)
        if isinstance(index, Unreachable):
            raise FlowError(_WHAT, index.reason, code=ExitCode.SCANNER_UNAVAILABLE)
        try:
            found = self._findings(bill, outdated(bill, index.packages))
        except ValueError as error:
            raise FlowError(_WHAT, str(error), code=ExitCode.SCANNER_UNAVAILABLE) from None
        compared = f"{len(bill.of_kind(DEB))} Debian packages were compared with {bill.codename}-security"
        note = (
            f"no full scan: {compared} of {index.published:%Y-%m-%d}; "
            "vulnerabilities without an update, and severities, are not known"
        )
        return self._report(index.published, found, (note, *_not_looked_at(bill)))

    def _findings(self, bill: BillOfMaterials, old: Sequence[Outdated]) -> tuple[Finding, ...]:
        """Packages of one source share their changelog; some have it in another's folder."""
        changelogs: dict[tuple[str, str], str] = {}
        for one in old:
            source = (one.newer.source, one.newer.source_version)
            if not changelogs.get(source):
                changelogs[source] = self._suite.changelog(bill.codename, architecture_of(bill), one.newer)
        return tuple(
            finding
            for one in old
            for finding in findings(
                one,
                mended(changelogs[one.newer.source, one.newer.source_version], one.installed.source_version),
            )
        )

    def _index(self, bill: BillOfMaterials) -> SecurityIndex | Unreachable:
        obstacle = _obstacle(bill)
        if obstacle:
            return Unreachable(obstacle)
        key = (bill.codename, architecture_of(bill))
        with self._asking:
            if key not in self._indexes:
                self._indexes[key] = self._suite.index(*key)
            return self._indexes[key]

    def _report(self, database: datetime, found: tuple[Finding, ...], notes: tuple[str, ...]) -> ScanReport:
        return ScanReport(ScannerName.PATCH_LEVEL, _VERSION, database, self._now(), found, notes)


def _is_bare(bill: BillOfMaterials) -> bool:
    """An image that is no system: ``FROM scratch``."""
    return not bill.distribution and not any(bill.of_kind(kind) for kind in (DEB, *_OTHERS))


def _obstacle(bill: BillOfMaterials) -> str:
    """Why the image's packages cannot be compared with Debian's; empty if they can."""
    if bill.distribution != _DEBIAN:
        return f"it knows Debian alone, and the image is {bill.distribution or 'of no named distribution'}"
    # Both go into a line of sources.list, and an image may say what it likes.
    if not _CODENAME.fullmatch(bill.codename):
        return "the image does not say which release of Debian it is (VERSION_CODENAME)"
    if not bill.of_kind(DEB):
        return "the image is Debian, and its list of packages is missing"
    if not _ARCHITECTURE.fullmatch(architecture_of(bill)):
        return "the image's packages are for no architecture that Debian has"
    return ""


def _not_looked_at(bill: BillOfMaterials) -> tuple[str, ...]:
    others = Counter(component.kind for component in bill.components if component.kind != DEB)
    if not others:
        return ()
    counted = ", ".join(f"{count} {kind}" for kind, count in sorted(others.items()))
    return (f"not looked at: packages of other kinds ({counted})",)
