"""Which of the repository's YAML files are pipelines, and whose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from posixpath import basename, dirname

from build_tasks.model.ci import CiSystem
from build_tasks.planning.ci_lint.files.sources import Sources

_AZURE_NAME = re.compile(r"azure-pipelines.*\.ya?ml")
#: Keys at the margin: what starts a pipeline, and what it does.
_STARTS = re.compile(rb"^(trigger|pr|schedules)\s*:", re.M)
_DOES = re.compile(rb"^(steps|jobs|stages|extends)\s*:", re.M)
_WORKFLOW = re.compile(rb"^['\"]?on['\"]?\s*:", re.M)
_JOBS = re.compile(rb"^jobs\s*:", re.M)
_SCRIPT = re.compile(rb"^\s+(script|trigger|extends)\s*:", re.M)


def pipeline_files(sources: Sources) -> Mapping[str, CiSystem]:
    """Those that a CI system finds by their name, and Azure's of any name by their shape."""
    found = {path: _by_name(path) or _azure_by_shape(sources.content(path)) for path in sources}
    return {path: system for path, system in sorted(found.items()) if system is not None}


def named_files(sources: Sources, paths: Iterable[str]) -> tuple[Mapping[str, CiSystem], list[str]]:
    """Files that somebody names: whose each is, and those of which nobody can tell."""
    found = {path: _by_name(path) or _by_shape(sources.content(path)) for path in paths}
    known = {path: system for path, system in found.items() if system is not None}
    return known, [path for path in found if path not in known]


def _by_name(path: str) -> CiSystem | None:
    if dirname(path) == ".github/workflows":
        return CiSystem.GITHUB
    if basename(path) == ".gitlab-ci.yml":
        return CiSystem.GITLAB
    return CiSystem.AZURE if _AZURE_NAME.fullmatch(basename(path)) else None


def _azure_by_shape(content: bytes) -> CiSystem | None:
    return CiSystem.AZURE if _STARTS.search(content) and _DOES.search(content) else None


def _by_shape(content: bytes) -> CiSystem | None:
    if _WORKFLOW.search(content) and _JOBS.search(content):
        return CiSystem.GITHUB
    return _azure_by_shape(content) or (CiSystem.GITLAB if _SCRIPT.search(content) else None)
