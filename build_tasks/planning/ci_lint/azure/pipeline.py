"""Azure Pipelines: a file and its templates, as a pipeline that is judged.

https://learn.microsoft.com/azure/devops/pipelines/yaml-schema
"""

from __future__ import annotations

from collections.abc import Mapping

from build_tasks.model.ci import CiSystem
from build_tasks.planning.ci_lint.azure.steps import StepReader
from build_tasks.planning.ci_lint.azure.triggers import Trigger, triggers
from build_tasks.planning.ci_lint.conditions.refs import HEADS
from build_tasks.planning.ci_lint.files.documents import Place, Yaml
from build_tasks.planning.ci_lint.files.sources import Sources
from build_tasks.planning.ci_lint.pipelines import Occasion, Part, Pipeline

_STARTED_BY = {"pr": Occasion.PULL_REQUEST, "trigger": Occasion.MAIN}


def azure_pipeline(root: Yaml, sources: Sources, main: str) -> Pipeline:
    """Read a pipeline.

    :param main: the main branch's name.
    """
    found = triggers(root)
    starts = _starts(found, main)
    read = StepReader(sources, main, frozenset(starts)).read(root)
    filters = {id(t.paths): t.paths for t in found.values() if t.paths}
    return Pipeline(
        system=CiSystem.AZURE,
        file=root.file,
        starts=starts,
        starts_itself=any(root.get(key) for key in _STARTED_BY),
        parts=(Part(tuple(filters.values()), tuple(read.steps)),),
        patterns=tuple(pattern for paths in filters.values() for pattern in paths.patterns),
        branches=(*(one for t in found.values() for one in t.named), *read.branches),
        unseen=tuple(read.unseen),
        findings=tuple(read.findings),
        files=frozenset(read.files),
    )


def _starts(found: Mapping[str, Trigger], main: str) -> dict[Occasion, Place]:
    """A pull request's branch filter is about its target."""
    return {
        _STARTED_BY[key]: trigger.place
        for key, trigger in found.items()
        if trigger.branches.selects(f"{HEADS}{main}")
    }
