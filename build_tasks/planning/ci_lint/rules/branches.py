"""Names and patterns of branches that nothing can match."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from build_tasks.model.branches import RELEASED, VALIDATED
from build_tasks.model.ci import CiSystem
from build_tasks.model.ci_lint import LintFinding, LintRule
from build_tasks.planning.ci_lint.conditions.refs import FULL_NAMES, HEADS, NAMESPACES, REFS, full
from build_tasks.planning.ci_lint.facts import Repository
from build_tasks.planning.ci_lint.patterns.automaton import automaton
from build_tasks.planning.ci_lint.patterns.globs import github
from build_tasks.planning.ci_lint.pipelines import NamedBranches, Pipeline


def dead_branches(pipeline: Pipeline, repository: Repository, *, of_flow: bool) -> Iterator[LintFinding]:
    """Those that no ref can have and, in a pipeline of the flow, those that no branch of its table can have.

    :param of_flow: the pipeline builds or runs services.
    """
    refs, flow = automaton(REFS), repository.flow
    for named in dict.fromkeys(pipeline.branches):
        found = automaton(named.full)
        if not refs.meets(found):
            yield _finding(named, _no_ref(named), _meant(named, repository, pipeline.system))
        elif of_flow and not flow.meets(found):
            why = "no branch of the flow is called so, nor one of this clone"
            stopped = pipeline.system is CiSystem.GITHUB and _is_stopped(named, repository)
            fix = (
                f"* stops at a slash: {_doubled(named.written)}"
                if stopped
                else _meant(named, repository, pipeline.system)
            )
            yield _finding(named, why, fix)


def _is_stopped(named: NamedBranches, repository: Repository) -> bool:
    """It would match with `**`, which does not stop at a slash."""
    return not named.variable and repository.flow.meets(automaton(full(github(_doubled(named.written)))))


def _doubled(written: str) -> str:
    return re.sub(r"\*+", "**", written.removeprefix("!"))


def _no_ref(named: NamedBranches) -> str:
    if named.written.startswith("refs/") and not named.written.startswith(NAMESPACES):
        return f"nothing is called so: below refs/ there are {', '.join(n[5:] for n in NAMESPACES)} only"
    if not named.variable and named.written.removeprefix("!").startswith(NAMESPACES):
        return "GitHub's filters hold short names"
    if named.variable in FULL_NAMES and not named.written.startswith("refs/"):
        return f"nothing is called so: {named.variable} is a full name, like {HEADS}main"
    return "git allows no such name, and nothing in it is taken for a wildcard here"


def _finding(named: NamedBranches, why: str, fix: str) -> LintFinding:
    what = "the condition's" if named.variable else "the branch filter"
    message = f"{what} {named.written!r} can never match: {why}"
    return LintFinding(named.place.file, named.place.line, LintRule.DEAD_BRANCH, message, fix)


def _meant(named: NamedBranches, repository: Repository, system: CiSystem) -> str:
    """The nearest pattern that the flow's branches have."""
    written = named.written.removeprefix("!")
    begins = next(
        (space for space in ("refs/heads/", "refs/head/", "refs/") if written.startswith(space)), ""
    )
    several = "**" if system is CiSystem.GITHUB else "*"
    known = [repository.main, *repository.branches, *(f"{kind}/{several}" for kind in (RELEASED, *VALIDATED))]
    for service in [s for s in repository.services if f"/{s}/" in written] or repository.services:
        known += [f"{RELEASED}/{service}/v*", *(f"{kind}/{service}/*" for kind in VALIDATED)]
    short = written.removeprefix(begins)
    close = [short] if short in known else get_close_matches(short, known, 1)
    if not close and short in ("master", "main"):
        close = [repository.main]
    whole = HEADS if named.variable and begins else ""
    return f"did you mean {whole}{close[0]}?" if close else "correct it, or leave it out"
