"""Which services a change concerns: those built from a path that changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from build_tasks.planning.inputs import under_any


@dataclass(frozen=True)
class Affected:
    """A service, and why a change concerns it."""

    service: str
    reason: str


def affected(changed: Iterable[str], built_from: Mapping[str, Mapping[str, str]]) -> list[Affected]:
    """The services a change concerns, by name, each with the first path that does as its reason.

    :param changed: changed paths, relative to the root.
    :param built_from: for each service its folder, then what else it is made of; each path with how it
        belongs to the service (``its Dockerfile copies services/shared``).
    """
    paths = sorted(changed)
    found = []
    for service, sources in sorted(built_from.items()):
        for path in paths:
            source = under_any(path, sources)
            if source is not None:
                found.append(Affected(service, f"{path} changed, {sources[source]}"))
                break
    return found
