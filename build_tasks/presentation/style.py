"""Marks and colours, with a form for terminals that have neither."""

from __future__ import annotations

from dataclasses import dataclass

from build_tasks.presentation.surroundings import Surroundings

_CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}


@dataclass(frozen=True)
class Marks:
    """What stands in front of a line."""

    start: str
    done: str
    failed: str
    skipped: str
    warning: str
    ellipsis: str


UNICODE = Marks("▶", "✓", "✗", "–", "!", "…")
ASCII = Marks(">", "ok", "FAILED", "-", "!", "...")


@dataclass(frozen=True)
class Style:
    marks: Marks
    colour: bool

    def paint(self, text: str, colour: str) -> str:
        """The text in a colour (``bold``, ``dim``, ``red`` ...), or as it is where colours are not wanted."""
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.colour and text else text


def style_for(surroundings: Surroundings) -> Style:
    return Style(UNICODE if surroundings.unicode else ASCII, surroundings.colour)
