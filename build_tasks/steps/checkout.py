"""The repository as it is checked out: what is needed to say what its services are built from."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.service import Service
from build_tasks.model.settings import Settings
from build_tasks.planning.inputs.sources import Sources
from build_tasks.ports.source import SourceControl


@dataclass(frozen=True)
class Checkout:
    """Settings, services and git; a part of the workbench that is made in a moment."""

    settings: Settings
    services: Mapping[str, Service]
    source: SourceControl

    @cached_property
    def tree(self) -> WorkingTree:
        return WorkingTree(self.settings.root)

    def sources(self) -> dict[str, Sources]:
        """What each service is built from; nothing is read yet."""
        return {name: Sources(service, self.tree) for name, service in self.services.items()}


@dataclass(frozen=True)
class WorkingTree:
    """Files of a folder; implements :class:`build_tasks.planning.inputs.tree.Tree`. What it was asked once is
    remembered.
    """

    root: Path
    _links: dict[str, str | None] = field(default_factory=dict, repr=False, compare=False)
    _plain: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _folder(self) -> str:
        return str(self.root)

    def text(self, path: str) -> str | None:
        """A file's text; None if there is none.

        :raises FlowError: CONFIG for one that cannot be read, or is not UTF-8.
        """
        try:
            with open(f"{self._folder}/{path}", "rb") as file:
                return file.read().decode()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
            what, fix = f"read {path}", "what a service is built from is derived from it"
            raise FlowError(what, f"{path}: {reason}", fix, code=ExitCode.CONFIG) from None

    def link(self, path: str) -> str | None:
        if path not in self._links:
            self._links[path] = _link(f"{self._folder}/{path}")
        return self._links[path]

    def is_plain(self, path: str) -> bool:
        known = self._plain.get(path)
        if known is None:
            above = path.rpartition("/")[0]
            known = (not above or self.is_plain(above)) and self.link(path) is None
            self._plain[path] = known
        return known

    def links_below(self, folder: str, depth: int) -> list[str]:
        found = []
        levels = [folder] if depth else []
        for _ in range(depth):
            entries = [(above, entry) for above in levels for entry in _entries(self.root / above)]
            names = [
                (entry.name if above == "." else f"{above}/{entry.name}", entry) for above, entry in entries
            ]
            found += [name for name, entry in names if entry.is_symlink()]
            levels = [name for name, entry in names if entry.is_dir(follow_symlinks=False)]
        return sorted(found)


def _link(path: str) -> str | None:
    try:
        return os.readlink(path) if stat.S_ISLNK(os.lstat(path).st_mode) else None
    except OSError:
        return None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
