"""`platform.up`: what is, is brought to what is desired."""

from __future__ import annotations

from build_tasks.steps.platform.builder_key import ensure_builder_key
from build_tasks.steps.platform.clusters import ensure_clusters
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
        ensure_clusters(parts, recreate=recreate)
        ensure_environments(parts)
