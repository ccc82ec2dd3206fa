"""What the builder told of images, by their ids, for all clones of a machine: its engine is theirs, too."""

from __future__ import annotations

from pathlib import Path

from build_tasks.adapters.content_store import ContentStore
from build_tasks.model.platform import content_key

_NAME, _FILE = "images", "provenance.json"


class KeptProvenance:
    """Implements :class:`build_tasks.ports.artifacts.ProvenanceStore`.

    An id is the hash of what it names, so what was kept of one image is never about another.
    """

    def __init__(self, store: ContentStore) -> None:
        self._store = store

    def keep(self, image: str, document: bytes) -> None:
        with self._store.fill(_NAME, content_key(image)) as folder:
            Path(folder, _FILE).write_bytes(document)

    def of(self, image: str) -> bytes | None:
        kept = self._store.find(_NAME, content_key(image))
        return (kept / _FILE).read_bytes() if kept is not None else None
