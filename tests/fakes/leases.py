"""Leases of one namespace in memory, with the API server's rules for who may change what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Lock

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.leases import Holder, Lease


@dataclass
class FakeLeases:
    """The port ``Leases``.

    :param silent: the cluster does not answer.
    :param asked: what happens before a change takes effect (somebody is quicker, say).
    :param answered: what happens between a change that took effect and its answer (an interruption, say).
    :param acquired: the names of the Leases that were made or taken over, in order.
    """

    silent: bool = False
    asked: Callable[[], None] = lambda: None
    answered: Callable[[], None] = lambda: None
    acquired: list[str] = field(default_factory=list)
    there: dict[str, Lease] = field(default_factory=dict)
    _editions: int = 0
    _one_by_one: Lock = field(default_factory=Lock)

    def __deepcopy__(self, memo: dict[int, object]) -> FakeLeases:
        """The namespace of another world: a lock cannot be copied."""
        return replace(self, acquired=[*self.acquired], there={**self.there}, _one_by_one=Lock())

    def read(self, name: str) -> Lease | None:
        self._listen(f"read the Lease {name}")
        return self.there.get(name)

    def take(self, name: str, holder: Holder, seconds: int, instead_of: Lease | None = None) -> Lease | None:
        now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        wanted = Lease(name, holder.name, holder.command, now, seconds, "", holder.process)
        written = self._put(wanted, instead_of)
        self.acquired += [name] if written else []
        return written

    def renew(self, lease: Lease) -> Lease | None:
        return self._put(lease, lease)

    def give_up(self, lease: Lease) -> None:
        self._listen(f"give up the Lease {lease.name}")
        with self._one_by_one:
            present = self.there.get(lease.name)
            if present and present.edition == lease.edition:
                del self.there[lease.name]

    def _put(self, wanted: Lease, seen: Lease | None) -> Lease | None:
        self._listen(f"write the Lease {wanted.name}")
        self.asked()
        with self._one_by_one:
            present = self.there.get(wanted.name)
            if (present and present.edition) != (seen and seen.edition):
                return None
            self._editions += 1
            written = replace(wanted, edition=str(self._editions))
            self.there[wanted.name] = written
        self.answered()
        return written

    def _listen(self, what: str) -> None:
        if self.silent:
            raise FlowError(what, "the cluster does not answer", code=ExitCode.UNAVAILABLE)
