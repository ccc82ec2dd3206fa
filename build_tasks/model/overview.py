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


@dataclass(frozen=True)
class ReleasedVersion:
    """A version of a service that was cut or pushed.

    :param cut: when its record was signed; None without a record that counts.
    :param cut_by: whom main's allowed signers name for the key that signed it; empty without.
    :param commit: full name of what it was cut from, else of what its image was built from; empty if nothing
        says.
    :param image: digest of its image; empty if it was not pushed.
    :param promoted: prod/ holds that image under this version.
    :param approval: what became of its approval, in a word or two.
    :param runs: environments in which it is deployed.
    :param live: those of them in which it is live.
    """

    service: str
    version: str
    cut: datetime | None
    cut_by: str
    commit: str
    image: str
    promoted: bool
    approval: str
    runs: tuple[str, ...] = ()
    live: tuple[str, ...] = ()
