"""Which services a change concerns: those built from a path that changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from build_tasks.planning.inputs import under_any


@dataclass(frozen=True)
class Affected:
    """A service, and why a change concerns it."""

    service: str
    reason: str


def affected(changed: Iterable[str], built_from: Mapping[str, Sequence[str]]) -> list[Affected]:
    """The services a change concerns, by name, each with the first path that does as its reason.

    :param changed: changed paths, relative to the root.
    :param built_from: for each service its folder, then what else its Dockerfile copies in.
    """
    paths = sorted(changed)
    found = []
    for service, folders in sorted(built_from.items()):
        for path in paths:
            folder = under_any(path, folders)
            if folder is not None:
                own = folder == folders[0]
                how = f"in its folder {folder}" if own else f"its Dockerfile copies {folder}"
                found.append(Affected(service, f"{path} changed, {how}"))
                break
    return found
