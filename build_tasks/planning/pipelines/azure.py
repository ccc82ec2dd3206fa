"""Azure Pipelines: one file for all.

What is decided when a run is made up (``${{ }}``) does not exist in runs that are not to have it: the run of
a pull request does not even name the builder's key.
https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/
"""

from __future__ import annotations

from collections.abc import Mapping

from build_tasks.model.branches import RELEASED, VALIDATED
from build_tasks.planning.pipelines import azure_jobs as jobs
from build_tasks.planning.pipelines.azure_stages import deliver, promote
from build_tasks.planning.pipelines.azure_steps import CACHE
from build_tasks.planning.pipelines.generated import header
from build_tasks.planning.pipelines.model import Pipeline
from build_tasks.planning.pipelines.yaml_text import Apart, Node, Said, document

_FILE = "azure-pipelines.yml"
_EACH = "${{ each service in parameters.services }}"
_ITS_RELEASE = (
    "${{ if startsWith(variables['Build.SourceBranch'], "
    f"format('refs/heads/{RELEASED}/{{0}}/', service)) }}}}"
)
_FINAL = "${{ if not(contains(variables['Build.SourceBranchName'], '-')) }}"
_ABOUT = (
    "What a change concerns is built and tested; for pull requests, main and releases also made an image "
    "and scanned. A release is pushed, delivered up to the approval and, behind an environment's approval, "
    "promoted.\n\nMost numbers and truth values stand in quotes: Microsoft's own schema wants them so."
)
_BATCH = (
    "While a run of a branch is on its way, further pushes to it wait and are built together.\n"
    "No path filters: a run that a filter leaves out reports nothing, and a required check that nobody "
    "reports is waited for for ever. What a change concerns is for the plan to say: it knows what each "
    "service is built from."
)
_REQUESTS = (
    "For a repository on GitHub or Bitbucket. Azure Repos ignores it: there main's branch policy (build "
    "validation, this pipeline) does the same."
)
_RELEASE = (
    "Only runs of release branches have these stages, each for its own service: environments must be known "
    "when a run is made up."
)


def azure(pipeline: Pipeline) -> dict[str, str]:
    """Text of the file, by its path."""
    return {_FILE: document(header(_ABOUT), _tree(pipeline))}


def _tree(pipeline: Pipeline) -> Mapping[str, Node]:
    prefixes = [f"{prefix}/*" for prefix in (RELEASED, *VALIDATED)]
    included = Said([pipeline.main, *prefixes], "A star stands for slashes, too.")
    requested: Node = {"autoCancel": "true", "branches": {"include": [pipeline.main]}}
    return {
        "trigger": Said({"batch": "true", "branches": {"include": included}}, _BATCH),
        "pr": Said(requested, _REQUESTS),
        "parameters": [_services(pipeline)],
        **_agents(pipeline),
        "stages": Apart(
            [
                {
                    "stage": "build",
                    "displayName": "Build, test and scan",
                    "jobs": Apart([jobs.plan(pipeline), jobs.services(pipeline), jobs.gate(pipeline)]),
                },
                Said({_EACH: [{_ITS_RELEASE: _release(pipeline)}]}, _RELEASE),
            ]
        ),
    }


def _services(pipeline: Pipeline) -> Node:
    return {
        "name": "services",
        "displayName": "The services (leave them as they are)",
        "type": "object",
        "default": list(pipeline.services),
    }


def _agents(pipeline: Pipeline) -> dict[str, Node]:
    agents = pipeline.ci.azure
    if agents.pool:
        return {"pool": {"name": agents.pool}}
    return {"pool": {"vmImage": agents.image}, "variables": {"XDG_CACHE_HOME": CACHE}}


def _release(pipeline: Pipeline) -> Node:
    final = Said({_FINAL: [promote(pipeline)]}, "No pre-release (v1.0.0-rc.1) goes to production.")
    return Apart([deliver(pipeline), final])
