"""GitHub Actions: a workflow, as a pipeline that is judged.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

from build_tasks.model.ci import CiSystem
from build_tasks.planning.ci_lint.files.documents import Place, Yaml
from build_tasks.planning.ci_lint.files.sources import Sources
from build_tasks.planning.ci_lint.github.steps import StepReader
from build_tasks.planning.ci_lint.github.triggers import Trigger, triggers
from build_tasks.planning.ci_lint.pipelines import Filter, Occasion, Part, Pipeline


def github_pipeline(root: Yaml, sources: Sources, main: str) -> Pipeline:
    """Read a workflow.

    :param main: the main branch's name.
    """
    found = triggers(root)
    starts = _starts(found, main)
    events = [t.event for t in found if t.event != "push"]
    event = "pull_request" if "pull_request" in events or not events else events[0]
    read = StepReader(sources, main, frozenset(starts), event).read(root)
    filters = tuple(t.paths for t in found if t.paths)
    return Pipeline(
        system=CiSystem.GITHUB,
        file=root.file,
        starts=starts,
        starts_itself=bool(found),
        parts=(Part(filters, tuple(read.steps)),),
        patterns=tuple(pattern for paths in filters for pattern in paths.patterns),
        branches=(*(one for t in found for one in t.named), *read.branches),
        checks=tuple(read.checks),
        pull_request_paths=_holding_back(found),
        unseen=tuple(read.unseen),
        findings=(*(one for t in found for one in t.findings), *read.findings),
        files=frozenset(read.files),
    )


def _starts(found: list[Trigger], main: str) -> dict[Occasion, Place]:
    """A pull request's branch filter is about its target."""
    starts: dict[Occasion, Place] = {}
    for trigger in found:
        if trigger.branches.selects(main):
            occasion = Occasion.MAIN if trigger.event == "push" else Occasion.PULL_REQUEST
            starts.setdefault(occasion, trigger.place)
    return starts


def _holding_back(found: list[Trigger]) -> Filter | None:
    """The path filter of pull requests, if none of their events comes without one."""
    filters = [trigger.paths for trigger in found if trigger.event != "push"]
    return next(iter(filters), None) if all(filters) else None
