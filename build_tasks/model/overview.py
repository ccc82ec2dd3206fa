"""What runs where, and how it came to: the rows of `status` and `history`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class LiveVersions:
    """The live version of a service in each environment that has one."""

    service: str
    live: Mapping[str, str]


@dataclass(frozen=True)
class DeployedVersion:
    """A version in an environment.

    :param live: the traffic goes to it.
    :param ready: ready pods of those wanted, ``2/2``.
    :param verified: its smoke test passed there.
    """

    environment: str
    service: str
    version: str
    release: str
    live: bool
    ready: str
    verified: bool
    image: str
    reason: str


@dataclass(frozen=True)
class HistoryEntry:
    """One event in an environment, from Helm's records; ``revision`` is Helm's number."""

    time: datetime
    environment: str
    release: str
    revision: int
    status: str
    version: str
    what: str
