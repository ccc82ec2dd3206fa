"""Taking turns with whoever else works on an environment, from whatever machine."""

from __future__ import annotations

from typing import Protocol

from build_tasks.model.leases import Holder, Lease


class Leases(Protocol):
    """The Leases of one environment, through its own account.

    A change takes place only where what is there is what was seen, so that of two who are at it at the same
    moment one is refused. All of them raise FlowError(UNAVAILABLE) if the cluster does not answer.
    """

    def read(self, name: str) -> Lease | None:
        """What is there; None: no such Lease."""

    def take(self, name: str, holder: Holder, seconds: int, instead_of: Lease | None = None) -> Lease | None:
        """Make it, or take it over.

        :param seconds: how long it counts without being renewed.
        :param instead_of: what was seen there; None: nothing was.
        :returns: None if something else is there now.
        """

    def renew(self, lease: Lease) -> Lease | None:
        """Say that its holder still works; None if it was changed or removed since ``lease`` was seen."""

    def give_up(self, lease: Lease) -> None:
        """Remove it, if it is as it was seen; not an error otherwise."""
