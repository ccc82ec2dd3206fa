"""The platform's own images."""

from __future__ import annotations

from collections.abc import Callable

from build_tasks.model.data_stores import STORES
from build_tasks.model.platform import NodeImage, PlatformImages, Toolbox
from build_tasks.steps.platform.base_images import DerivedImages


class ProvideImages:
    """Makes the images that the platform runs, in the engine.

    :param node: makes the node image, plain or with NetworkPolicies.
    """

    def __init__(self, node: Callable[[Toolbox], NodeImage], derived: DerivedImages) -> None:
        self._node = node
        self._derived = derived

    def __call__(self, toolbox: Toolbox) -> PlatformImages:
        """Every image; builds those that the engine does not have.

        :raises FlowError: when a build fails.
        """
        reason = "the engine does not have it"
        registry = {"registry": toolbox["registry"].parent}
        return PlatformImages(
            registry=self._derived("registry", "build-tasks/registry:3", reason, registry),
            stores={s.kind: self._derived(s.kind, f"build-tasks/{s.kind}:trixie", reason) for s in STORES},
            node=self._node(toolbox),
        )
