"""The flow's table, row by row, and everything that is none of its rows."""

from __future__ import annotations

from typing import Any

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.event import BuildEvent, EventKind
from build_tasks.planning.ci.triggers import Extent, Trigger, trigger
from tests.fakes.samples import SHA, v

SERVICES = ("delivery", "drone-scheduler", "package")
PUSH, PULL = EventKind.PUSH, EventKind.PULL_REQUEST


def called_for(branch: str, kind: EventKind = PUSH, main: str = "main", **more: Any) -> Trigger:
    return trigger(BuildEvent(kind, branch, "", SHA, **more), main, SERVICES)


@pytest.mark.parametrize(
    ("kind", "branch", "extent", "service", "version"),
    [
        (PUSH, "feature/delivery/faster", Extent.VALIDATION, "delivery", ""),
        (PUSH, "feature/delivery/a/b/c", Extent.VALIDATION, "delivery", ""),
        (PUSH, "topic/drone-scheduler/rotor", Extent.VALIDATION, "drone-scheduler", ""),
        (PULL, "feature/delivery/faster", Extent.CANDIDATE, "", ""),
        (PULL, "anything", Extent.CANDIDATE, "", ""),
        (PULL, "release/delivery/v1.0.0", Extent.CANDIDATE, "", ""),
        (PUSH, "main", Extent.PUBLICATION, "", ""),
        (PUSH, "release/delivery/v1.0.2", Extent.RELEASE, "delivery", "1.0.2"),
        (PUSH, "release/package/v1.1.0-rc.1", Extent.RELEASE, "package", "1.1.0-rc.1"),
    ],
)
def test_rows_of_the_flow(kind: EventKind, branch: str, extent: Extent, service: str, version: str) -> None:
    found = called_for(branch, kind)
    assert (found.extent, found.service, str(found.version or "")) == (extent, service, version)
    assert branch in found.because


@pytest.mark.parametrize(
    "branch",
    [
        "feature/x",
        "feature/delivery",
        "feature//delivery",
        "feature/Delivery/x",
        "feature/unknown/x",
        "feature/x/delivery/y",
        "feature",
        "topic/x",
        "features/delivery/x",
        "dependabot/pip/x",
        # The typo of the public reference implementation, here in a branch.
        "relelase/delivery/v1.0.0",
        "releases/delivery/v1.0.0",
        "release",
        "Release/delivery/v1.0.0",
        "main2",
        "x/main",
        "",
    ],
)
def test_other_branches_call_for_nothing(branch: str) -> None:
    found = called_for(branch)
    assert (found.extent, found.service, found.version) == (Extent.NOTHING, "", None)
    assert branch in found.because


def test_a_detached_head_calls_for_nothing() -> None:
    assert "(detached)" in called_for("").because


def test_the_main_branch_has_the_name_that_is_configured() -> None:
    assert called_for("trunk", main="trunk").extent is Extent.PUBLICATION
    assert called_for("main", main="trunk").extent is Extent.NOTHING


@pytest.mark.parametrize(
    ("branch", "why"),
    [
        ("release/delivery/1.0", "must start with v, as in release/delivery/v1.0"),
        ("release/delivery/1.0.0", "must start with v, as in release/delivery/v1.0.0"),
        ("release/delivery/v1.0", "'v1.0' is not a SemVer 2.0 version"),
        ("release/delivery/v01.0.0", "is not a SemVer 2.0 version"),
        ("release/delivery/v1.0.0+meta", "build metadata (+meta)"),
        ("release/delivery/v1.0.0/x", "is not a SemVer 2.0 version"),
        ("release/delivery/vv1.0.0", "is not a SemVer 2.0 version"),
        ("release/delivery/v", "is not a SemVer 2.0 version"),
        ("release/delivery/v1.0.0-" + "a" * 60, "63 characters"),
        ("release/delivery/v1.0.0; rm -rf /", "is not a SemVer 2.0 version"),
        ("release/delivery/v$(id)", "is not a SemVer 2.0 version"),
        ("release/../v1.0.0", "there is no service '..'"),
        ("release/delivery", "not of the form release/<service>/v<semver>"),
        ("release/", "not of the form"),
        ("release//v1.0.0", "not of the form"),
        ("release/delivery/", "not of the form"),
        ("release/v1.0.0", "not of the form"),
        ("release/nobody/v1.0.0", "no service 'nobody' (known: delivery, drone-scheduler, package)"),
        ("release/Delivery/v1.0.0", "no service 'Delivery'"),
    ],
)
def test_a_release_branch_that_cannot_be_one_is_refused(branch: str, why: str) -> None:
    with pytest.raises(FlowError) as refused:
        called_for(branch)
    assert refused.value.code is ExitCode.USAGE
    assert why in refused.value.why
    assert branch in refused.value.what
    assert "release/<service>/v<semver>" in refused.value.fix


