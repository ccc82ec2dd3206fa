"""What pipelines are held against: the repository's files, and what its services are built from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname

from build_tasks.planning.ci_lint.conditions.refs import flow_refs
from build_tasks.planning.ci_lint.patterns.automaton import Automaton, automaton
from build_tasks.planning.ci_lint.pipelines import Pattern


class Tracked:
    """The files that git tracks; only their changes start pipelines."""

    def __init__(self, files: Iterable[str]) -> None:
        self.files = sorted(set(files))
        self._held: dict[Automaton, bool] = {}

    def holds(self, pattern: Pattern) -> bool:
        """Some file is matched; many pipelines may ask that of one pattern."""
        matcher = pattern.matcher
        if matcher not in self._held:
            self._held[matcher] = any(map(matcher.accepts, self._beginning(pattern.begins)))
        return self._held[matcher]

    def below(self, path: str) -> list[str]:
        """The file of that path, or those in the folder; ``.`` holds all."""
        if path == ".":
            return self.files
        return [path] if self.is_file(path) else list(self._beginning(f"{path}/"))

    def is_file(self, path: str) -> bool:
        at = bisect_left(self.files, path)
        return at < len(self.files) and self.files[at] == path

    def _beginning(self, text: str) -> Iterator[str]:
        for at in range(bisect_left(self.files, text), len(self.files)):
            if not self.files[at].startswith(text):
                return
            yield self.files[at]

    def spelled(self, path: str) -> str:
        """A file or folder that has this path but for upper and lower case; empty if there is none."""
        return self._spelled.get(path.lower(), "")

    @cached_property
    def _spelled(self) -> dict[str, str]:
        return {path.lower(): path for path in [*self.files, *self.folders]}

    @cached_property
    def folders(self) -> frozenset[str]:
        """All folders that hold them, at whatever depth."""
        found, waiting = set[str](), {dirname(file) for file in self.files}
        while waiting:
            found |= waiting
            waiting = {dirname(folder) for folder in waiting} - found
        return frozenset(found - {""})


@dataclass(frozen=True)
class ServiceInputs:
    """What a service is built from.

    :param inputs: its tracked files, each with the path by which it belongs: ``services/shared``.
    :param why: how each of these belongs to it: ``its Dockerfile copies services/shared``.
    """

    name: str
    folder: str
    dockerfile: str
    inputs: Mapping[str, str]
    why: Mapping[str, str]

    @property
    def own(self) -> Sequence[str]:
        """Those that are in its folder."""
        return [file for file in self.inputs if file.startswith(f"{self.folder}/")]


@dataclass(frozen=True)
class Repository:
    """The repository.

    :param main: the main branch's name.
    :param branches: those that this clone knows.
    :param required_checks: names, with ``*`` for any text.
    """

    main: str
    services: Mapping[str, ServiceInputs]
    tracked: Tracked
    branches: Sequence[str] = ()
    required_checks: Sequence[str] = ("*",)

    @cached_property
    def flow(self) -> Automaton:
        """Full names: of the flow's table of branches, of others that there are, and of what is no branch."""
        return automaton(flow_refs(self.main, self.services, self.branches))
