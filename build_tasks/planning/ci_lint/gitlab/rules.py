"""When a GitLab job runs: ``rules``, or the older ``only`` and ``except``.

- https://docs.gitlab.com/ci/yaml/#rules (the first rule that matches decides)
- https://docs.gitlab.com/ci/yaml/deprecated_keywords/#only--except (without either: branches and tags)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from build_tasks.planning.ci_lint.collected import Collected
from build_tasks.planning.ci_lint.conditions.expressions import (
    All,
    AnyOf,
    Comparison,
    Constant,
    Expression,
    Regex,
    Relation,
    Unclear,
    Variable,
)
from build_tasks.planning.ci_lint.conditions.judging import Lookup, holds
from build_tasks.planning.ci_lint.conditions.reading import read_rule
from build_tasks.planning.ci_lint.conditions.refs import named_in
from build_tasks.planning.ci_lint.files.documents import Place, Yaml
from build_tasks.planning.ci_lint.patterns.fnmatch import fnmatch
from build_tasks.planning.ci_lint.pipelines import Filter, Pattern, pattern

_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")
_REGEX = re.compile(r"/(.*)/([ismU]*)")
_LIKE_A_TAG = re.compile(r"v?\d")
_SOURCES = {
    "pushes": "push",
    "merge_requests": "merge_request_event",
    "schedules": "schedule",
    "triggers": "trigger",
}
_SOURCES |= {"web": "web", "api": "api", "pipelines": "pipeline", "chat": "chat", "external": "external"}
_SOURCES |= {"external_pull_requests": "external_pull_request_event"}
_BRANCH, _TAG = Variable("CI_COMMIT_BRANCH"), Variable("CI_COMMIT_TAG")
#: Words that `only` and `except` have for kinds of pipelines.
_KEYWORDS: Mapping[str, Expression] = {"branches": _BRANCH, "tags": _TAG} | {
    word: Comparison(Variable("CI_PIPELINE_SOURCE"), Relation.EQUALS, Constant(source))
    for word, source in _SOURCES.items()
}
_BY_DEFAULT = AnyOf((_BRANCH, _TAG))


@dataclass(frozen=True)
class Rule:
    """One entry of ``rules``.

    :param condition: of its ``if``; true without one.
    :param changes: its patterns; None: any change.
    :param runs: not ``when: never``.
    :param whole: every pattern of ``changes`` is understood.
    """

    condition: Expression
    place: Place
    changes: tuple[Pattern, ...] | None = None
    runs: bool = True
    whole: bool = True


def filter_for(rules: Sequence[Rule], known: Lookup, place: Place) -> Filter:
    """The changes that start a job on an occasion; what only a run can tell is taken to start it.

    :param known: the occasion's variables.
    """
    patterns: list[Pattern] = []
    default = False
    for rule in reversed(rules):
        holding = holds(rule.condition, known)
        unsure = holding is None or not rule.whole
        if holding is False or (unsure and not rule.runs):
            continue
        if rule.changes is None or not rule.whole:
            patterns, default = [], rule.runs
        else:
            patterns += [replace(one, negative=not rule.runs) for one in rule.changes]
            place = rule.place
    return Filter(tuple(patterns), default, place)


class RuleReader:
    """Reads when a job runs.

    :param variables: filled into patterns; :param found: takes what is not understood.
    """

    def __init__(self, variables: Mapping[str, str], found: Collected) -> None:
        self._variables, self._found = variables, found

    def rules(self, entries: Iterable[Yaml]) -> list[Rule]:
        """``rules``, references followed."""
        return [self._rule(entry) for entry in entries if entry.is_mapping]

    def only_and_except(self, only: Yaml | None, excepted: Yaml | None, place: Place) -> list[Rule]:
        """The older keywords: of ``only`` all keys must hold, and of ``except`` none may."""
        rules = [
            Rule(one, place, runs=False)
            for one in (self._refs(excepted), self._variables_of(excepted))
            if one
        ]
        changes = excepted.get("changes") if excepted else None
        if changes:
            rules.append(self._changing(Constant(True), changes, runs=False))
        holding = All((self._refs(only) or _BY_DEFAULT, self._variables_of(only) or Constant(True)))
        changes = only.get("changes") if only else None
        return [*rules, self._changing(holding, changes, runs=True) if changes else Rule(holding, place)]

    def condition(self, written: Yaml | None) -> Expression:
        """An ``if``; what is not understood is noted, if it is about branches."""
        if written is None:
            return Constant(True)
        try:
            read = read_rule(written.text)
            self._found.branches += named_in(read, written.place)
        except ValueError as error:
            if re.search(r"BRANCH|REF_NAME", written.text):
                self._found.note(written.place, str(error))
            return Unclear()
        return read

    def _rule(self, entry: Yaml) -> Rule:
        condition, changes = self.condition(entry.get("if")), entry.get("changes")
        runs = entry.word("when") != "never"
        return (
            self._changing(condition, changes, runs=runs)
            if changes
            else Rule(condition, entry.place, runs=runs)
        )

    def _changing(self, condition: Expression, changes: Yaml, *, runs: bool) -> Rule:
        """A rule with ``changes``, which may also be ``changes: {paths: ...}``."""
        listed = (changes.get("paths") or changes).leaves()
        patterns = tuple(one for leaf in listed for one in self._pattern(leaf))
        return Rule(condition, changes.place, patterns, runs, whole=len(patterns) == len(listed))

    def _pattern(self, one: Yaml) -> Iterator[Pattern]:
        written = _VARIABLE.sub(lambda match: self._variables.get(match[1] or match[2], match[0]), one.text)
        try:
            if _VARIABLE.search(written):
                raise ValueError("only a run knows its variables")
            yield pattern(one.text, one.place, fnmatch(written))
        except ValueError as error:
            self._found.note(one.place, f"the pattern {one.text!r}: {error}")

    def _refs(self, keyword: Yaml | None) -> Expression | None:
        refs = keyword if keyword is None or not keyword.is_mapping else keyword.get("refs")
        return AnyOf(tuple(self._ref(one) for one in refs.leaves())) if refs else None

    def _ref(self, one: Yaml) -> Expression:
        name = one.text.partition("@")[0]
        if name in _KEYWORDS:
            return _KEYWORDS[name]
        compared = _compared(name)
        try:
            self._found.branches += named_in(compared, one.place)
        except ValueError as error:
            self._found.note(one.place, str(error))
        return All((_BY_DEFAULT, compared))

    def _variables_of(self, keyword: Yaml | None) -> Expression | None:
        listed = keyword.get("variables") if keyword else None
        return AnyOf(tuple(self.condition(one) for one in listed.leaves())) if listed else None


def _compared(ref: str) -> Comparison:
    """An entry of ``only`` that is no keyword: a name as it is, or a regular expression."""
    regex = _REGEX.fullmatch(ref)
    of_branch = "/" in regex[1] if regex else not _LIKE_A_TAG.match(ref)
    variable = Variable("CI_COMMIT_BRANCH" if of_branch else "CI_COMMIT_REF_NAME")
    if regex:
        return Comparison(variable, Relation.FOUND_BY, Regex(regex[1], regex[2]))
    return Comparison(variable, Relation.EQUALS, Constant(ref))
