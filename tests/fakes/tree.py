"""Files of a repository in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class FakeTree:
    """The Protocol ``Tree``; ``read`` notes which texts were asked for."""

    files: Mapping[str, str]
    links: Mapping[str, str] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)

    def text(self, path: str) -> str | None:
        self.read.append(path)
        return self.files.get(path)

    def link(self, path: str) -> str | None:
        return self.links.get(path)

    def is_plain(self, path: str) -> bool:
        parts = path.split("/")
        return not any("/".join(parts[:count]) in self.links for count in range(1, len(parts) + 1))

    def links_below(self, folder: str, depth: int) -> list[str]:
        above = "" if folder == "." else f"{folder}/"
        below = [name for name in self.links if name.startswith(above)]
        return sorted(name for name in below if name.removeprefix(above).count("/") < depth)
