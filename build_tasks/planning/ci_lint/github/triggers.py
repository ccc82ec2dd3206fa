"""What starts a GitHub workflow: ``on``.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#on
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from build_tasks.model.ci_lint import LintFinding, LintRule
from build_tasks.planning.ci_lint.conditions.refs import full
from build_tasks.planning.ci_lint.files.documents import Place, Yaml
from build_tasks.planning.ci_lint.patterns.globs import github
from build_tasks.planning.ci_lint.patterns.language import Choice
from build_tasks.planning.ci_lint.pipelines import Filter, NamedBranches, Pattern, pattern

_NONE = Choice(())
#: Types of pull requests' events that new commits bring; these three are the default.
_ON_NEW_COMMITS = {"opened", "synchronize", "reopened"}
_EVENTS = ("push", "pull_request", "pull_request_target")


@dataclass(frozen=True)
class Trigger:
    """One event.

    :param branches: which start it, by their short names; none for a pull request that starts it only later,
        when it is closed or labelled.
    :param paths: None: any change does.
    """

    event: str
    place: Place
    branches: Filter
    paths: Filter | None
    named: tuple[NamedBranches, ...]
    findings: tuple[LintFinding, ...]


def triggers(root: Yaml) -> list[Trigger]:
    """Pushes and pull requests that start it; other events have no filters that are judged."""
    on = root.get("on")
    if on is None:
        return []
    plain = [leaf for leaf in on.leaves() if leaf.text in _EVENTS]
    if plain:
        return [_trigger(leaf.text, leaf.place, None) for leaf in plain]
    return [_trigger(key.text, key.place, one) for key, one in on.entries() if key.text in _EVENTS]


def _trigger(event: str, place: Place, given: Yaml | None) -> Trigger:
    findings: list[LintFinding] = []
    branches = _filter(given, "branches", findings) or Filter((), True, place)
    types = {leaf.text for leaf in _leaves(given, "types")}
    later = bool(types) and types.isdisjoint(_ON_NEW_COMMITS)
    only_tags = given is not None and not branches.patterns and _any(given, "tags", "tags-ignore")
    listed = [*_leaves(given, "branches"), *_leaves(given, "branches-ignore")]
    return Trigger(
        event,
        place,
        Filter((), False, place) if only_tags or later else branches,
        _filter(given, "paths", findings),
        tuple(_named(listed)),
        tuple(findings),
    )


def _any(given: Yaml, *keys: str) -> bool:
    return any(given.get(key) is not None for key in keys)


def _leaves(given: Yaml | None, key: str) -> list[Yaml]:
    found = given.get(key) if given else None
    return found.leaves() if found else []


def _filter(given: Yaml | None, key: str, findings: list[LintFinding]) -> Filter | None:
    """``paths`` (where ``!`` takes out again) or ``paths-ignore``; likewise for branches."""
    ignored = f"{key}-ignore"
    takes, leaves = _leaves(given, key), _leaves(given, ignored)
    if given is None or not (takes or leaves):
        return None
    place = (given.key(key) or given.key(ignored) or given).place
    if takes and leaves:
        message = f"GitHub refuses a workflow with both {key} and {ignored} for one event"
        fix = f"write what {ignored} names into {key}, with ! before it"
        findings.append(_refused((given.key(ignored) or given).place, message, fix))
    if takes:
        return Filter(tuple(_patterns(takes, findings, signed=True)), False, place)
    return Filter(tuple(_patterns(leaves, findings, signed=False)), True, place)


def _patterns(listed: list[Yaml], findings: list[LintFinding], *, signed: bool) -> Iterator[Pattern]:
    for one in listed:
        out = one.text.startswith("!") if signed else True
        try:
            language = github(one.text.removeprefix("!") if signed else one.text)
        except ValueError as error:
            findings.append(_refused(one.place, f"GitHub refuses the pattern {one.text!r}: {error}", ""))
        else:
            yield pattern(one.text, one.place, language, negative=out)


def _named(listed: list[Yaml]) -> Iterator[NamedBranches]:
    for one in listed:
        written = one.text.removeprefix("!")
        try:
            # Filters hold short names: no branch is called refs/...
            yield NamedBranches(
                one.text, one.place, _NONE if written.startswith("refs/") else full(github(written))
            )
        except ValueError:
            continue  # told with the filter


def _refused(place: Place, message: str, fix: str) -> LintFinding:
    return LintFinding(place.file, place.line, LintRule.REFUSED_FILTER, message, fix)
