"""Getting what publishers offer onto this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from build_tasks.ports.provisioning import Lines


class Downloads(Protocol):
    """Files from publishers' sites.

    A site that does not answer, has no such file or stops sending is FlowError(UNAVAILABLE).
    """

    def fetch(self, url: str, sha256: str, target: Path, on_line: Lines) -> None:
        """Download a file with that SHA-256 (hexadecimal) to ``target``; all of it or nothing.

        FlowError(CONFLICT) when the site has another file there.
        """

    def text(self, url: str) -> str:
        """A small text, not verified by anything but the connection."""


class Archives(Protocol):
    """Programs in the files that publishers offer."""

    def take_out(self, archive: Path, member: str, target: Path) -> None:
        """Put a program from an archive at ``target``, executable; FlowError when it is not in there.

        :param member: its path in the archive; empty: the file is the program.
        """
