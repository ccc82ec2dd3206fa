"""GitHub Actions: a workflow for each row of the flow's table.

Feature branches, pull requests and main have workflows of their own because they are trusted with different
things, and because a required check must not bear the name of one that asks less of the same commit.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

from collections.abc import Mapping

from build_tasks.model.branches import RELEASED, VALIDATED
from build_tasks.planning.pipelines import github_jobs as jobs
from build_tasks.planning.pipelines.generated import header
from build_tasks.planning.pipelines.model import Pipeline
from build_tasks.planning.pipelines.yaml_text import Apart, Node, Said, document

_FOLDER = ".github/workflows"
#: The one check that a branch protection rule is to require.
REQUIRED_CHECK = "gate"
_NO_PATHS = (
    "No path filters: a workflow that a filter leaves out reports nothing, and a required check that nobody "
    "reports is waited for for ever. What a change concerns is for the plan to say: it knows what each "
    "service is built from."
)
_READ = Said({"contents": "read"}, "All that any job's token may do.")
_SUPERSEDED = "A newer push supersedes this run."


def github(pipeline: Pipeline) -> dict[str, str]:
    """Text of each workflow, by its path."""
    return {
        f"{_FOLDER}/feature.yml": document(header(_ABOUT_FEATURE), _feature(pipeline)),
        f"{_FOLDER}/pull-request.yml": document(header(_ABOUT_PULL_REQUEST), _pull_request(pipeline)),
        f"{_FOLDER}/build.yml": document(header(_ABOUT_BUILD), _build(pipeline)),
        f"{_FOLDER}/promote.yml": document(header(_ABOUT_PROMOTE), _promote(pipeline)),
    }


_ABOUT_FEATURE = "Pushes to feature and topic branches: what the change concerns is built and tested."
_ABOUT_PULL_REQUEST = (
    f"Pull requests: what the change concerns is built, tested, made an image and scanned. The job "
    f"`{REQUIRED_CHECK}` always reports: it is the check to require, and the only one."
)
_ABOUT_BUILD = (
    "Pushes to main (always releasable) and to release branches (one version of one service, pushed and "
    "delivered up to the approval)."
)
_ABOUT_PROMOTE = (
    "A released version into production: by hand, behind the environment's required reviewers, and only with "
    "an approval signed for exactly its digests (`inv <service>.approve`)."
)


def _feature(pipeline: Pipeline) -> Mapping[str, Node]:
    branches = [f"{prefix}/**" for prefix in VALIDATED]
    return {
        "name": "feature",
        "on": {"push": Said({"branches": branches}, _NO_PATHS)},
        "permissions": _READ,
        "concurrency": _latest("feature"),
        "jobs": Apart(
            {
                "plan": jobs.plan(pipeline, reviewed=False),
                "services": jobs.services(pipeline, pipeline.validation, reviewed=False),
            }
        ),
    }


def _pull_request(pipeline: Pipeline) -> Mapping[str, Node]:
    return {
        "name": "pull request",
        "on": {
            "pull_request": Said({"branches": [pipeline.main]}, _NO_PATHS),
            "merge_group": Said({"branches": [pipeline.main]}, "A merge queue asks for the check again."),
        },
        "permissions": _READ,
        "concurrency": _latest("pull-request"),
        "jobs": Apart(
            {
                "plan": jobs.plan(pipeline, reviewed=False),
                "services": jobs.services(pipeline, pipeline.request, reviewed=False),
                "gate": jobs.gate(pipeline, REQUIRED_CHECK),
            }
        ),
    }


def _build(pipeline: Pipeline) -> Mapping[str, Node]:
    return {
        "name": "build",
        "on": {"push": {"branches": [pipeline.main, f"{RELEASED}/**"]}},
        "permissions": _READ,
        "jobs": Said(
            Apart(
                {
                    "plan": jobs.plan(pipeline, reviewed=True),
                    "services": jobs.services(pipeline, pipeline.build, reviewed=True),
                    "gate": jobs.gate(pipeline, f"build {REQUIRED_CHECK}"),
                    "deliver": jobs.deliver(pipeline),
                }
            ),
            "No `concurrency` up here: every commit of main is built, and no run cancels another's.",
        ),
    }


def _promote(pipeline: Pipeline) -> Mapping[str, Node]:
    inputs: dict[str, Node] = {
        "service": {
            "description": "the service",
            "type": "choice",
            "required": True,
            "options": list(pipeline.services),
        },
        "version": {"description": "its released version, e.g. 1.0.2", "type": "string", "required": True},
    }
    return {
        "name": "promote",
        "run-name": "promote ${{ inputs.service }} ${{ inputs.version }}",
        "on": {"workflow_dispatch": {"inputs": inputs}},
        "permissions": _READ,
        "jobs": {"promote": jobs.promote(pipeline)},
    }


def _latest(group: str) -> Node:
    return Said({"group": f"{group}-${{{{ github.ref }}}}", "cancel-in-progress": True}, _SUPERSEDED)
