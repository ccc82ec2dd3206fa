"""What each CI system's own variables say of the event."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from build_tasks.adapters.ci.surroundings import told_by
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.ci import CiSystem, Elsewhere, RunBy
from build_tasks.model.event import EventKind, Told
from tests.fakes import ci_environments as ci
from tests.fakes.ci_environments import BEFORE, MERGED, ZEROS, Environment

PUSH, PULL, TAG = EventKind.PUSH, EventKind.PULL_REQUEST, EventKind.TAG
MANUAL, SCHEDULE, DELETION, OTHER = (
    EventKind.MANUAL,
    EventKind.SCHEDULE,
    EventKind.DELETION,
    EventKind.OTHER,
)
X = "feature/delivery/x"
MERGE_GROUP: dict[str, Any] = {
    "action": "checks_requested",
    "merge_group": {
        "head_sha": MERGED,
        "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-cccc",
        "base_sha": BEFORE,
        "base_ref": "refs/heads/main",
    },
}
DELETED: dict[str, Any] = {"deleted": True, "after": ZEROS}


def of_github(kind: EventKind, branch: str = "", base: str = "", **more: object) -> Told:
    return Told(CiSystem.GITHUB, kind, branch, base, actor="octocat", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        (lambda f: ci.github_push(f, "main"), of_github(PUSH, "main", BEFORE)),
        (lambda f: ci.github_push(f, X, ZEROS), of_github(PUSH, X, ZEROS)),
        (lambda f: ci.github_push(f, X, **DELETED), of_github(DELETION, X)),
        (
            lambda f: ci.github(f, "push", "refs/tags/v1.0.2", {"before": ZEROS}),
            of_github(TAG, "v1.0.2", ZEROS),
        ),
        (
            lambda f: ci.github_pull_request(f, X),
            of_github(PULL, X, BEFORE, target="main", pull_request="7"),
        ),
        (
            lambda f: ci.github_pull_request(f, "patch-1", fork=True),
            of_github(PULL, "patch-1", BEFORE, target="main", pull_request="7", fork=True),
        ),
        (
            lambda f: ci.github_pull_request(f, X, "release/delivery/v1.0.2"),
            of_github(PULL, X, BEFORE, target="release/delivery/v1.0.2", pull_request="7"),
        ),
        (
            lambda f: ci.github_pull_request(f, X, action="closed"),
            of_github(OTHER, "refs/pull/7/merge", named="closed pull_request"),
        ),
        # Merged, it is about main; the push to it is another event.
        (
            lambda f: {**ci.github_pull_request(f, X, action="closed"), "GITHUB_REF": "refs/heads/main"},
            of_github(OTHER, "main", named="closed pull_request"),
        ),
        (
            lambda f: ci.github(f, "merge_group", MERGE_GROUP["merge_group"]["head_ref"], MERGE_GROUP),
            of_github(PULL, "gh-readonly-queue/main/pr-7-cccc", BEFORE, target="main"),
        ),
        (lambda f: ci.github(f, "workflow_dispatch", "refs/heads/main", {}), of_github(MANUAL, "main")),
        (lambda f: ci.github(f, "workflow_dispatch", "refs/tags/v1", {}), of_github(TAG, "v1")),
        (lambda f: ci.github(f, "repository_dispatch", "refs/heads/main", {}), of_github(MANUAL, "main")),
        (lambda f: ci.github(f, "schedule", "refs/heads/main", {}), of_github(SCHEDULE, "main")),
        # It is the default branch that GITHUB_REF names then.
        (
            lambda f: ci.github(f, "delete", "refs/heads/main", {"ref": X, "ref_type": "branch"}),
            of_github(DELETION, X),
        ),
        (
            lambda f: ci.github(f, "create", f"refs/heads/{X}", {"ref": X, "ref_type": "branch"}),
            of_github(OTHER, X, named="create"),
        ),
        (
            lambda f: ci.github(f, "release", "refs/tags/v1", {"action": "published"}),
            of_github(OTHER, "refs/tags/v1", named="release"),
        ),
    ],
)
def test_github_actions(tmp_path: Path, environment: Callable[[Path], Environment], told: Told) -> None:
    assert told_by(environment(tmp_path)) == told


def test_a_pull_request_whose_fork_is_gone(tmp_path: Path) -> None:
    environ = ci.github_pull_request(tmp_path, "patch-1", fork=True)
    event = tmp_path / "event.json"
    event.write_text(event.read_text().replace('{"full_name": "hubot/drones", "fork": true}', "null"))
    told = told_by(environ)
    assert (told.fork, told.branch) == (True, "patch-1")


@pytest.mark.parametrize("path", ["", "/nowhere/event.json"])
def test_an_event_without_its_json_is_what_the_variables_say(tmp_path: Path, path: str) -> None:
    environ = {**ci.github_pull_request(tmp_path, X), "GITHUB_EVENT_PATH": path}
    assert told_by(environ) == of_github(PULL, X, target="main", pull_request="7")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"number": "seven"}', '{"before": 3}', "\xff"])
def test_an_event_s_json_that_is_none(tmp_path: Path, text: str) -> None:
    environ = ci.github_push(tmp_path, "main")
    (tmp_path / "event.json").write_text(text, encoding="latin-1")
    with pytest.raises(FlowError) as refused:
        told_by(environ)
    assert refused.value.code is ExitCode.CONFIG
    assert str(tmp_path / "event.json") in refused.value.why


def test_a_workflow_that_would_let_a_fork_at_the_secrets_is_refused(tmp_path: Path) -> None:
    environ = ci.github(tmp_path, "pull_request_target", "refs/heads/main", {"number": 7})
    with pytest.raises(FlowError, match="secrets") as refused:
        told_by(environ)
    assert refused.value.code is ExitCode.REFUSED
    assert "pull_request" in refused.value.fix


def of_azure(kind: EventKind, branch: str = "", **more: object) -> Told:
    return Told(CiSystem.AZURE, kind, branch, actor="raisa@fabrikam.example", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        (ci.azure("IndividualCI", "refs/heads/main"), of_azure(PUSH, "main")),
        (ci.azure("BatchedCI", f"refs/heads/{X}"), of_azure(PUSH, X)),
        (
            ci.azure("IndividualCI", "refs/heads/release/delivery/v1.0.2"),
            of_azure(PUSH, "release/delivery/v1.0.2"),
        ),
        (ci.azure("IndividualCI", "refs/tags/v1.0.2"), of_azure(TAG, "v1.0.2")),
        (ci.azure("Manual", "refs/heads/main"), of_azure(MANUAL, "main")),
        (ci.azure("Manual", "refs/pull/17/merge"), of_azure(PULL, pull_request="17")),
        (ci.azure("Schedule", "refs/heads/main"), of_azure(SCHEDULE, "main")),
        (ci.azure("ResourceTrigger", "refs/heads/main"), of_azure(OTHER, "main", named="ResourceTrigger")),
        (ci.azure_pull_request(X), of_azure(PULL, X, target="main", pull_request="17")),
        (ci.azure_pull_request(X, "topic/big"), of_azure(PULL, X, target="topic/big", pull_request="17")),
        (
            ci.azure_pull_request("patch-1", SYSTEM_PULLREQUEST_ISFORK="True"),
            of_azure(PULL, "patch-1", target="main", pull_request="17", fork=True),
        ),
        # A repository on GitHub: another number, and no refs/heads/ before the target.
        (
            ci.azure_pull_request(
                X, SYSTEM_PULLREQUEST_TARGETBRANCH="main", SYSTEM_PULLREQUEST_PULLREQUESTNUMBER="7"
            ),
            of_azure(PULL, X, target="main", pull_request="7"),
        ),
        (
            ci.azure_pull_request(X, SYSTEM_PULLREQUEST_PULLREQUESTID=""),
            of_azure(PULL, X, target="main", pull_request="17"),
        ),
    ],
)
def test_azure_pipelines(environ: Environment, told: Told) -> None:
    assert told_by(environ) == told


def test_azure_names_people_where_it_knows_no_address() -> None:
    environ = ci.azure("Manual", "refs/heads/main", BUILD_REQUESTEDFOREMAIL="")
    assert told_by(environ).actor == "Raisa Pokrovskaya"


def of_gitlab(kind: EventKind, branch: str = "", base: str = "", **more: object) -> Told:
    return Told(CiSystem.GITLAB, kind, branch, base, actor="sam", **more)  # type: ignore[arg-type]


EXTERNAL = {
    "CI_COMMIT_REF_NAME": X,
    "CI_EXTERNAL_PULL_REQUEST_IID": "7",
    "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY": "hubot/drones",
    "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY": "fabrikam/drones",
    "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME": X,
    "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME": "main",
    "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA": BEFORE,
}
OF_A_FORK = {"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "hubot/drones"}
MERGE_RESULT = {
    "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result",
    "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": MERGED,
}


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        (ci.gitlab_branch("push", "main", BEFORE), of_gitlab(PUSH, "main", BEFORE)),
        (ci.gitlab_branch("push", X), of_gitlab(PUSH, X, ZEROS)),
        (ci.gitlab_branch("webide", X, BEFORE), of_gitlab(PUSH, X, BEFORE)),
        (ci.gitlab_branch("parent_pipeline", "main", BEFORE), of_gitlab(PUSH, "main", BEFORE)),
        (ci.gitlab_branch("web", "main"), of_gitlab(MANUAL, "main", ZEROS)),
        (ci.gitlab_branch("api", "main"), of_gitlab(MANUAL, "main", ZEROS)),
        (ci.gitlab_branch("schedule", "main"), of_gitlab(SCHEDULE, "main", ZEROS)),
        (
            ci.gitlab_branch("ondemand_dast_scan", "main"),
            of_gitlab(OTHER, "main", named="ondemand_dast_scan"),
        ),
        (ci.gitlab("push", CI_COMMIT_TAG="v1.0.2", CI_COMMIT_REF_NAME="v1.0.2"), of_gitlab(TAG, "v1.0.2")),
        (ci.gitlab("schedule", CI_COMMIT_TAG="v1.0.2"), of_gitlab(TAG, "v1.0.2")),
        (ci.gitlab_merge_request(X), of_gitlab(PULL, X, BEFORE, target="main", pull_request="3")),
        (
            ci.gitlab_merge_request(X, source="parent_pipeline"),
            of_gitlab(PULL, X, BEFORE, target="main", pull_request="3"),
        ),
        (
            ci.gitlab_merge_request(X, "topic/big", **MERGE_RESULT),
            of_gitlab(PULL, X, MERGED, target="topic/big", pull_request="3"),
        ),
        (
            ci.gitlab_merge_request("patch-1", **OF_A_FORK),
            of_gitlab(PULL, "patch-1", BEFORE, target="main", pull_request="3", fork=True),
        ),
        (
            ci.gitlab("external_pull_request_event", **EXTERNAL),
            of_gitlab(PULL, X, BEFORE, target="main", pull_request="7", fork=True),
        ),
    ],
)
def test_gitlab_ci(environ: Environment, told: Told) -> None:
    assert told_by(environ) == told


@pytest.mark.parametrize(
    ("environ", "system"),
    [
        ({}, Elsewhere.SHELL),
        ({"HOME": "/root", "BUILD_NUMBER": "12", "GITHUB_REF": "refs/heads/x"}, Elsewhere.SHELL),
        ({"CI": "true", "JENKINS_URL": "https://ci.example", "BRANCH_NAME": "main"}, Elsewhere.OTHER_CI),
        ({"CI": "false"}, Elsewhere.SHELL),
    ],
)
def test_a_shell_and_a_ci_that_nobody_knows_say_nothing(environ: Environment, system: RunBy) -> None:
    assert told_by(environ) == Told(system)
