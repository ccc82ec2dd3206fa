"""Bills of materials, kept for as long as an image and the program that lists it are the same.

Listing takes ten seconds of a processor for every image, and another clone of the repository, or the next job
on the same agent, finds the image in the engine but nothing in its own ``.build``.
"""

from __future__ import annotations

from build_tasks.adapters.provisioning.kept_documents import KeptDocuments
from build_tasks.ports.scanning import BillsOfMaterials


class KeptBills:
    """Implements :class:`build_tasks.ports.scanning.BillsOfMaterials`.

    :param bills: makes them.
    :param made_with: whatever a bill depends on beside the image: the program's path (it has the version in
        it) and its settings.
    """

    def __init__(self, bills: BillsOfMaterials, kept: KeptDocuments, made_with: tuple[str, str]) -> None:
        self._bills = bills
        self._kept = kept
        self._made_with = made_with

    def of(self, image: str, name: str, *, anew: bool = False) -> bytes:
        about = "\n".join((image, name, *self._made_with))  # the bill tells its name, too
        if anew:
            self._kept.forget(about)
        kept = self._kept.of(about)
        if kept is not None:
            return kept
        document = self._bills.of(image, name, anew=anew)
        self._kept.keep(about, document)
        return document
