"""What a builder says of the build cache that it left in the registry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from build_tasks.model.images import Digest

#: OCI artifact type under which it is attached to the cache.
CACHE_TYPE = "application/vnd.build-tasks.build-cache.v1+json"


@dataclass(frozen=True)
class CacheStatement:
    """A builder made this cache while it built a stage.

    :param cache: digest of the cache's manifest, which names every layer by its digest.
    :param recorded: when (UTC).
    """

    service: str
    stage: str
    cache: Digest
    recorded: datetime
