"""What starts an Azure pipeline: ``trigger`` and ``pr``.

- https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/trigger
- https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/pr
- https://learn.microsoft.com/azure/devops/pipelines/repos/github (the rules of paths)

Neither can hold variables. ``pr`` counts for repositories on GitHub and Bitbucket; in Azure Repos a branch
policy starts the same pipeline.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from build_tasks.planning.ci_lint.conditions.refs import HEADS
from build_tasks.planning.ci_lint.files.documents import Place, Yaml
from build_tasks.planning.ci_lint.patterns.globs import azure_branch, azure_path
from build_tasks.planning.ci_lint.patterns.language import Language, chain
from build_tasks.planning.ci_lint.pipelines import Filter, NamedBranches, Pattern, pattern


@dataclass(frozen=True)
class Trigger:
    """:param branches: which branches start it, by their full names; :param paths: None: any change does."""

    place: Place
    branches: Filter
    paths: Filter | None
    named: tuple[NamedBranches, ...]


def triggers(root: Yaml) -> dict[str, Trigger]:
    """Those that are not turned off, under their key; one that is missing is there for all branches."""
    found = {key: _trigger(root, key) for key in ("trigger", "pr")}
    return {key: trigger for key, trigger in found.items() if trigger is not None}


def _trigger(root: Yaml, key: str) -> Trigger | None:
    given = root.get(key)
    place = (root.key(key) or root).place
    if given is None or given.is_null:
        return Trigger(place, Filter((), True, place), None, ())
    if given.text == "none":
        return None
    if not given.is_mapping:
        return _of(place, given.leaves(), [], None)
    branches, tags = given.get("branches"), given.get("tags")
    includes, excludes = _listed(branches, "include"), _listed(branches, "exclude")
    if tags and not branches:
        # Tags alone: no branch starts it.
        return Trigger(place, Filter((), False, place), None, ())
    return _of(place, includes, excludes, _paths(given))


def _listed(filters: Yaml | None, key: str) -> list[Yaml]:
    found = filters.get(key) if filters else None
    return found.leaves() if found else []


def _of(place: Place, includes: list[Yaml], excludes: list[Yaml], paths: Filter | None) -> Trigger:
    """Includes first, then excludes; without includes all but the excluded."""
    patterns = [*_patterns(includes, negative=False), *_patterns(excludes, negative=True)]
    named = [NamedBranches(one.text, one.place, _full(one.text)) for one in [*includes, *excludes]]
    return Trigger(place, Filter(tuple(patterns), not includes, place), paths, tuple(named))


def _patterns(listed: Iterable[Yaml], *, negative: bool) -> Iterable[Pattern]:
    return (pattern(one.text, one.place, _full(one.text), negative=negative) for one in listed)


def _full(text: str) -> Language:
    """A branch filter takes short names and full ones."""
    glob = azure_branch(text)
    return glob if text.startswith("refs/") else chain(HEADS, glob)


def _paths(trigger: Yaml) -> Filter | None:
    """Their order does not matter: the deepest that matches decides, and of two as deep the exclude."""
    paths = trigger.get("paths")
    includes, excludes = _listed(paths, "include"), _listed(paths, "exclude")
    if paths is None or not (includes or excludes):
        return None
    listed = [(one, False) for one in includes] + [(one, True) for one in excludes]
    listed.sort(key=lambda pair: (_depth(pair[0].text), pair[1]))
    patterns = [pattern(one.text, one.place, azure_path(one.text), negative=out) for one, out in listed]
    place = (paths.key("include") or paths.key("exclude") or paths).place
    return Filter(tuple(patterns), not includes, place)


def _depth(path: str) -> int:
    return len([part for part in path.split("/") if part not in ("", ".")])
