"""Required checks that a path filter leaves pending for ever.

A workflow that a filter holds back reports nothing at all, whereas a job that a condition skips reports
success ("Handling skipped but required checks", https://docs.github.com/pull-requests/
collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/
troubleshooting-required-status-checks).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from build_tasks.model.ci_lint import LintFinding, LintRule
from build_tasks.planning.ci_lint.facts import Repository
from build_tasks.planning.ci_lint.patterns.automaton import automaton
from build_tasks.planning.ci_lint.patterns.globs import azure_branch
from build_tasks.planning.ci_lint.pipelines import Check, Filter, Occasion, Pipeline


def pending_checks(pipelines: Sequence[Pipeline], repository: Repository) -> Iterator[LintFinding]:
    """Filters before required checks, unless another workflow reports the same check for other changes."""
    required = [automaton(azure_branch(name)) for name in repository.required_checks]
    for pipeline in pipelines:
        held = pipeline.pull_request_paths
        if held is None or Occasion.PULL_REQUEST not in pipeline.starts:
            continue
        others = [other for other in pipelines if other is not pipeline]
        asked = [one for one in pipeline.checks if any(map(automaton(one.name).meets, required))]
        pending = [one.shown for one in asked if not _is_reported(one, held, others)]
        if pending:
            yield _pending(pending, held)


def _is_reported(check: Check, held: Filter, others: Sequence[Pipeline]) -> bool:
    """Another workflow has a job of that name, for changes that do not pass the filter."""
    name = automaton(check.name)
    for other in others:
        paths = other.pull_request_paths
        reports = Occasion.PULL_REQUEST in other.starts and (paths is None or _are_opposite(held, paths))
        if reports and any(name.meets(automaton(one.name)) for one in other.checks):
            return True
    return False


def _are_opposite(one: Filter, other: Filter) -> bool:
    """``paths`` and ``paths-ignore`` of the same."""
    return one.default != other.default and {p.text for p in one.patterns} == {p.text for p in other.patterns}


def _pending(names: Sequence[str], held: Filter) -> LintFinding:
    checks = f"check{'s' if len(names) > 1 else ''} {', '.join(map(repr, names))}"
    message = f"a pull request that this filter holds back waits for ever for the required {checks}"
    fix = "leave the filter out: `./inv ci.run` looks at what changed and does no more"
    return LintFinding(held.place.file, held.place.line, LintRule.PENDING_CHECK, message, fix)
