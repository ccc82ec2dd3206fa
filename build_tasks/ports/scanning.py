"""Looking into images for what is vulnerable."""

from __future__ import annotations

from typing import Protocol

from build_tasks.model.bill_of_materials import BillOfMaterials
from build_tasks.model.scan import Knowledge, ScanReport, Unreachable
from build_tasks.planning.scanning.patch_level import SecurityIndex


class Scanner(Protocol):
    """Tells what is vulnerable among what is in an image. It fails closed.

    FlowError(SCANNER_UNAVAILABLE) where its program is missing, or what it knows is damaged.
    """

    def knowledge(self, bill: BillOfMaterials) -> Knowledge | Unreachable:
        """What it knows about such an image, brought up to date as far as its source can be reached."""

    def obstacle(self) -> str:
        """Why its source cannot be reached from here; empty if it can. Fetches no more than a list."""

    def scan(self, bill: BillOfMaterials) -> ScanReport:
        """Look everything up, in what :meth:`knowledge` told of."""


class SecurityUpdates(Protocol):
    """Debian's security suite."""

    def index(self, codename: str) -> SecurityIndex | Unreachable:
        """What it holds for a Debian release, on this machine's architecture, and since when; verified."""


class BillsOfMaterials(Protocol):
    """Lists what is in an image of the engine."""

    def of(self, image: str, name: str, *, anew: bool = False) -> bytes:
        """Its bill of materials, CycloneDX JSON (https://cyclonedx.org).

        :param image: its id; must be in the engine.
        :param name: what the bill calls it, ``<name>:<version>``.
        :param anew: what was listed before does not do.
        """
