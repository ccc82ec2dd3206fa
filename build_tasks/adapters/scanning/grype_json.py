"""What grype writes. https://github.com/anchore/grype/tree/main/schema/grype/db and its JSON report."""

from __future__ import annotations

from datetime import datetime

import msgspec

from build_tasks.model.scan import Finding, Severity

#: grype's types of packages that purls call otherwise.
_KINDS = {"python": "pypi", "go-module": "golang", "java-archive": "maven", "rust-crate": "cargo"}


class Status(msgspec.Struct, rename="camel"):
    """``grype db status -o json``."""

    schema_version: str = ""
    built: datetime | None = None
    valid: bool = False
    error: str = ""


class _Built(msgspec.Struct):
    built: datetime


class _Database(msgspec.Struct):
    status: _Built


class _Descriptor(msgspec.Struct):
    version: str
    db: _Database


class _Fix(msgspec.Struct):
    versions: tuple[str, ...] | None = None


class _Vulnerability(msgspec.Struct):
    id: str
    severity: str = ""
    fix: _Fix = msgspec.field(default_factory=_Fix)


class _Related(msgspec.Struct):
    id: str


class _Artifact(msgspec.Struct):
    name: str
    version: str
    type: str


class _Match(msgspec.Struct, rename="camel"):
    vulnerability: _Vulnerability
    artifact: _Artifact
    related_vulnerabilities: tuple[_Related, ...] | None = None


class _Alert(msgspec.Struct):
    message: str = ""


class _Alerts(msgspec.Struct):
    alerts: tuple[_Alert, ...] = ()


class Document(msgspec.Struct, rename="camel"):
    """``grype -o json``."""

    descriptor: _Descriptor
    matches: tuple[_Match, ...]
    alerts_by_package: tuple[_Alerts, ...] | None = None


def database_status(text: str) -> Status | None:
    """What `grype db status` printed; None if it is not to be understood."""
    try:
        return msgspec.json.decode(text, type=Status)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None


def read_document(text: bytes) -> Document:
    """:raises msgspec.ValidationError: it is not what grype writes."""
    return msgspec.json.decode(text, type=Document)


def findings(document: Document) -> tuple[Finding, ...]:
    """Each vulnerability of each package once."""
    return tuple(dict.fromkeys(map(_finding, document.matches)))


def alerts(document: Document) -> tuple[str, ...]:
    """What else grype warns of, such as a distribution that gets no updates any more."""
    listed = [alert.message for package in document.alerts_by_package or () for alert in package.alerts]
    return tuple(dict.fromkeys(message for message in listed if message))


def _finding(match: _Match) -> Finding:
    found, artifact = match.vulnerability, match.artifact
    related = (other.id for other in match.related_vulnerabilities or ())
    return Finding(
        id=found.id,
        package=artifact.name,
        installed=artifact.version,
        fixed=", ".join(found.fix.versions or ()),
        severity=_severity(found.severity),
        kind=_KINDS.get(artifact.type, artifact.type),
        aliases=tuple(dict.fromkeys(other for other in related if other != found.id)),
    )


def _severity(word: str) -> Severity:
    """A word that is not known is a severity that is not known."""
    return Severity.__members__.get(word.upper(), Severity.UNKNOWN)
