"""The files of a repository, as far as deriving needs to see them."""

from __future__ import annotations

from collections import deque
from typing import Protocol

#: More links one after the other are a circle (Linux gives up after as many, path_resolution(7)).
_LINKS = 40


class Tree(Protocol):
    """Files of a working tree or of a commit; paths count from the repository's root."""

    def text(self, path: str) -> str | None:
        """A file's text; None if there is none. FlowError(CONFIG) for one that is not UTF-8."""

    def link(self, path: str) -> str | None:
        """Where a symbolic link leads, as it says; None for a path that is no link."""

    def is_plain(self, path: str) -> bool:
        """Whether neither the path nor a folder above it is a link."""

    def links_below(self, folder: str, depth: int) -> list[str]:
        """The links below a folder (``.``: the root), at most so many levels deep."""


def followed(path: str, tree: Tree) -> tuple[list[str], str]:
    """The links that a path leads over, and where it ends.

    Links are followed as in a build context, which is a root of its own: an absolute link begins there, and
    ``..`` does not lead out. Of links in a circle none is followed: no build gets through them.
    """
    if tree.is_plain(path):
        return [], path
    links: list[str] = []
    parts, done = deque(path.split("/")), list[str]()
    while parts and len(links) < _LINKS:
        part = parts.popleft()
        if part == "..":
            done = done[:-1]
        elif part not in ("", "."):
            here = "/".join((*done, part))
            target = tree.link(here)
            if target is None:
                done.append(part)
                continue
            links.append(here)
            done = [] if target.startswith("/") else done
            parts.extendleft(reversed(target.split("/")))
    return ([], path) if parts else (links, "/".join(done) or ".")
