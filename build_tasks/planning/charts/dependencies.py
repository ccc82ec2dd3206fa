"""The charts of this repository that a chart stands on.

Helm would fetch dependencies from wherever they are said to be. Here they are in the repository, or they are
refused: then a chart is made of files of one commit, without a network, and what it is made of is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from posixpath import join, normpath

import yaml

from build_tasks.errors import ExitCode, FlowError
from build_tasks.planning.yaml_lines import composed, entry, line

_FILE = "file://"
_Read = Callable[[str], str | None]


@dataclass(frozen=True)
class ChartDependency:
    """A chart that another stands on.

    :param folder: its folder, relative to the repository's root.
    :param place: where Helm looks for it, relative to the chart that stands on it: ``charts/microservice``.
    """

    folder: str
    place: str


@dataclass(frozen=True)
class _Named:
    """An entry of ``dependencies`` in a Chart.yaml."""

    name: str
    version: str
    repository: str
    line: int


def chart_dependencies(chart: str, read: _Read) -> list[ChartDependency]:
    """The dependencies of a chart, and theirs; what stands on another comes before it.

    :param chart: the chart's folder, relative to the root; a chart without a Chart.yaml has none.
    :param read: the text of a file by its path relative to the root; None if there is no such file.
    :raises FlowError: CHART_REFUSED with every dependency that is not a chart of the repository, under its
        own name and at exactly the version that is asked for; each with file and line.
    """
    problems: list[str] = []
    found = list(_below(chart, "", (chart,), read, problems))
    if problems:
        raise _refused(chart, problems)
    return found


def _below(
    chart: str, place: str, above: tuple[str, ...], read: _Read, problems: list[str]
) -> Iterator[ChartDependency]:
    file = normpath(join(chart, "Chart.yaml"))
    for named in _named(chart, file, read(file)):
        folder = normpath(join(chart, named.repository.removeprefix(_FILE)))
        problem = _problem(named, folder, above, read)
        if problem:
            problems.append(f"{file}:{named.line}: dependency {named.name}: {problem}")
            continue
        there = join(place, "charts", named.name)
        yield ChartDependency(folder, there)
        yield from _below(folder, there, (*above, folder), read, problems)


def _problem(named: _Named, folder: str, above: tuple[str, ...], read: _Read) -> str:
    """What is wrong with a dependency; empty if nothing is."""
    if not named.repository.startswith(_FILE):
        return f"its repository is {named.repository!r}, and not a folder of this one (file://../...)"
    if named.repository.startswith(f"{_FILE}/") or folder.startswith("../") or folder == "..":
        return f"{named.repository} is outside the repository"
    if folder in above:
        return f"{folder} stands on itself"
    file = join(folder, "Chart.yaml")
    text = read(file)
    if text is None:
        return f"there is no chart in {folder}"
    is_named, is_version = (_field(_root(folder, file, text), key) for key in ("name", "version"))
    if is_named != named.name:
        return f"the chart in {folder} is called {is_named}"
    if is_version != named.version:
        return f"it asks for version {named.version or 'nothing'}, {folder} has exactly {is_version}"
    return ""


def _named(chart: str, file: str, text: str | None) -> list[_Named]:
    found = entry(_root(chart, file, text or ""), "dependencies")
    entries = found[1].value if found and isinstance(found[1], yaml.SequenceNode) else ()
    return [
        _Named(_field(node, "name"), _field(node, "version"), _field(node, "repository"), line(node))
        for node in entries
    ]


def _root(chart: str, file: str, text: str) -> yaml.Node | None:
    try:
        return composed(text)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _refused(chart, [f"{file}:{at}: {error.problem}"]) from None


def _field(node: yaml.Node | None, key: str) -> str:
    found = entry(node, key)
    return str(found[1].value) if found and isinstance(found[1], yaml.ScalarNode) else ""


def _refused(chart: str, problems: list[str]) -> FlowError:
    what = f"find the charts that {chart} stands on"
    fix = "a dependency names a chart of this repository, and exactly its version"
    return FlowError(what, problems[0], fix, code=ExitCode.CHART_REFUSED, details=problems[1:])
