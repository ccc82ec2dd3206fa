"""Publishers in memory."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError


@dataclass
class FakeDownloads:
    """The port ``Downloads``: what sites have, by URL.

    :param asked: URLs in the order they were asked for.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def fetch(self, url: str, sha256: str, target: Path, on_line: Callable[[str], None]) -> None:
        content = self._content(url)
        if hash_of(content) != sha256:
            raise FlowError(f"download {url}", "another file", code=ExitCode.CONFLICT)
        on_line(f"{len(content)} bytes")
        target.write_bytes(content)

    def text(self, url: str) -> str:
        return self._content(url).decode()

    def _content(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.files:
            raise FlowError(f"download {url}", "404", code=ExitCode.UNAVAILABLE)
        return self.files[url]


class FakeArchives:
    """The port ``Archives``: every file is the program, and has the path asked for in it."""

    def take_out(self, archive: Path, member: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(archive, target)


def hash_of(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return sha256(content).hexdigest()
