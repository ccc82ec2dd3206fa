"""What is in an image."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Component:
    """Something that is in an image.

    :param kind: its ecosystem, in the words of package URLs: ``deb``, ``pypi``, ``npm``, ``golang``.
    :param version: with Debian's epoch, where there is one.
    :param source: the source package it was built from, where that has another name (Debian).
    :param source_version: the same of the version.
    """

    kind: str
    name: str
    version: str
    architecture: str = ""
    source: str = ""
    source_version: str = ""


@dataclass(frozen=True)
class BillOfMaterials:
    """What is in an image.

    :param document: CycloneDX JSON (https://cyclonedx.org).
    :param distribution: os-release's ID, ``debian``; empty where the image has none (``FROM scratch``).
    :param codename: os-release's VERSION_CODENAME, ``trixie``.
    """

    document: bytes
    distribution: str
    codename: str
    components: tuple[Component, ...]

    def of_kind(self, kind: str) -> tuple[Component, ...]:
        return tuple(component for component in self.components if component.kind == kind)
