"""What takes up room on this machine, and how it is removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from build_tasks.model.images import Ref
from build_tasks.model.pruning import BuildRecord, CacheEntry, EngineImage, StoredImage


class RegistryContents(Protocol):
    """Everything in a registry."""

    def images(self, registry: str) -> Sequence[StoredImage]:
        """Every manifest that has a tag, in every repository."""

    def delete(self, image: Ref) -> None:
        """Forget a manifest (by digest) and its tags; blobs go with the next collection."""


class EngineContents(Protocol):
    """Images of an engine."""

    def images(self) -> Sequence[EngineImage]:
        """All of them, whoever made them."""

    def remove(self, image: str) -> None:
        """Take a name (or an image without one, by id) away; FlowError if something runs from it."""


class BuildCache(Protocol):
    """What an engine remembers of builds."""

    def records(self) -> Sequence[BuildRecord]: ...

    def prune(self, older_than: timedelta, limit: int) -> int:
        """Remove what was not used for so long, then the oldest until no more than ``limit`` bytes are left.

        Gives the bytes that were freed.
        """


class CachedThings(Protocol):
    """The content stores under the cache folder."""

    def unused(self) -> Sequence[CacheEntry]:
        """What no recipe names any more, and no instance or engine runs from."""

    def remove(self, entry: CacheEntry) -> None: ...
