"""Vulnerabilities by grype. https://github.com/anchore/grype"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from filelock import FileLock

from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.scanning.grype_json import alerts, database_status, findings, read_document
from build_tasks.adapters.scanning.scan_program import ScanProgram, said_by
from build_tasks.model.bill_of_materials import BillOfMaterials
from build_tasks.model.scan import Knowledge, ScannerName, ScanReport, Unreachable
from build_tasks.recipes import FOLDER

#: What grype says when neither publisher nor mirror gave it the list of databases.
_NO_LISTING = "unable to download listing"
#: How `grype db check` ends where something newer is on offer.
_NEWER = 100
#: Kinds of packages that are looked up by the image's distribution.
_SYSTEM = ("apk", "deb", "rpm")


class Grype:
    """Implements :class:`build_tasks.ports.scanning.Scanner`.

    :param folder: keeps the database, for all repositories of this machine.
    :param mirror: where databases come from; empty: their publisher, whom grype knows.
    """

    def __init__(
        self, processes: Processes, program: Path, folder: Path, mirror: str, now: Callable[[], datetime]
    ) -> None:
        settings = {"GRYPE_DB_CACHE_DIR": str(folder)}
        settings |= {"GRYPE_DB_UPDATE_URL": mirror} if mirror else {}
        self._program = ScanProgram(processes, program, FOLDER / "scanning" / "grype.yaml", settings)
        self._folder = folder
        self._now = now
        self._asking = threading.Lock()
        self._known: Knowledge | Unreachable | None = None

    def knowledge(self, bill: BillOfMaterials) -> Knowledge | Unreachable:
        """The database, brought up to date once in a process."""
        if not bill.distribution and any(bill.of_kind(kind) for kind in _SYSTEM):
            why = "the image has packages of a distribution, and no /etc/os-release that names it"
            raise self._program.unavailable("look up what is in the image", why)
        with self._asking:
            if self._known is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                with FileLock(self._folder / ".lock"):
                    self._known = self._up_to_date()
            return self._known

    def obstacle(self) -> str:
        """Why neither publisher nor mirror gives the list of databases."""
        self._folder.mkdir(parents=True, exist_ok=True)
        done = self._program.run("db", "check", what="ask for the list of databases")
        if done.status in (0, _NEWER):
            return ""
        return _reason(said_by(done)) or " ".join(said_by(done)) or f"it ended with status {done.status}"

    def scan(self, bill: BillOfMaterials) -> ScanReport:
        """Look up the whole bill of materials."""
        what = "look up what is in the image"
        with TemporaryDirectory(prefix="scan-") as folder:
            given, found = Path(folder) / "bom.json", Path(folder) / "found.json"
            given.write_bytes(bill.document)
            self._program.checked(f"sbom:{given}", "--quiet", "--output", "json", "--file", found, what=what)
            try:
                document = read_document(found.read_bytes())
            except (OSError, msgspec.ValidationError) as error:
                raise self._program.unavailable(what, f"its report cannot be read: {error}") from None
        return ScanReport(
            scanner=ScannerName.GRYPE,
            version=document.descriptor.version,
            database=document.descriptor.db.status.built,
            scanned=self._now(),
            findings=findings(document),
            notes=alerts(document),
        )

    def _up_to_date(self) -> Knowledge | Unreachable:
        what = "bring the database of vulnerabilities up to date"
        done = self._program.run("db", "update", what=what)
        unasked = _reason(said_by(done))
        if done.status != 0 and not unasked:
            raise self._program.failure(done, what)
        status = database_status(self._program.run("db", "status", "--output", "json", what=what).stdout)
        if status is not None and status.valid and status.built is not None:
            return Knowledge(status.built, f"{status.schema_version} {status.built.isoformat()}", unasked)
        if unasked:
            return Unreachable(unasked)
        why = status.error if status is not None and status.error else "grype does not say what it is"
        raise self._program.unavailable(what, f"the database in {self._folder} is damaged: {why}")


def _reason(said: Iterable[str]) -> str:
    """Why there is no list of databases; empty if that is not what was said."""
    line = next((line for line in said if _NO_LISTING in line), "")
    return line.partition(_NO_LISTING)[2].strip(": ") or line
