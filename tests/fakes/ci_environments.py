"""Environments as CI systems document that they set them, and events' JSON as GitHub sends it.

https://docs.github.com/en/actions/reference/workflows-and-actions/variables,
https://docs.github.com/en/webhooks/webhook-events-and-payloads,
https://learn.microsoft.com/azure/devops/pipelines/build/variables,
https://docs.gitlab.com/ci/variables/predefined_variables/
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ZEROS = "0" * 40
#: Commits that are in no repository.
BEFORE, AFTER, MERGED = "b" * 40, "a" * 40, "c" * 40

Environment = dict[str, str]


def github(folder: Path, event: str, ref: str, payload: dict[str, Any], **changes: str) -> Environment:
    """GitHub Actions, in a ``run`` step on a hosted runner.

    :param folder: takes the event's JSON and the step's summary.
    """
    name = ref.split("/", 2)[2] if ref.startswith("refs/") else ref
    path = folder / "event.json"
    path.write_text(json.dumps({"repository": {"full_name": "fabrikam/drones"}, **payload}))
    environ = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTOR": "octocat",
        "GITHUB_API_URL": "https://api.github.com",
        "GITHUB_BASE_REF": "",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(path),
        "GITHUB_HEAD_REF": "",
        "GITHUB_JOB": "validate",
        "GITHUB_REF": ref,
        "GITHUB_REF_NAME": name,
        "GITHUB_REF_PROTECTED": "false",
        "GITHUB_REF_TYPE": "tag" if ref.startswith("refs/tags/") else "branch",
        "GITHUB_REPOSITORY": "fabrikam/drones",
        "GITHUB_REPOSITORY_OWNER": "fabrikam",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_RUN_ID": "1658821493",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": AFTER,
        "GITHUB_STEP_SUMMARY": str(folder / "step_summary"),
        "GITHUB_TRIGGERING_ACTOR": "octocat",
        "GITHUB_WORKFLOW": "ci",
        "GITHUB_WORKSPACE": "/home/runner/work/drones/drones",
        "RUNNER_ARCH": "X64",
        "RUNNER_ENVIRONMENT": "github-hosted",
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": "/home/runner/work/_temp",
    }
    return {**environ, **changes}


def github_push(folder: Path, branch: str, before: str = BEFORE, **more: Any) -> Environment:
    """A push to a branch; the first one comes after zeros."""
    ref = f"refs/heads/{branch}"
    sides = {"ref": ref, "before": before, "after": AFTER, "created": before == ZEROS, "deleted": False}
    return github(folder, "push", ref, {**sides, "forced": False, "base_ref": None, **more})


def github_pull_request(
    folder: Path, branch: str, target: str = "main", *, fork: bool = False, action: str = "synchronize"
) -> Environment:
    """Pull request 7; its merge ref is checked out."""
    owner = "hubot/drones" if fork else "fabrikam/drones"
    payload = {
        "action": action,
        "number": 7,
        "pull_request": {
            "number": 7,
            "merged": False,
            "head": {"ref": branch, "sha": AFTER, "repo": {"full_name": owner, "fork": fork}},
            "base": {"ref": target, "sha": BEFORE, "repo": {"full_name": "fabrikam/drones"}},
        },
    }
    refs = {"GITHUB_HEAD_REF": branch, "GITHUB_BASE_REF": target, "GITHUB_SHA": MERGED}
    return github(folder, "pull_request", "refs/pull/7/merge", payload, **refs)


def azure(reason: str, ref: str, **changes: str) -> Environment:
    """Azure Pipelines, in a ``script`` step on a hosted agent; a repository in Azure Repos."""
    environ = {
        "AGENT_ID": "8",
        "AGENT_JOBNAME": "validate",
        "AGENT_OS": "Linux",
        "AGENT_TEMPDIRECTORY": "/home/vsts/work/_temp",
        "BUILD_ARTIFACTSTAGINGDIRECTORY": "/home/vsts/work/1/a",
        "BUILD_BUILDID": "1042",
        "BUILD_BUILDNUMBER": "20260102.3",
        "BUILD_DEFINITIONNAME": "drones",
        "BUILD_QUEUEDBY": "Microsoft.VisualStudio.Services.TFS",
        "BUILD_REASON": reason,
        "BUILD_REPOSITORY_NAME": "drones",
        "BUILD_REPOSITORY_PROVIDER": "TfsGit",
        "BUILD_REQUESTEDFOR": "Raisa Pokrovskaya",
        "BUILD_REQUESTEDFOREMAIL": "raisa@fabrikam.example",
        "BUILD_SOURCEBRANCH": ref,
        "BUILD_SOURCEBRANCHNAME": ref.rpartition("/")[2],
        "BUILD_SOURCESDIRECTORY": "/home/vsts/work/1/s",
        "BUILD_SOURCEVERSION": AFTER,
        "BUILD_SOURCEVERSIONMESSAGE": "Merged PR 17: faster",
        "SYSTEM_COLLECTIONURI": "https://dev.azure.com/fabrikam/",
        "SYSTEM_DEFAULTWORKINGDIRECTORY": "/home/vsts/work/1/s",
        "SYSTEM_HOSTTYPE": "build",
        "SYSTEM_JOBATTEMPT": "1",
        "SYSTEM_TEAMPROJECT": "drones",
        "TF_BUILD": "True",
    }
    return {**environ, **changes}


def azure_pull_request(branch: str, target: str = "main", **changes: str) -> Environment:
    """Pull request 17; what merging would make is checked out."""
    pull = {
        "SYSTEM_PULLREQUEST_ISFORK": "False",
        "SYSTEM_PULLREQUEST_PULLREQUESTID": "17",
        "SYSTEM_PULLREQUEST_PULLREQUESTITERATION": "2",
        "SYSTEM_PULLREQUEST_SOURCEBRANCH": f"refs/heads/{branch}",
        "SYSTEM_PULLREQUEST_SOURCECOMMITID": AFTER,
        "SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI": "https://dev.azure.com/fabrikam/_git/drones",
        "SYSTEM_PULLREQUEST_TARGETBRANCH": f"refs/heads/{target}",
    }
    return azure("PullRequest", "refs/pull/17/merge", **{**pull, **changes})


def gitlab(source: str, **changes: str) -> Environment:
    """GitLab CI, in a job's script."""
    environ = {
        "CI": "true",
        "CI_COMMIT_BEFORE_SHA": ZEROS,
        "CI_COMMIT_REF_PROTECTED": "false",
        "CI_COMMIT_SHA": AFTER,
        "CI_COMMIT_TITLE": "faster",
        "CI_DEFAULT_BRANCH": "main",
        "CI_JOB_ID": "50",
        "CI_JOB_NAME": "validate",
        "CI_JOB_STAGE": "test",
        "CI_PIPELINE_ID": "1000",
        "CI_PIPELINE_IID": "10",
        "CI_PIPELINE_SOURCE": source,
        "CI_PROJECT_DIR": "/builds/fabrikam/drones",
        "CI_PROJECT_PATH": "fabrikam/drones",
        "CI_RUNNER_ID": "1",
        "CI_SERVER": "yes",
        "CI_SERVER_VERSION": "18.5.0",
        "GITLAB_CI": "true",
        "GITLAB_USER_EMAIL": "sam@fabrikam.example",
        "GITLAB_USER_ID": "42",
        "GITLAB_USER_LOGIN": "sam",
        "GITLAB_USER_NAME": "Sam Guidry",
    }
    return {**environ, **changes}


def gitlab_branch(source: str, branch: str, before: str = ZEROS) -> Environment:
    """A branch pipeline."""
    refs = {"CI_COMMIT_BRANCH": branch, "CI_COMMIT_REF_NAME": branch}
    return gitlab(source, CI_COMMIT_BEFORE_SHA=before, **refs)


def gitlab_merge_request(
    branch: str, target: str = "main", source: str = "merge_request_event", **changes: str
) -> Environment:
    """Merge request 3; its source branch is checked out, not what merging would make."""
    merge_request = {
        "CI_COMMIT_REF_NAME": branch,
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": BEFORE,
        "CI_MERGE_REQUEST_EVENT_TYPE": "detached",
        "CI_MERGE_REQUEST_ID": "90",
        "CI_MERGE_REQUEST_IID": "3",
        "CI_MERGE_REQUEST_PROJECT_PATH": "fabrikam/drones",
        "CI_MERGE_REQUEST_REF_PATH": "refs/merge-requests/3/head",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": branch,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "fabrikam/drones",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": target,
        "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "",
        "CI_MERGE_REQUEST_TITLE": "Faster",
    }
    return gitlab(source, **{**merge_request, **changes})
