"""What is in the cache's content stores that nothing needs any more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from build_tasks.adapters.provisioning.content_store import ContentStore
from build_tasks.model.pruning import CacheEntry


class CachedFolders:
    """Implements :class:`build_tasks.ports.pruning.CachedThings`.

    :param stores: where to look.
    :param wanted: gives the folders that the recipes name today.
    :param instances: folder of all instances; each has a link ``tools`` to the links it uses.
    :param engine: the managed engine's configuration file; it runs programs from the folder named there.
    """

    def __init__(
        self,
        stores: Sequence[ContentStore],
        wanted: Callable[[], Iterable[Path]],
        instances: Path,
        engine: Path,
    ) -> None:
        self._stores = stores
        self._wanted = wanted
        self._instances = instances
        self._engine = engine

    def unused(self) -> list[CacheEntry]:
        needed = self._needed()
        return [
            CacheEntry(path, _size(path), datetime.fromtimestamp(path.stat().st_mtime, UTC))
            for store in self._stores
            for path in store.entries()
            if path not in needed
        ]

    def remove(self, entry: CacheEntry) -> None:
        store = next(s for s in self._stores if entry.path.is_relative_to(s.root))
        store.remove(entry.path.parent.name, entry.path.name)

    def _needed(self) -> set[Path]:
        """What recipes name, the links that are in use, and what these lead to."""
        links = [link.resolve() for link in self._instances.glob("*/tools") if link.is_dir()]
        links += self._of_engine()
        targets = [link.readlink() for folder in links if folder.is_dir() for link in folder.iterdir()]
        return {*self._wanted(), *links, *(parent for target in targets for parent in target.parents)}

    def _of_engine(self) -> list[Path]:
        try:
            proxy = json.loads(self._engine.read_text(encoding="utf-8"))["userland-proxy-path"]
        except (OSError, ValueError, KeyError):
            return []
        return [Path(proxy).parent]


def _size(folder: Path) -> int:
    """Bytes of all files in it; links count as themselves."""
    return sum(path.lstat().st_size for path in folder.rglob("*"))
