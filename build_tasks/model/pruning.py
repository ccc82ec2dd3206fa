"""What `platform.prune` finds and removes. Sizes are in bytes, times know their zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from build_tasks.model.images import Ref


@dataclass(frozen=True)
class PruneRules:
    """What stays.

    :param older_than: only what was made, or last used, longer ago goes.
    :param keep: so many of the newest images of each repository stay, however old they are.
    :param cache_limit: the build cache is cut down to this size.
    """

    older_than: timedelta
    keep: int
    cache_limit: int


@dataclass(frozen=True)
class StoredImage:
    """A manifest in the registry.

    :param ref: by digest.
    :param tags: every tag that stands for it.
    :param created: when it was built; None if it does not say.
    :param blobs: size by digest of all it consists of: itself, its configuration, layers, children.
    """

    ref: Ref
    tags: tuple[str, ...]
    created: datetime | None
    blobs: Mapping[str, int]


@dataclass(frozen=True)
class EngineImage:
    """An image of the engine.

    :param names: with their tags; none for one that lost its name to a newer build.
    :param created: when it was built; None if it does not say.
    """

    id: str
    names: tuple[str, ...]
    labels: Mapping[str, str]
    created: datetime | None
    size: int


@dataclass(frozen=True)
class BuildRecord:
    """A record of the build cache; ``removable``: no build and no image needs it now."""

    id: str
    about: str
    size: int
    last_used: datetime
    removable: bool


@dataclass(frozen=True)
class CacheEntry:
    """A finished thing in the cache's content stores: ``<store>/<name>/<key>``."""

    path: Path
    size: int
    modified: datetime

    @property
    def title(self) -> str:
        """Its name and key."""
        return f"{self.path.parent.name}/{self.path.name}"


class Place(StrEnum):
    """Where something takes up room."""

    REGISTRY = "registry"
    ENGINE = "engine image"
    BUILD_CACHE = "build cache"
    CACHE = "cache"


@dataclass(frozen=True)
class Leftover:
    """One thing to remove.

    :param name: what the place knows it by: a reference with its digest, an image's name or id, a path.
    :param title: for people.
    :param size: room that nothing else takes up as well.
    :param reason: why it can go.
    """

    place: Place
    name: str
    title: str
    size: int
    reason: str


@dataclass(frozen=True)
class PrunePlan:
    """What is to be removed; ``skipped`` says which places are left alone, and why."""

    leftovers: tuple[Leftover, ...]
    skipped: tuple[str, ...] = ()

    def of(self, place: Place) -> tuple[Leftover, ...]:
        return tuple(leftover for leftover in self.leftovers if leftover.place is place)

    @property
    def size(self) -> int:
        return sum(leftover.size for leftover in self.leftovers)
