"""Reading a bill of materials: CycloneDX JSON as syft writes it. https://cyclonedx.org/docs/1.6/json/"""

from __future__ import annotations

import msgspec
from packageurl import PackageURL

from build_tasks.model.bill_of_materials import BillOfMaterials, Component

#: What syft says beyond the standard, by the names of its properties.
_DISTRIBUTION, _CODENAME = "syft:distro:id", "syft:distro:versionCodename"
_SOURCE, _SOURCE_VERSION = "syft:metadata:source", "syft:metadata:sourceVersion"


class _Property(msgspec.Struct):
    name: str
    value: str = ""


class _Component(msgspec.Struct):
    type: str
    name: str
    version: str = ""
    purl: str = ""
    properties: tuple[_Property, ...] = ()

    def said(self, name: str) -> str:
        return next((p.value for p in self.properties if p.name == name), "")


class _Document(msgspec.Struct, rename="camel"):
    bom_format: str
    components: tuple[_Component, ...] = ()


def read_bill(document: bytes) -> BillOfMaterials:
    """What a bill of materials lists.

    :param document: CycloneDX JSON.
    :raises ValueError: it is none, or names a package that it does not identify.
    """
    read = msgspec.json.decode(document, type=_Document)  # msgspec.ValidationError is a ValueError
    if read.bom_format != "CycloneDX":
        raise ValueError(f"a bill of materials in the format {read.bom_format}")
    system = next((c for c in read.components if c.type == "operating-system"), None)
    return BillOfMaterials(
        document=document,
        distribution=system.said(_DISTRIBUTION) if system else "",
        codename=system.said(_CODENAME) if system else "",
        components=tuple(_component(c) for c in read.components if c.purl),
    )


def _component(entry: _Component) -> Component:
    purl = PackageURL.from_string(entry.purl).to_dict()
    return Component(
        kind=purl["type"],
        name=entry.name,
        version=entry.version,
        architecture=(purl["qualifiers"] or {}).get("arch", ""),
        source=entry.said(_SOURCE) or entry.name,
        source_version=entry.said(_SOURCE_VERSION) or entry.version,
    )
