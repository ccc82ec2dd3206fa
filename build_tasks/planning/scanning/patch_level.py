"""Comparing an image's Debian packages with the security suite's.

https://www.debian.org/doc/debian-policy/ch-controlfields.html says how versions compare,
https://www.debian.org/doc/debian-policy/ch-source.html#debian-changelog-debian-changelog what a changelog is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from build_tasks.model.bill_of_materials import BillOfMaterials, Component
from build_tasks.model.scan import Finding, Severity

DEB = "deb"
#: Debian packages of any machine.
_ALL = "all"
#: ``openssl (3.5.7-1~deb13u3) trixie-security; urgency=medium``: an entry's first line.
_ENTRY = re.compile(r"^\w[\w.+-]* \(([^() \t]+)\)", re.M)
_CVE = re.compile(r"\bCVE-\d{4}-\d{4,}\b")


@dataclass(frozen=True)
class SuitePackage:
    """A package as an index of Debian (``Packages``) lists it.

    :param source: name of the source package; ``source_version`` differs from ``version`` for rebuilds.
    """

    name: str
    version: str
    architecture: str
    source: str
    source_version: str


@dataclass(frozen=True)
class SecurityIndex:
    """What the security suite offers.

    :param published: the date of its Release file (UTC): the same on every machine that has this content.
    :param identity: changes with its content, and when that is published anew.
    """

    published: datetime
    identity: str
    packages: tuple[SuitePackage, ...]


@dataclass(frozen=True)
class Outdated:
    """A package of an image, and the newer one of the suite."""

    installed: Component
    newer: SuitePackage


def read_index(text: str) -> tuple[SuitePackage, ...]:
    """The packages of an index.

    :param text: paragraphs of fields, as in ``Packages``.
    :raises ValueError: one of them lacks what every package has.
    """
    from debian_inspector.debcon import get_paragraphs_data

    return tuple(_package(fields) for fields in get_paragraphs_data(text))


def installed_packages(text: str, codename: str) -> BillOfMaterials:
    """The packages of a Debian system.

    :param text: a line for each: name, version, architecture, source package and its version.
    """
    fields = [line.split() for line in text.splitlines()]
    components = tuple(Component(DEB, *row) for row in fields if len(row) == 5)
    return BillOfMaterials(b"", "debian", codename, components)


def outdated(bill: BillOfMaterials, suite: Iterable[SuitePackage]) -> tuple[Outdated, ...]:
    """The image's packages that the suite has a newer version of, each with the newest.

    :raises ValueError: a version that cannot be compared.
    """
    newest: dict[tuple[str, str], SuitePackage] = {}
    for package in suite:
        known = newest.get((package.name, package.architecture))
        if known is None or is_older(known.version, package.version):
            newest[package.name, package.architecture] = package
    found = []
    for installed in bill.of_kind(DEB):
        # A package may change between "all" and an architecture of its own.
        for architecture in dict.fromkeys((installed.architecture, architecture_of(bill), _ALL)):
            candidate = newest.get((installed.name, architecture))
            if candidate is not None and is_older(installed.version, candidate.version):
                found.append(Outdated(installed, candidate))
                break
    return tuple(found)


def architecture_of(bill: BillOfMaterials) -> str:
    """Debian's name of the image's architecture, ``amd64``; empty if no package tells."""
    return next((c.architecture for c in bill.of_kind(DEB) if c.architecture not in ("", _ALL)), "")


def is_older(version: str, than: str) -> bool:
    """Whether a version of Debian's is older than another.

    :raises ValueError: one of them is none.
    """
    from debian_inspector.version import Version

    return bool(Version.from_string(version) < Version.from_string(than))


def mended(changelog: str, installed: str) -> tuple[str, ...]:
    """The CVE identifiers that a changelog names in entries that are newer than what is installed.

    :param installed: version of the source package, as entries name it.
    :returns: each once, in the order of their names.
    """
    starts = [*_ENTRY.finditer(changelog)]
    ends = [*(entry.start() for entry in starts[1:]), len(changelog)]
    named: set[str] = set()
    for entry, end in zip(starts, ends, strict=False):
        if is_older(installed, entry[1]):
            named.update(_CVE.findall(changelog[entry.start() : end]))
    return tuple(sorted(named))


def findings(one: Outdated, cves: Iterable[str]) -> tuple[Finding, ...]:
    """A finding for each CVE that an update mends; where its changelog names none, one that stands for it."""
    ids = tuple(cves) or (f"update:{one.newer.name}={one.newer.version}",)
    about, fixed = one.installed, one.newer.version
    return tuple(Finding(id_, about.name, about.version, fixed, Severity.UNKNOWN, DEB) for id_ in ids)


def _package(fields: dict[str, str]) -> SuitePackage:
    try:
        name, version, architecture = fields["package"], fields["version"], fields["architecture"]
    except KeyError as missing:
        raise ValueError(f"an index of packages has an entry without {missing}") from None
    source, _, source_version = fields.get("source", name).partition(" ")
    return SuitePackage(name, version, architecture, source, source_version.strip("()") or version)
