"""Typing commands as a user would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Typed:
    """A command that was typed and has ended; ``seconds`` on the wall."""

    command: str
    status: int
    lines: tuple[str, ...]
    seconds: float


class Commands(Protocol):
    """A terminal; nothing is raised for a command that fails."""

    def inv(self, folder: Path, words: Sequence[str], on_line: Callable[[str], None]) -> Typed:
        """``./inv <words>`` in a repository."""

    def git(self, folder: Path, words: Sequence[str]) -> Typed:
        """``git <words>`` in a folder."""

    def new_key(self, file: Path, owner: str) -> str:
        """Make an SSH key pair without a passphrase; gives the public half, ``ssh-ed25519 AAAA...``."""
