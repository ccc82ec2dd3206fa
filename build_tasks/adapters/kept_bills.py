"""Bills of materials, kept for as long as an image and the program that lists it are the same.

Listing takes ten seconds of a processor for every image, and another clone of the repository, or the next job
on the same agent, finds the image in the engine but nothing in its own ``.build``.
"""

from __future__ import annotations

from pathlib import Path

from build_tasks.adapters.content_store import ContentStore
from build_tasks.model.platform import content_key
from build_tasks.ports.scanning import BillsOfMaterials

#: Name of the store's entries.
_NAME, _FILE = "bills", "bom.cdx.json"


class KeptBills:
    """Implements :class:`build_tasks.ports.scanning.BillsOfMaterials`.

    :param bills: makes them.
    :param made_with: whatever a bill depends on beside the image: the program's path (it has the version in
        it) and its settings.
    """

    def __init__(self, bills: BillsOfMaterials, store: ContentStore, made_with: tuple[str, ...]) -> None:
        self._bills = bills
        self._store = store
        self._made_with = made_with

    def of(self, image: str, name: str, *, anew: bool = False) -> bytes:
        # Its name is told in the bill, too.
        key = content_key(image, name, *self._made_with)
        if anew:
            self._store.remove(_NAME, key)
        kept = self._store.find(_NAME, key)
        if kept is not None:
            return (kept / _FILE).read_bytes()
        document = self._bills.of(image, name, anew=anew)
        with self._store.fill(_NAME, key) as folder:
            Path(folder, _FILE).write_bytes(document)
        return document
