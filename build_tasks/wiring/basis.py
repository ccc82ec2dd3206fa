"""What says what services are made of: it is asked often, so it is made of no more than that takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from build_tasks.steps.workbench import Basis

if TYPE_CHECKING:
    from build_tasks.model.upstream import Pins
    from build_tasks.steps.platform.service_bases import BaseImages
    from build_tasks.wiring import Composition
    from build_tasks.wiring.provisioning import Provisioning


def basis(composition: Composition) -> Basis:
    """Of the repository.

    :raises FlowError: CONFIG for a wrong configuration.
    """
    checkout = composition.checkout
    return Basis(
        settings=checkout.settings,
        services=checkout.services,
        reporter=composition.reporter,
        bases=LocalBases(composition),
        source=checkout.source,
    )


@dataclass(frozen=True)
class LocalBases:
    """Base images as the local platform provides them; importing what builds them can wait."""

    composition: Composition

    def identities(self, references: Sequence[str]) -> Mapping[str, str]:
        from build_tasks.config.platform_lock import load_pins

        pins = load_pins(self.composition.root)
        return provisioning(self.composition, pins).base_images().identities(references)

    def provide(self, references: Sequence[str]) -> Mapping[str, str]:
        return self._images(references)

    @cached_property
    def _images(self) -> BaseImages:
        from build_tasks.wiring.flow import engine_client

        return self.composition.platform.provisioning.base_images(engine_client(self.composition))


def provisioning(composition: Composition, pins: Pins) -> Provisioning:
    """What brings tools and images.

    :param pins: what is accepted from publishers.
    """
    from build_tasks.wiring.provisioning import Provisioning

    return Provisioning(
        composition.cache,
        composition.processes,
        composition.reporter,
        network_policies=composition.settings.network_policies,
        routes=composition.routes,
        pins=pins,
    )
