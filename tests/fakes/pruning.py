"""What takes up room, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from build_tasks.errors import FlowError
from build_tasks.model.pruning import BuildRecord, CacheEntry, EngineImage


@dataclass
class FakeEngineContents:
    """The port ``EngineContents``.

    :param busy: names that the engine does not let go.
    """

    there: list[EngineImage] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)
    removed: list[str] = field(default_factory=list)

    def images(self) -> Sequence[EngineImage]:
        return self.there

    def remove(self, image: str) -> None:
        if image in self.busy:
            raise FlowError(f"remove {image}", "a container uses it")
        self.removed.append(image)


@dataclass
class FakeBuildCache:
    """The port ``BuildCache``."""

    there: list[BuildRecord] = field(default_factory=list)
    pruned: list[tuple[timedelta, int]] = field(default_factory=list)

    def records(self) -> Sequence[BuildRecord]:
        return self.there

    def prune(self, older_than: timedelta, limit: int) -> int:
        self.pruned.append((older_than, limit))
        return sum(record.size for record in self.there if record.removable)


@dataclass
class FakeCachedThings:
    """The port ``CachedThings``."""

    there: list[CacheEntry] = field(default_factory=list)

    def unused(self) -> Sequence[CacheEntry]:
        return list(self.there)

    def remove(self, entry: CacheEntry) -> None:
        self.there.remove(entry)
