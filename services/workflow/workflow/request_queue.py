"""What the worker asks of the queue of requests.

An entry is in one of four states, all of them kept by the queue and none by a worker:

new         nobody has taken it
in hand     a worker took it and is trying; it is that worker's until it has been so for the claim time
waiting     a try failed (or was given back): whoever comes first after the due time takes it
gone        done, or with the dead letters

The count of failed tries is kept beside the entry and changed in one step with its state, so it neither
gets lost nor grows when a worker dies: a death says nothing about the request that was in its hands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from servicekit.unavailable import Unavailable


class QueueUnavailable(Unavailable):
    """The queue could not answer; what was asked for may or may not have happened."""


@dataclass(frozen=True)
class Entry:
    """An entry in this worker's hands."""

    key: str
    """The queue's own name for it; begins with the time at which it was queued, in milliseconds."""
    fields: Mapping[bytes, bytes]
    failed_tries: int


@dataclass(frozen=True)
class DeadLetter:
    """What is kept of an entry that cannot be fulfilled; `id` and `request` as they were."""

    id: bytes
    request: bytes
    reason: str
    tries: int


@dataclass(frozen=True)
class Summary:
    new: int | None
    """None if the queue cannot tell."""
    pending: int
    """In hand or waiting."""
    dead: int


class RequestQueue(Protocol):
    """Every method raises QueueUnavailable instead of whatever the queue's client raises.

    Those that return bool say whether the entry was still this worker's: if not, another has taken it
    over (or finished it), and nothing was changed.
    """

    async def prepare(self) -> None:
        """Make the queue if nobody has yet; takes nothing from it."""
        ...

    async def take_over(self, most: int) -> list[Entry]:
        """Take entries that a worker held for too long, then those that are due for another try."""
        ...

    async def take_new(self, most: int, wait_seconds: float) -> list[Entry]:
        """Take new entries; wait for the first one at most that long."""
        ...

    async def finish(self, entry: Entry) -> None:
        """Remove an entry that is done, whoever holds it. May be repeated."""
        ...

    async def put_back(self, entry: Entry, failed_tries: int, delay_seconds: float) -> bool:
        """Let the entry wait for another try, with that many failed ones behind it. May be repeated."""
        ...

    async def bury(self, entry: Entry, letter: DeadLetter) -> bool:
        """Move the entry to the dead letters."""
        ...

    async def give_back(self, entry: Entry) -> None:
        """Let anybody take the entry at once; unless it waits already, or is not this worker's."""
        ...

    async def leave(self) -> None:
        """This worker takes nothing more."""
        ...

    async def summary(self) -> Summary: ...

    async def close(self) -> None: ...