def test_the_version_of_a_release_branch_is_read_whole() -> None:
    assert called_for("release/delivery/v2.0.0-rc-1.x").version == v("2.0.0-rc-1.x")


@pytest.mark.parametrize(
    ("more", "because"),
    [
        ({}, "pull request from x into main"),
        ({"target": "main", "pull_request": "7"}, "pull request #7 from x into main"),
        ({"target": "main", "pull_request": "7", "fork": True}, "pull request #7 from x (a fork) into main"),
    ],
)
def test_a_pull_request_into_main(more: dict[str, Any], because: str) -> None:
    found = called_for("x", PULL, **more)
    assert (found.extent, found.because) == (Extent.CANDIDATE, because)


@pytest.mark.parametrize("source", ["feature/delivery/x", "x", "main", "release/delivery/1.0"])
@pytest.mark.parametrize("target", ["feature/delivery/big", "release/delivery/v1.0.2", "develop", "main2"])
def test_a_pull_request_into_another_branch_calls_for_nothing(source: str, target: str) -> None:
    found = called_for(source, PULL, target=target)
    assert found.extent is Extent.NOTHING
    assert found.because.endswith(f"into {target}, which is not main: pushes validate its commits")


def test_a_pull_request_of_which_only_the_number_is_known() -> None:
    assert called_for("", PULL, pull_request="17").because == "pull request #17 into main"


def test_the_target_is_the_main_branch_that_is_configured() -> None:
    assert called_for("x", PULL, main="trunk", target="trunk").extent is Extent.CANDIDATE
    assert called_for("x", PULL, main="trunk", target="main").extent is Extent.NOTHING


@pytest.mark.parametrize("branch", ["main", "v1.0.2", "release/delivery/v1.0.2", "release/delivery/1.0"])
@pytest.mark.parametrize("kind", [EventKind.TAG, EventKind.DELETION, EventKind.OTHER])
def test_what_was_done_to_a_tag_or_undone_calls_for_nothing(kind: EventKind, branch: str) -> None:
    assert called_for(branch, kind).extent is Extent.NOTHING


def test_an_event_that_nobody_knows_is_named() -> None:
    found = called_for("main", EventKind.OTHER, named="workflow_run")
    assert found.because == "workflow_run is no event that calls for anything"


@pytest.mark.parametrize(
    ("branch", "extent"),
    [
        ("main", Extent.PUBLICATION),
        ("feature/delivery/x", Extent.VALIDATION),
        ("release/delivery/v1.0.2", Extent.RELEASE),
        ("x", Extent.NOTHING),
    ],
)
def test_a_run_by_hand_is_as_a_push_to_that_branch(branch: str, extent: Extent) -> None:
    assert called_for(branch, EventKind.MANUAL).extent is extent is called_for(branch).extent


@pytest.mark.parametrize("branch", ["feature/delivery/x", "release/delivery/v1.0.2", "release/x"])
def test_a_schedule_builds_main_and_nothing_else(branch: str) -> None:
    assert called_for("main", EventKind.SCHEDULE).extent is Extent.PUBLICATION
    assert called_for(branch, EventKind.SCHEDULE).extent is Extent.NOTHING
