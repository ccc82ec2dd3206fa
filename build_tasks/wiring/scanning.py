"""Adapters for scanning images. What they import is only imported when something is scanned."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from build_tasks.model.platform import content_key
from build_tasks.model.scan import ScannerName

if TYPE_CHECKING:
    from build_tasks.adapters.docker.engine import DockerEngine
    from build_tasks.adapters.scanning.debian_security import SecuritySuite
    from build_tasks.ports.scanning import BillsOfMaterials, Scanner
    from build_tasks.wiring import Composition

#: grype's own variable; it may hold a login, which a committed file must not.
_MIRROR = "GRYPE_DB_UPDATE_URL"
#: Folders of the cache with what is known of images: what is in them, and how they were built.
BILLS, PROVENANCE = "bills", "provenance"


def bills(composition: Composition, engine: DockerEngine) -> BillsOfMaterials:
    """Bills of materials of the engine's images."""
    from build_tasks.adapters.provisioning.content_store import ContentStore
    from build_tasks.adapters.provisioning.kept_documents import KeptDocuments
    from build_tasks.adapters.scanning.kept_bills import KeptBills
    from build_tasks.adapters.scanning.syft import SETTINGS, Syft

    program, scratch = composition.tool("syft"), composition.cache / "scratch"
    syft = Syft(composition.processes, program, engine.save, scratch)
    made_with = (str(program.resolve()), SETTINGS.read_text(encoding="utf-8"))
    kept = KeptDocuments(ContentStore(composition.cache / BILLS), "bom.cdx.json")
    return KeptBills(syft, kept, made_with)


def security_suite(composition: Composition) -> SecuritySuite:
    """Debian's, from where the settings say, or this machine's apt."""
    from build_tasks.adapters.scanning.debian_security import SecuritySuite

    archive = composition.settings.debian_security
    return SecuritySuite(composition.processes, composition.cache / "debian-security", archive)


@dataclass(frozen=True)
class Scanners(Mapping[ScannerName, "Scanner"]):
    """The scanners by name, each made when it is first asked for."""

    composition: Composition

    def __getitem__(self, name: ScannerName) -> Scanner:
        return self._grype if name is ScannerName.GRYPE else self._patch_level

    def __iter__(self) -> Iterator[ScannerName]:
        return iter(ScannerName)

    def __len__(self) -> int:
        return len(ScannerName)

    @cached_property
    def _grype(self) -> Scanner:
        from build_tasks.adapters.scanning.grype import Grype

        composition = self.composition
        mirror = os.environ.get(_MIRROR) or composition.settings.scan_database
        # Each source has a folder of its own: what one serves does not pass for the other's.
        folder = composition.cache / "grype" / (content_key(mirror) if mirror else "publisher")
        return Grype(composition.processes, composition.tool("grype"), folder, mirror, _now)

    @cached_property
    def _patch_level(self) -> Scanner:
        from build_tasks.adapters.provisioning.recipe_files import RecipeFiles
        from build_tasks.adapters.scanning.patch_level import PatchLevel
        from build_tasks.recipes import FOLDER

        release = RecipeFiles(FOLDER).text("debian/recipe.toml")["suite"]
        return PatchLevel(security_suite(self.composition), _now, release)


def _now() -> datetime:
    return datetime.now(UTC)
