"""In which order services that are deployed together come up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter


def waves(calls: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Services in waves: those of a wave need nothing of each other, and call only those of earlier waves.

    :param calls: for each service those it calls; one that is not a key itself is left out.
    :returns: names, in alphabetical order within a wave.
    :raises ValueError: they call each other in a circle; says which.
    """
    inside = {name: [callee for callee in callees if callee in calls] for name, callees in calls.items()}
    sorter = TopologicalSorter(inside)
    try:
        sorter.prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        # graphlib names who is called first.
        raise ValueError(" -> ".join(reversed(circle))) from None
    found = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        found.append(ready)
        sorter.done(*ready)
    return found
