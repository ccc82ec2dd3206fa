"""Adapters for making room."""

from __future__ import annotations

from pathlib import Path

from build_tasks.adapters.docker.contents import DockerContents, EngineBuildCache
from build_tasks.adapters.registry.client import OrasClient
from build_tasks.adapters.registry.contents import OrasContents
from build_tasks.steps.platform.prune import PruneParts
from build_tasks.wiring.platform import PlatformComposition


def prune_parts(platform: PlatformComposition) -> PruneParts:
    """What `platform.prune` works with."""
    parts = platform.parts

    def wanted() -> frozenset[str]:
        names = platform.provisioning.base_image_names()
        if parts.supplies.missing_tools():
            # Names of images derive from the tools in them: of those that are not there, there is no image.
            return names
        own = parts.supplies.image_names()
        return names | {own.node.image, own.registry, *own.stores.values()}

    return PruneParts(
        platform=parts,
        registry=OrasContents(OrasClient(platform.client.processes, Path("oras"))),
        engine=DockerContents(platform.client),
        build_cache=EngineBuildCache(parts.engine.host) if parts.engine.managed else None,
        cache=platform.provisioning.cached(parts.instance.state, platform.managed_engine.config),
        wanted_images=wanted,
    )
