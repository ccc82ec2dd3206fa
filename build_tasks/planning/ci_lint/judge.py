"""All rules over all pipeline files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from build_tasks.model.ci import CiSystem
from build_tasks.model.ci_lint import LintFinding, LintReport
from build_tasks.planning.ci_lint.allowing import allowing
from build_tasks.planning.ci_lint.azure.pipeline import azure_pipeline
from build_tasks.planning.ci_lint.facts import Repository
from build_tasks.planning.ci_lint.files.documents import Yaml
from build_tasks.planning.ci_lint.files.sources import Sources
from build_tasks.planning.ci_lint.github.pipeline import github_pipeline
from build_tasks.planning.ci_lint.gitlab.pipeline import gitlab_pipeline
from build_tasks.planning.ci_lint.pipelines import Pipeline
from build_tasks.planning.ci_lint.rules.branches import dead_branches
from build_tasks.planning.ci_lint.rules.checks import pending_checks
from build_tasks.planning.ci_lint.rules.concerned import concerned
from build_tasks.planning.ci_lint.rules.images import latest, no_image, no_scan
from build_tasks.planning.ci_lint.rules.paths import dead_paths, missed_inputs


def judge(files: Mapping[str, CiSystem], sources: Sources, repository: Repository) -> LintReport:
    """Every finding about pipeline files, each once.

    :param files: the files, and whose they are.
    :param sources: all YAML files, for templates and includes.
    """
    documents = {path: sources.document(path) for path in files}
    roots = {path: document.root for path, document in documents.items()}
    read = [_pipeline(root, files[path], sources, repository) for path, root in roots.items() if root]
    pipelines = _not_of_others(read)
    found = [finding for document in documents.values() for finding in document.findings]
    for pipeline in pipelines:
        found += _of_one(pipeline, repository)
    found += no_image(pipelines)
    found += pending_checks(pipelines, repository)
    remaining, allowed = allowing(sorted(set(found)), sources.opened)
    return LintReport(tuple(sorted(files)), tuple(sorted(remaining)), tuple(allowed))


def _pipeline(root: Yaml, system: CiSystem, sources: Sources, repository: Repository) -> Pipeline:
    match system:
        case CiSystem.AZURE:
            return azure_pipeline(root, sources, repository.main)
        case CiSystem.GITHUB:
            return github_pipeline(root, sources, repository.main)
        case CiSystem.GITLAB:
            return gitlab_pipeline(root, sources, repository.main, repository.services)


def _not_of_others(pipelines: Sequence[Pipeline]) -> list[Pipeline]:
    """Without those that only are what others are made of: templates, included files, reusable workflows."""
    used = {file for pipeline in pipelines for file in pipeline.files if file != pipeline.file}
    return [one for one in pipelines if one.file not in used or one.starts_itself]


def _of_one(pipeline: Pipeline, repository: Repository) -> Iterator[LintFinding]:
    yield from pipeline.findings
    yield from missed_inputs(pipeline, repository)
    yield from dead_paths(pipeline, repository)
    yield from dead_branches(pipeline, repository, of_flow=_is_of_flow(pipeline, repository))
    yield from no_scan(pipeline)
    yield from latest(pipeline)


def _is_of_flow(pipeline: Pipeline, repository: Repository) -> bool:
    """It builds or tests services; others have branches of their own, like those of a site."""
    if pipeline.steps:
        return True
    return any(
        True for part in pipeline.parts for one in part.filters for _ in concerned(part, one, repository)
    )
