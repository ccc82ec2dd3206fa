"""Documents in the cache, each under what it is about: for all clones of a machine."""

from __future__ import annotations

import hashlib
from pathlib import Path

from build_tasks.adapters.provisioning.content_store import ContentStore

_NAME = "images"


class KeptDocuments:
    """Implements :class:`build_tasks.ports.artifacts.ProvenanceStore`, for one.

    What a builder signs for rests on what is kept of an image, so it is found by the whole hash of what it is
    about; the store's usual keys are shorter.

    :param file: what each is called in its folder.
    """

    def __init__(self, store: ContentStore, file: str) -> None:
        self._store = store
        self._file = file

    def keep(self, about: str, document: bytes) -> None:
        """Keep it; what was kept before stays."""
        with self._store.fill(_NAME, _key(about)) as folder:
            Path(folder, self._file).write_bytes(document)

    def of(self, about: str) -> bytes | None:
        """What was kept; None if nothing was."""
        kept = self._store.find(_NAME, _key(about))
        return (kept / self._file).read_bytes() if kept is not None else None

    def forget(self, about: str) -> None:
        """Nothing is kept of it any more."""
        self._store.remove(_NAME, _key(about))


def _key(about: str) -> str:
    return hashlib.sha256(about.encode()).hexdigest()
