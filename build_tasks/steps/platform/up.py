"""`platform.up`: what is, is brought to what is desired."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from build_tasks.steps.platform.builder_key import ensure_builder_key
from build_tasks.steps.platform.clusters import ensure_clusters
from build_tasks.steps.platform.datastores import StoreImage, ensure_store_images
from build_tasks.steps.platform.engine import ensure_engine, ensure_limits
from build_tasks.steps.platform.environments import ensure_environments
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.registry import ensure_networks, ensure_registry


def up(parts: PlatformParts, *, recreate: bool = False) -> None:
    """Make whatever of the platform is missing; a second run changes nothing.

    May be ended at any point and run again: every step looks at what there is.

    :param recreate: make clusters anew that are out of date or broken; what runs on them is lost.
    :raises FlowError: with what to do about it.
    """
    with parts.files.lock(parts.lock_path):
        parts.supplies.tools()
        ensure_builder_key(parts)
        ensure_engine(parts)
        parts.supplies.updates()
        ensure_limits(parts)
        networks = ensure_networks(parts)
        ensure_registry(parts, networks)
        images = _ensure_clusters_and_images(parts, recreate=recreate)
        ensure_environments(parts, images)


def _ensure_clusters_and_images(parts: PlatformParts, *, recreate: bool) -> Mapping[str, StoreImage]:
    """To push an image is work, to make a cluster is mostly to wait: so both at once."""
    images: dict[str, StoreImage] = {}

    def clusters() -> None:
        ensure_clusters(parts, recreate=recreate)

    def store_images() -> None:
        images.update(ensure_store_images(parts))

    both: tuple[Callable[[], None], ...] = (clusters, store_images)
    parts.side_by_side(lambda ensure: ensure(), both)
    return images
