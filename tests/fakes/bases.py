"""Where base images come from, in a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class FakeBases:
    """The port ``BaseImages``.

    :param stand_ins: engine images that stand for references; others stand for themselves.
    :param provided: every reference that somebody wanted to build on.
    """

    stand_ins: dict[str, str] = field(default_factory=dict)
    provided: list[str] = field(default_factory=list)

    def identities(self, references: Sequence[str]) -> Mapping[str, str]:
        return {reference: self.stand_ins.get(reference, reference) for reference in references}

    def provide(self, references: Sequence[str]) -> Mapping[str, str]:
        self.provided += references
        return self.identities(references)
