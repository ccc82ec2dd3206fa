"""Who is changing a service in an environment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Holder:
    """One command of somebody's.

    :param name: no other command has it: ``ann@laptop/4711-5f0c9d2e``.
    :param command: what was typed, ``./inv delivery.promote --version 1.0.2``.
    :param process: says to others on its machine which process it is; empty where that cannot be said.
    """

    name: str
    command: str
    process: str = ""


@dataclass(frozen=True)
class Lease:
    """A Lease as it was seen, https://kubernetes.io/docs/concepts/architecture/leases/.

    :param holder: name of who holds it; empty: nobody does.
    :param command: the holder's.
    :param since: when it was acquired, by the holder's clock; None if that is not said.
    :param seconds: how long it may go without being renewed before it counts as left behind.
    :param edition: changes with every change of it, renewals included; says nothing about their order.
    :param process: the holder's, see there.
    """

    name: str
    holder: str
    command: str
    since: datetime | None
    seconds: int
    edition: str
    process: str = ""
