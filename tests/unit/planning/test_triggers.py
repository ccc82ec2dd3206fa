"""The flow's table, row by row, and everything that is none of its rows."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.event import BuildEvent, EventKind
from build_tasks.planning.triggers import Extent, Trigger, trigger
from tests.fakes.samples import SHA, v

SERVICES = ("delivery", "drone-scheduler", "package")
PUSH, PULL = EventKind.PUSH, EventKind.PULL_REQUEST


def called_for(branch: str, kind: EventKind = PUSH, main: str = "main") -> Trigger:
    return trigger(BuildEvent(kind, branch, "", SHA), main, SERVICES)


@pytest.mark.parametrize(
    ("kind", "branch", "extent", "service", "version"),
    [
        (PUSH, "feature/delivery/faster", Extent.VALIDATION, "delivery", ""),
        (PUSH, "feature/delivery/a/b/c", Extent.VALIDATION, "delivery", ""),
        (PUSH, "topic/drone-scheduler/rotor", Extent.VALIDATION, "drone-scheduler", ""),
        (PULL, "feature/delivery/faster", Extent.CANDIDATE, "", ""),
        (PULL, "anything", Extent.CANDIDATE, "", ""),
        (PULL, "release/delivery/v1.0.0", Extent.CANDIDATE, "", ""),
        (PUSH, "main", Extent.CANDIDATE, "", ""),
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
    assert called_for("trunk", main="trunk").extent is Extent.CANDIDATE
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
