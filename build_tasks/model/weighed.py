"""What became of weighing the evidence about an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from build_tasks.model.proofs import EvidenceKind, EvidenceStatement


@dataclass(frozen=True)
class Accepted:
    """A piece of evidence that counts."""

    statement: EvidenceStatement
    builder: str


@dataclass(frozen=True)
class EvidenceFound:
    """What counts of the evidence about an image, and what there is to say against it.

    :param accepted: of each kind the newest that counts, also if it speaks against the image.
    :param problems: of each kind why it does not do, in whole phrases.
    """

    accepted: Mapping[EvidenceKind, Accepted]
    problems: Mapping[EvidenceKind, tuple[str, ...]]

    @property
    def complete(self) -> bool:
        """Everything is there, counts and speaks for the image."""
        return not self.problems

    def has(self, kinds: frozenset[EvidenceKind]) -> bool:
        """Whether there is nothing to say against any of these."""
        return kinds.isdisjoint(self.problems)
