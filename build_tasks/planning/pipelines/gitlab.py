"""GitLab CI: one file, and a child pipeline that `ci.plan` writes in each run.

A matrix in GitLab's file is fixed when the pipeline is created, before anything has run; what a job found out
becomes jobs only as a child pipeline. GitLab makes it from the plan's artifact by itself: no token and no
request to the server. https://docs.gitlab.com/ci/yaml/, https://docs.gitlab.com/ci/pipelines/downstream_pipelines/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from build_tasks.model.branches import RELEASED, VALIDATED
from build_tasks.planning.pipelines import gitlab_jobs as jobs
from build_tasks.planning.pipelines.generated import header
from build_tasks.planning.pipelines.matrix import Leg
from build_tasks.planning.pipelines.model import Pipeline
from build_tasks.planning.pipelines.yaml_text import Node, Said, document

_FILE = ".gitlab-ci.yml"
_ABOUT = (
    "What a change concerns is built and tested; for merge requests, main and releases also made an image "
    "and scanned. A release is pushed, delivered up to the approval and, by hand, promoted."
)
_CHILD = "Jobs for what one change concerns, written by `inv ci.plan --matrix gitlab`."
_KEEP: Node = {"on_new_commit": "none"}
_RULES = (
    "No `changes:`: a pipeline that is not created reports nothing, and a merge request would wait for it "
    "for ever. What a change concerns is for the plan to say: it knows what each service is built from."
)
_GATE = (
    "The last job before anything leaves the pipeline. What a merge request requires is the pipeline "
    '("Pipelines must succeed"), which always reports: a job that fails, is cancelled or cannot start fails '
    "it."
)
_PROMOTE = (
    "Started by hand, by whom the protected environment allows to; it needs an approval signed for exactly "
    "these digests (`inv <service>.approve`), too. No pre-release (v1.0.0-rc.1) goes to production."
)


def gitlab(pipeline: Pipeline) -> dict[str, str]:
    """Text of the file, by its path."""
    return {_FILE: document(header(_ABOUT), _tree(pipeline))}


def gitlab_child(pipeline: Pipeline, legs: Sequence[Leg], *, reviewed: bool) -> str:
    """The child pipeline with a job for each leg.

    :param reviewed: what runs is main's or a release's, and may sign evidence and write candidates.
    """
    tree: dict[str, Node] = {
        "workflow": {"rules": [Said({"when": "always"}, "What called for the parent called for this.")]},
        **jobs.everywhere(pipeline),
    }
    trust = pipeline.build if reviewed else pipeline.request
    found = {f"service {leg.name}": jobs.service(pipeline, leg, trust) for leg in legs}
    return document(_CHILD, {**tree, **(found or {"nothing to do": jobs.nothing()})})


def _tree(pipeline: Pipeline) -> Mapping[str, Node]:
    return {
        "workflow": {
            "auto_cancel": Said({"on_new_commit": "interruptible"}, "A newer push supersedes a validation."),
            "rules": Said(_workflow_rules(pipeline), _RULES),
        },
        "stages": ["plan", "build", "gate", "deliver", "promote"],
        **jobs.everywhere(pipeline),
        "plan": jobs.plan(pipeline),
        "build": jobs.build(),
        "gate": Said(jobs.gate(), _GATE),
        "deliver": jobs.deliver(pipeline),
        "promote": Said(jobs.promote(pipeline), _PROMOTE),
    }


def _workflow_rules(pipeline: Pipeline) -> list[Node]:
    to_main = (
        '$CI_PIPELINE_SOURCE == "merge_request_event" && '
        f'$CI_MERGE_REQUEST_TARGET_BRANCH_NAME == "{pipeline.main}"'
    )
    main: Node = {"if": f'$CI_COMMIT_BRANCH == "{pipeline.main}"', "auto_cancel": _KEEP}
    of_branch = f"$CI_COMMIT_BRANCH =~ /^{RELEASED}\\/"
    return [
        {"if": to_main},
        Said(main, "Every commit of main is built."),
        *(_released(f"{of_branch}{service}\\//", service) for service in pipeline.services),
        Said(_released(f"{of_branch}/"), "Of no service: the plan says what is wrong."),
        {"if": f"$CI_COMMIT_BRANCH =~ /^({'|'.join(VALIDATED)})\\//"},
    ]


def _released(condition: str, service: str = "") -> Node:
    variables: dict[str, Node] = {"variables": {jobs.SERVICE: service}} if service else {}
    return {"if": condition, **variables, "auto_cancel": _KEEP}
