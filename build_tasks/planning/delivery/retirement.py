"""Which deployed versions have had their time."""

from __future__ import annotations

from collections.abc import Sequence

from build_tasks.model.version import Version


def to_retire(deployed: Sequence[Version], traffic: Sequence[Version], keep: int) -> list[Version]:
    """Versions to remove.

    :param deployed: the service's versions in an environment.
    :param traffic: versions the traffic went to, newest first, the live one at the front.
    :param keep: how many of those that had the traffic stay.
    :returns: in ascending order. Nothing while no version has the traffic; never one newer than the live
        version that had no traffic yet: it may be on its way.
    """
    if not traffic:
        return []
    live = traffic[0]
    recent = [version for version in dict.fromkeys(traffic) if version in deployed]
    kept = set(recent[:keep])
    return sorted(v for v in deployed if v not in kept and not (v > live and v not in traffic))
