"""What a command said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Typed:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.err + self.out
