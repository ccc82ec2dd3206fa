"""What every step works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from build_tasks.model.images import CacheUse, Ref

if TYPE_CHECKING:
    from build_tasks.model.scan import ScannerName
    from build_tasks.model.service import Service
    from build_tasks.model.settings import Settings
    from build_tasks.ports.artifacts import BaseImages, Charts, ImageBuilder, ProvenanceStore, Registry
    from build_tasks.ports.reporting import Clock, Reporter
    from build_tasks.ports.runtime import Environments
    from build_tasks.ports.scanning import BillsOfMaterials, Scanner
    from build_tasks.ports.source import Signer, SourceControl
    from build_tasks.steps.checkout import Checkout
    from build_tasks.steps.delivery.holds import Holds


@dataclass(frozen=True)
class Basis:
    """What says what services are made of, and who is told of it. Nothing can be made with it alone: asking
    whether there is anything to do costs little.
    """

    settings: Settings
    services: Mapping[str, Service]
    reporter: Reporter
    bases: BaseImages
    source: SourceControl

    @property
    def checkout(self) -> Checkout:
        """The part of it that says what services are built from."""
        from build_tasks.steps.checkout import Checkout

        return Checkout(self.settings, self.services, self.source)

    def folder(self, service: Service, *parts: str) -> Path:
        """A folder under .build/ for a service, made if it is not there."""
        path = self.settings.build_folder.joinpath(service.name, *parts)
        path.mkdir(parents=True, exist_ok=True)
        return path


@dataclass(frozen=True)
class Workbench(Basis):
    """The ports, the settings and the services.

    :param builder_key: file of the private key that evidence is signed with here; need not be there.
    :param holds: the services that this command holds in environments.
    :param cache: what builds do with the registry's build cache; only where candidates are made they write.
    :param caches: of each service what of that cache is believed, once it was asked for.
    :param unseen: of each service the files that only its builds see, once they were looked for.
    :param signing: evidence is going to be signed about what is built and tested.
    """

    clock: Clock
    builder: ImageBuilder
    registry: Registry
    charts: Charts
    environments: Environments
    signer: Signer
    bills: BillsOfMaterials
    provenance: ProvenanceStore
    scanners: Mapping[ScannerName, Scanner]
    builder_key: Path
    holds: Holds
    cache: CacheUse = CacheUse.READ
    caches: dict[str, tuple[Ref, ...]] = field(default_factory=dict)
    unseen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    signing: bool = False
