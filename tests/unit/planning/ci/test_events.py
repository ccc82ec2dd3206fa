"""What flags and variables say, put together."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.ci import CiSystem, Elsewhere
from build_tasks.model.event import EventKind, Told
from build_tasks.planning.ci.events import about_ref, prevailing, typed

PUSH, PULL = EventKind.PUSH, EventKind.PULL_REQUEST
NOTHING = typed("", "", "", "", "")
OF_A_PUSH = Told(CiSystem.GITHUB, PUSH, "main", "b" * 40, actor="octocat")
OF_A_PULL_REQUEST = Told(
    CiSystem.GITHUB, PULL, "x", "b" * 40, target="main", actor="octocat", pull_request="7", fork=True
)


@pytest.mark.parametrize(
    ("kind", "ref", "told"),
    [
        (PUSH, "refs/heads/a/b", Told(kind=PUSH, branch="a/b")),
        (PUSH, "a/b", Told(kind=PUSH, branch="a/b")),
        (PUSH, "refs/tags/v1/x", Told(kind=EventKind.TAG, branch="v1/x")),
        (EventKind.SCHEDULE, "refs/tags/v1", Told(kind=EventKind.TAG, branch="v1")),
        (EventKind.DELETION, "refs/tags/v1", Told(kind=EventKind.DELETION, branch="v1")),
        (PULL, "refs/pull/7/merge", Told(kind=PULL, pull_request="7")),
        (EventKind.MANUAL, "refs/pull/7/head", Told(kind=PULL, pull_request="7")),
        (PUSH, "refs/merge-requests/7/train", Told(kind=PULL, pull_request="7")),
        (PUSH, "refs/heads/refs/pull/7/merge", Told(kind=PUSH, branch="refs/pull/7/merge")),
        (PUSH, "refs/pull/x/merge", Told(kind=PUSH, branch="refs/pull/x/merge")),
        (PUSH, "", Told(kind=PUSH)),
    ],
)
def test_what_a_ref_is_about(kind: EventKind, ref: str, told: Told) -> None:
    assert about_ref(kind, ref) == told


def test_flags() -> None:
    assert Told() == NOTHING
    said = typed("pull-request", "refs/heads/x", "HEAD~2", "refs/heads/main", "ann")
    assert said == Told(kind=PULL, branch="x", base="HEAD~2", target="main", actor="ann")


@pytest.mark.parametrize("event", ["merge", "other", "Push", "pull request"])
def test_an_event_that_there_is_not(event: str) -> None:
    with pytest.raises(FlowError) as refused:
        typed(event, "", "", "", "")
    assert refused.value.code is ExitCode.USAGE
    assert "pull_request" in refused.value.fix and "other" not in refused.value.fix


@pytest.mark.parametrize("told", [Told(), Told(Elsewhere.OTHER_CI), OF_A_PUSH, OF_A_PULL_REQUEST])
def test_without_flags_the_environment_counts(told: Told) -> None:
    assert prevailing(NOTHING, told) == told


def test_flags_about_the_same_event_add_to_it() -> None:
    asked = typed("pull_request", "x", "HEAD~2", "topic/big", "ann")
    assert prevailing(asked, OF_A_PULL_REQUEST) == Told(
        CiSystem.GITHUB, PULL, "x", "HEAD~2", "topic/big", "ann", pull_request="7", fork=True
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (typed("push", "", "", "", ""), Told(kind=PUSH, actor="octocat")),
        (typed("", "main", "", "", ""), Told(branch="main", actor="octocat")),
        (
            typed("push", "release/delivery/v1.0.2", "", "", "ann"),
            Told(kind=PUSH, branch="release/delivery/v1.0.2", actor="ann"),
        ),
    ],
)
def test_flags_about_another_event_leave_nothing_of_the_environment_s(asked: Told, found: Told) -> None:
    """Its base and its pull request would be wrong for theirs."""
    assert prevailing(asked, OF_A_PULL_REQUEST) == found
