"""What BuildKit says of a build, as SLSA provenance.

BuildKit writes version 0.2 or 1 of it, as it is told and as old as it is; which, shows in its keys
(https://slsa.dev/spec/v0.2/provenance, https://slsa.dev/spec/v1.0/provenance). It names everything a build
was given, so what is secret is taken out before anybody signs it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from build_tasks.model.proofs import Provenance

_V1, _V02 = "https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2"
#: User and password in front of a host.
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
#: Arguments, environment variables and files whose values nobody else should see.
_SECRET = re.compile(r"token|secret|passw|credential|api[_-]?key|private[_-]?key|authorization", re.I)
_HIDDEN = "***"


def provenance(said: Mapping[str, Any]) -> Provenance:
    """BuildKit's predicate without secrets.

    :raises ValueError: it is no provenance.
    """
    for type_, key in ((_V1, "buildDefinition"), (_V02, "buildType")):
        if key in said:
            return Provenance(type_, _clean(said))
    raise ValueError(f"neither version of SLSA provenance: {', '.join(sorted(said)) or 'nothing'}")


def finished(content: Provenance) -> datetime | None:
    """When the build ended (UTC); None if it does not say."""
    metadata = _at(content.predicate, "metadata") or _at(content.predicate, "runDetails", "metadata") or {}
    if not isinstance(metadata, Mapping):
        return None
    return moment_of(metadata.get("buildFinishedOn") or metadata.get("finishedOn"))


def moment_of(said: object) -> datetime | None:
    """A time as documents of others write it, in UTC; None if it is none, or has no zone."""
    try:
        time = datetime.fromisoformat(str(said))
        return time.astimezone(UTC) if time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def materials(content: Provenance) -> list[str]:
    """URIs of what the build was given."""
    listed = _at(content.predicate, "materials") or _at(
        content.predicate, "buildDefinition", "resolvedDependencies"
    )
    found = listed if isinstance(listed, list) else []
    return [str(one.get("uri", "")) for one in found if isinstance(one, dict)]


def build_type(content: Provenance) -> str:
    """The URI that says what kind of build it was; empty if it does not say."""
    said = content.predicate.get("buildType") or _at(content.predicate, "buildDefinition", "buildType")
    return said if isinstance(said, str) else ""


def _at(document: Mapping[str, Any], *keys: str) -> Any:
    found: Any = document
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _clean(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: _clean(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner, name) for inner in value]
    if isinstance(value, str):
        return _HIDDEN if _SECRET.search(name) else _CREDENTIALS.sub("", value)
    return value
