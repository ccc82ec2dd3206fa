"""A point that several releases pass at their own pace, and wait at for each other."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from build_tasks.errors import FlowError

#: Seconds in which a service gets somewhere, or does not: nobody waits for ever.
_PATIENCE = 1800.0


class Milestone:
    """Whether each of some services has got to a point, or never will.

    :param names: the services that are on their way; others are there already.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._decided = {name: threading.Event() for name in names}
        self._reached: set[str] = set()

    def reach(self, name: str) -> None:
        """It is there."""
        self._reached.add(name)
        self._decided[name].set()

    def give_up(self, name: str) -> None:
        """It goes no further; nothing if it is there already."""
        self._decided[name].set()

    def wait_for(self, others: Iterable[str], name: str) -> None:
        """Wait until all the others are there.

        :param name: who waits.
        :raises FlowError: one of them will not get there.
        """
        for other in others:
            if other in self._decided:
                self._decided[other].wait(_PATIENCE)
                if other not in self._reached:
                    raise FlowError(f"release {name}", f"{other}, which it calls, did not get that far")
