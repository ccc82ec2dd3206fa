"""How far the approvals of a version have come."""

from __future__ import annotations

from dataclasses import dataclass

from build_tasks.model.evidence import SignedStatement


@dataclass(frozen=True)
class Standing:
    """What speaks for a version, and what against it.

    :param given: the approvals that count: of each hand the newest, in the order in which they were attached.
    :param required: how many different hands it takes.
    :param rejection: the one that stops the version; None if there is none.
    :param reasons: why other statements do not count.
    """

    given: tuple[SignedStatement, ...]
    required: int
    rejection: SignedStatement | None = None
    reasons: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """How many approvals there are still to come."""
        return max(0, self.required - len(self.given))

    @property
    def open(self) -> bool:
        """Whether it lets the version into production."""
        return self.rejection is None and not self.missing

    @property
    def names(self) -> tuple[str, ...]:
        """Who approved."""
        return tuple(one.signer.principal for one in self.given if one.signer)

    @property
    def words(self) -> str:
        """``1 of 2 approvals: ann; missing 1``."""
        count = f"{len(self.given)} of {self.required} approval{'s' if self.required > 1 else ''}"
        by = f": {', '.join(self.names)}" if self.given else ""
        return count + by + (f"; missing {self.missing}" if self.missing else "")
