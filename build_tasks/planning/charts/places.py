"""The line of a chart's files that a finding is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from build_tasks.planning.charts.template_text import Block, Line, below, defined, lines, parts
from build_tasks.planning.charts.violation import Violation
from build_tasks.planning.yaml_lines import deepest

_VALUES = re.compile(r"\.Values\.(?P<path>[A-Za-z0-9_.]+)")
_CONTAINERS = ("containers", "initContainers")


@dataclass(frozen=True)
class _Found:
    """How far the keys of a path lead, and where to."""

    depth: int
    place: str


@dataclass(frozen=True)
class ChartFiles:
    """A chart of the repository, and the charts it stands on.

    :param folders: the folder of each, from the repository's root, by what Helm calls it: ``delivery``,
        ``delivery/charts/microservice``.
    :param templates: the text of each template, by its path from the root.
    :param values: the text of the values files by path, those of the environment before the chart's own.
    """

    folders: Mapping[str, str]
    templates: Mapping[str, str]
    values: Mapping[str, str]

    def path(self, named: str) -> str:
        """A file's path from the root; as it is named if it belongs to none of the charts."""
        for name in sorted(self.folders, key=len, reverse=True):
            if named.startswith(f"{name}/"):
                return self.folders[name] + named[len(name) :]
        return named

    def told(self, violation: Violation, release: str) -> str:
        """A violation with its place: ``services/x/chart/templates/deployment.yaml:12: Deployment/x: ...``.

        The place is the line of the key that is wrong or, where that is missing, of the nearest one above it;
        in the values file if the template takes it from there.

        :param release: what it was rendered for.
        """
        file = self.path(violation.source)
        if file not in self.templates:
            return f"{file}: {violation}" if file else str(violation)
        part = self._part(lines(file, self.templates[file]), violation, release)
        place = self._find(part, violation.path, violation.container).place
        start = part[0] if part else Line(file, 1, "", -1)
        place = place or start.place
        used = "" if place.startswith(f"{file}:") else f" (used by {start.place})"
        return f"{place}: {violation}{used}"

    def value_place(self, path: Sequence[str]) -> str:
        """Where a value is given: in the file that has most of its keys, if both do in the environment's."""
        found = [(deepest(text, path), file) for file, text in self.values.items()]
        most = max((depth for (depth, _), _ in found), default=0)
        return next((f"{file}:{line}" for (depth, line), file in found if depth == most > 0), "")

    @cached_property
    def _defined(self) -> Mapping[str, Block]:
        return {
            name: block for file, text in self.templates.items() for name, block in defined(lines(file, text))
        }

    def _part(self, block: Block, violation: Violation, release: str) -> Block:
        """The document of a template that made the object, told by its kind and by what ends its name."""
        ending = violation.subject.partition("/")[2].removeprefix(release).strip("-")
        same = [part for part in parts(block) if violation.kind in self._kinds(part)]
        named = [part for part in same if ending and any(ending in line.text for line in part)]
        return _from_first_text([*named, *same, block][0])

    def _kinds(self, block: Block, depth: int = 3) -> set[str]:
        own = {line.value for line in block if line.key == "kind" and line.indent == 0}
        included = [self._defined.get(name, ()) for line in block for name in line.includes] if depth else []
        return own.union(*(self._kinds(other, depth - 1) for other in included))

    def _find(self, block: Block, path: Sequence[str], container: str, depth: int = 6) -> _Found:
        if not path or not depth:
            return _Found(0, "")
        level = next((line.indent for line in block if line.indent >= 0), -1)
        for index, line in enumerate(block):
            if line.indent == level and line.key == path[0]:
                inner = below(block, index)
                if path[0] in _CONTAINERS:
                    inner = _item(inner, container)
                    line = next((item for item in inner if item.begins_item), line)
                further = self._further(line, inner, path[1:], container)
                return _Found(1 + further.depth, further.place or line.place)
        return self._included(block, path, container, depth)

    def _further(self, line: Line, inner: Block, path: Sequence[str], container: str) -> _Found:
        found = self._find(inner, path, container)
        if found.depth or any(other.indent >= 0 for other in inner):
            return found
        # Nothing but actions: what is there comes from values, or from another template.
        for text in (line.text, *(other.text for other in inner)):
            if match := _VALUES.search(text):
                return _Found(0, self.value_place([*match["path"].split("."), *path]))
        return found

    def _included(self, block: Block, path: Sequence[str], container: str, depth: int) -> _Found:
        for line in block:
            for name in line.includes:
                found = self._find(self._defined.get(name, ()), path, container, depth - 1)
                if found.depth:
                    return found
        return _Found(0, "")


def _item(block: Block, name: str) -> Block:
    """The item of a list that bears a name; all of it if there is one; nothing if none can be told apart."""
    level = next((line.indent for line in block if line.indent >= 0), -1)
    starts = [i for i, line in enumerate(block) if line.begins_item and line.indent == level]
    items = [block[start:end] for start, end in zip(starts, [*starts[1:], len(block)], strict=False)]
    if len(items) < 2:
        return block
    named = (item for item in items if any(line.key == "name" and line.value == name for line in item))
    return next(named, ())


def _from_first_text(part: Block) -> Block:
    """Without the blank lines and comments that it begins with."""
    start = next((i for i, line in enumerate(part) if line.text.strip() and not line.text.startswith("#")), 0)
    return part[start:]
