"""Scanners and bills of materials in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.bill_of_materials import BillOfMaterials
from build_tasks.model.scan import Finding, Knowledge, ScannerName, ScanReport, Severity, Unreachable


def component(kind: str, name: str, version: str, arch: str = "amd64", **said: str) -> dict[str, object]:
    """An entry of a bill of materials.

    :param said: syft's properties: ``source``, ``sourceVersion``.
    """
    qualifiers = f"?arch={arch}" if kind == "deb" else ""
    namespace = "debian/" if kind == "deb" else ""
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:{kind}/{namespace}{name}@{version.replace(':', '%3A')}{qualifiers}",
        "properties": [{"name": f"syft:metadata:{key}", "value": value} for key, value in said.items()],
    }


def debian(codename: str = "trixie", distribution: str = "debian") -> dict[str, object]:
    """The entry of the operating system."""
    said = {"syft:distro:id": distribution, "syft:distro:versionCodename": codename}
    properties = [{"name": name, "value": value} for name, value in said.items()]
    return {"type": "operating-system", "name": distribution, "properties": properties}


def bill(*components: Mapping[str, object]) -> bytes:
    """A bill of materials, CycloneDX JSON."""
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components}).encode()


OPENSSL = component("deb", "libssl3t64", "3.5.1-1", source="openssl")


def finding(
    id_: str = "CVE-2026-0001",
    package: str = "libssl3t64",
    severity: Severity = Severity.HIGH,
    fixed: str = "3.5.1-1+deb13u1",
    kind: str = "deb",
) -> Finding:
    return Finding(id_, package, "3.5.1-1", fixed, severity, kind)


@dataclass
class FakeBills:
    """The port ``BillsOfMaterials``: the same bill for every image.

    :param asked: ids of the images it was asked about.
    """

    document: bytes = field(default_factory=lambda: bill(debian(), OPENSSL))
    asked: list[str] = field(default_factory=list)

    def of(self, image: str, name: str, *, anew: bool = False) -> bytes:
        self.asked.append(image)
        return self.document


@dataclass
class FakeScanner:
    """The port ``Scanner``.

    :param database: when what it knows was made.
    :param finds: what it finds in every image.
    :param unreachable: why neither publisher nor mirror could be reached, and nothing is known.
    :param unasked: why its source could not be asked for news.
    :param broken: why it does not work at all.
    :param scans: how often it looked.
    """

    name: ScannerName
    database: datetime
    finds: Sequence[Finding] = ()
    notes: tuple[str, ...] = ()
    unreachable: str = ""
    unasked: str = ""
    broken: str = ""
    scans: int = 0

    def knowledge(self, bill: BillOfMaterials) -> Knowledge | Unreachable:
        if self.broken:
            raise FlowError("look up", self.broken, "mend it", code=ExitCode.SCANNER_UNAVAILABLE)
        if self.unreachable:
            return Unreachable(self.unreachable)
        return Knowledge(self.database, f"{self.name} {self.database.isoformat()}", self.unasked)

    def obstacle(self) -> str:
        return self.unreachable or self.unasked

    def scan(self, bill: BillOfMaterials) -> ScanReport:
        self.scans += 1
        found = tuple(self.finds)
        return ScanReport(self.name, "1.0", self.database, self.database, found, self.notes)
