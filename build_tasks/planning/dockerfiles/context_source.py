"""What one instruction of a Dockerfile takes from the build context."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from posixpath import normpath

from build_tasks.model.docker_patterns import (
    Match,
    Patterns,
    is_pattern,
    literal_folder,
    source_match,
    source_may_match_below,
)


@dataclass(frozen=True)
class ContextSource:
    """A source of COPY or ADD, or of a bind mount.

    :param path: from the context's root, normalised; ``.`` is all of it.
    :param line: of the Dockerfile.
    :param excludes: the patterns of ``--exclude``, which count from what is copied.
    :param literal: wildcards have no meaning (in a bind mount).
    :param parents: what ``--parents`` counts folders from; ``**`` has a meaning then. None: it is not given.
    """

    path: str
    line: int
    excludes: tuple[str, ...] = ()
    literal: bool = False
    parents: str | None = None

    @property
    def is_pattern(self) -> bool:
        return not self.literal and is_pattern(self.path)

    @property
    def folder(self) -> str:
        """A file or folder without wildcards that all of it is at or below."""
        return literal_folder(self.path) if self.is_pattern else self.path

    def takes(self, path: str) -> bool:
        """Whether a file of the context goes in."""
        return self._matches(path) and not (self.excludes and self._excluded(path))

    def names(self, path: str) -> bool:
        """Whether it stands for the path itself, not only for a folder above it."""
        return self._matches(path) and self._root(path) == path

    def may_take_below(self, path: str) -> bool:
        """Whether something at or below a path goes in that is no folder for git: a submodule, a link."""
        if self.takes(path) or self.folder.startswith(f"{path}/"):
            return True
        if not self.is_pattern:
            return False
        return self.parents is not None or source_may_match_below(self.path, path)

    def at(self, folder: str) -> ContextSource:
        """The same where another folder stands for its own, because a link leads there."""
        rest = self.path if self.folder == "." else self.path[len(self.folder) :].lstrip("/")
        return replace(self, path=normpath(f"{folder}/{rest}"))

    @cached_property
    def _matches(self) -> Match:
        if self.parents is not None:
            return Patterns([self.path]).match
        if self.is_pattern:
            return source_match(self.path)
        path = self.path
        return lambda asked: path in (".", asked) or asked.startswith(f"{path}/")

    @cached_property
    def _excluding(self) -> Patterns:
        return Patterns(self.excludes)

    def _excluded(self, path: str) -> bool:
        """Only what is found below the thing that is named can be excluded, never that thing."""
        root = self._root(path)
        below = path if root == "." else path.removeprefix(f"{root}/")
        return path != root and self._excluding.match(below)

    def _root(self, path: str) -> str:
        """What is named, of a path that is at or below it."""
        if self.parents is not None:
            return self.parents
        if not self.is_pattern:
            return self.path
        parts = path.split("/")
        above = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        return next(folder for folder in above if self._matches(folder))
