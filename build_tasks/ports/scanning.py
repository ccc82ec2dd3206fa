"""Looking into images for what is vulnerable."""

from __future__ import annotations

from typing import Protocol

from build_tasks.model.scan import ScanReport


class Scanner(Protocol):
    """Tells what is vulnerable in an image of the engine. It fails closed.

    FlowError(SCANNER_UNAVAILABLE) where the scanner or what it knows is missing or cannot be brought.
    """

    name: str

    def scan(self, image: str) -> ScanReport:
        """Look into the engine's image of that name or id."""


class BillsOfMaterials(Protocol):
    """Lists what is in an image of the engine."""

    def sbom(self, image: str) -> bytes:
        """Its bill of materials, CycloneDX JSON (https://cyclonedx.org)."""
