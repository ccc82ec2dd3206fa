"""What GitLab CI says of the event that started a pipeline.

https://docs.gitlab.com/ci/variables/predefined_variables/,
https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from build_tasks.model.ci import CiSystem
from build_tasks.model.event import EventKind, Told

#: A child pipeline is for what its parent is for.
_KINDS = {
    "push": EventKind.PUSH,
    "webide": EventKind.PUSH,
    "parent_pipeline": EventKind.PUSH,
    "schedule": EventKind.SCHEDULE,
    "web": EventKind.MANUAL,
    "api": EventKind.MANUAL,
    "trigger": EventKind.MANUAL,
    "pipeline": EventKind.MANUAL,
    "chat": EventKind.MANUAL,
}


def told_by_gitlab(environ: Mapping[str, str]) -> Told:
    """The event of a pipeline. GitLab starts none when a branch is deleted."""
    return replace(_told(environ), system=CiSystem.GITLAB, actor=environ.get("GITLAB_USER_LOGIN", ""))


def _told(environ: Mapping[str, str]) -> Told:
    if environ.get("CI_COMMIT_TAG"):
        return Told(kind=EventKind.TAG, branch=environ["CI_COMMIT_TAG"])
    # The number tells, not the source: the child of such a pipeline has another source.
    for prefix in ("CI_MERGE_REQUEST", "CI_EXTERNAL_PULL_REQUEST"):
        if environ.get(f"{prefix}_IID"):
            return _pull_request(prefix, environ)
    source = environ.get("CI_PIPELINE_SOURCE", "")
    branch = environ.get("CI_COMMIT_BRANCH") or environ.get("CI_COMMIT_REF_NAME", "")
    kind = _KINDS.get(source)
    if kind is None:
        return Told(kind=EventKind.OTHER, branch=branch, named=source)
    return Told(kind=kind, branch=branch, base=environ.get("CI_COMMIT_BEFORE_SHA", ""))


def _pull_request(prefix: str, environ: Mapping[str, str]) -> Told:
    """A merge request of GitLab, or a pull request of a repository that GitLab only builds.

    The target's commit is set only where the result of merging is built; the other is where they part.
    """

    def said(name: str) -> str:
        return environ.get(f"{prefix}_{name}", "")

    here = said("PROJECT_PATH") or said("TARGET_REPOSITORY")
    there = said("SOURCE_PROJECT_PATH") or said("SOURCE_REPOSITORY")
    return Told(
        kind=EventKind.PULL_REQUEST,
        branch=said("SOURCE_BRANCH_NAME"),
        base=said("TARGET_BRANCH_SHA") or said("DIFF_BASE_SHA"),
        target=said("TARGET_BRANCH_NAME"),
        pull_request=said("IID"),
        fork=there != here,
    )
