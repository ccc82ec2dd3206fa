"""What a clone adds to what a CI system says: above all the commit to compare with."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.affected import Reason
from build_tasks.model.ci import CiSystem, Elsewhere, RunBy
from build_tasks.model.event import BuildEvent, EventKind, Told
from build_tasks.planning.ci.events import typed
from build_tasks.steps.ci.events import event_here
from build_tasks.steps.ci.plans import concerned
from tests.fakes.ci_environments import AFTER, ZEROS
from tests.unit.steps.shop import Shop

PUSH, PULL = EventKind.PUSH, EventKind.PULL_REQUEST
KNOWN = [CiSystem.GITHUB, CiSystem.AZURE, CiSystem.GITLAB]


def here(shop: Shop, told: Told, *flags: str) -> BuildEvent:
    return event_here(shop.bench, typed(*(*flags, "", "", "", "", "")[:5]), told)


def commits(shop: Shop, number: int) -> list[str]:
    return [shop.commit({"README.md": f"{shop.source.head().sha} {n}\n"}) for n in range(number)]


def detached_merge(shop: Shop, *, behind: int = 0) -> tuple[str, str, str]:
    """What merging a pull request would make is checked out.

    :param behind: commits that main got since the branch left it.
    :returns: where the branch left main, main's tip that it was merged into, and the merge.
    """
    left = shop.source.head().sha
    shop.source.create_branch("x", "HEAD")
    for _ in range(behind):
        shop.commit({"README.md": f"main goes on after {shop.source.head().sha}\n"})
    shop.publish()
    tip = shop.source.head().sha
    shop.source.check_out("x")
    head = shop.commit({"services/delivery/app.py": "changed\n"})
    shop.source.check_out(tip)
    return left, tip, shop.source.add_commit({"services/delivery/app.py": "changed\n"}, merge=head)


def test_a_detached_head_has_the_branch_that_the_system_says(shop: Shop) -> None:
    """Azure, GitLab and GitHub's merge refs check out a commit, not a branch."""
    shop.source.check_out(shop.source.head().sha)
    event = here(shop, Told(CiSystem.AZURE, PUSH, "feature/delivery/x", actor="raisa@fabrikam.example"))
    assert (event.branch, event.actor) == ("feature/delivery/x", "raisa@fabrikam.example")


def test_everything_that_was_said_is_kept(shop: Shop) -> None:
    _, tip, merge = detached_merge(shop)
    told = Told(CiSystem.GITHUB, PULL, "x", tip, "main", "octocat", "7", fork=True)
    assert here(shop, told) == BuildEvent(PULL, "x", tip, merge, "main", "octocat", "7", fork=True)


@pytest.mark.parametrize("system", KNOWN)
def test_a_push_of_several_commits_to_main(shop: Shop, system: RunBy) -> None:
    before = shop.source.head().sha
    commits(shop, 3)
    assert here(shop, Told(system, PUSH, "main", before)).base == before


def test_a_push_that_replaced_main(shop: Shop) -> None:
    """What was there before need not be before it in history."""
    start = shop.source.head().sha
    before = shop.commit({"README.md": "withdrawn\n"})
    shop.source.check_out(start)
    shop.commit({"README.md": "instead\n"})
    assert here(shop, Told(CiSystem.GITHUB, PUSH, "main", before)).base == before


@pytest.mark.parametrize(
    ("system", "base", "lack", "unbased"),
    [
        (CiSystem.AZURE, "", Reason.NO_BASE, "Azure Pipelines does not say what was there before the push"),
        (CiSystem.GITHUB, "", Reason.NO_BASE, "GitHub Actions does not say what was there before the push"),
        (CiSystem.GITLAB, ZEROS, Reason.NO_BASE, "there was nothing before this push"),
        (CiSystem.GITHUB, AFTER, Reason.UNKNOWN_BASE, "commit aaaaaaaaaaaa is not in this clone"),
    ],
)
def test_where_main_was_before_is_not_guessed(
    shop: Shop, system: RunBy, base: str, lack: Reason, unbased: str
) -> None:
    """The parent would leave out what the push's earlier commits changed."""
    commits(shop, 3)
    event = here(shop, Told(system, PUSH, "main", base))
    assert (event.base, event.lack) == ("", lack)
    assert event.unbased.startswith(unbased)


@pytest.mark.parametrize(
    "told", [Told(CiSystem.GITHUB, PUSH, "main", AFTER), Told(CiSystem.AZURE, PULL, "x"), Told()]
)
def test_a_shallow_clone_says_how_to_deepen_it(shop: Shop, told: Told) -> None:
    shop.source.shallow = True
    event = here(shop, told)
    assert (event.base, event.lack) == ("", Reason.SHALLOW_CLONE)
    assert "git fetch --unshallow" in event.unbased
    [found] = concerned(shop.bench, event)
    assert (found.reason, found.because) == (Reason.SHALLOW_CLONE, event.unbased)


@pytest.mark.parametrize("system", [Elsewhere.SHELL, Elsewhere.OTHER_CI])
def test_a_shell_s_push_to_main_is_its_last_commit(shop: Shop, system: RunBy) -> None:
    first, second = commits(shop, 2)
    event = here(shop, Told(system))
    assert (event.base, event.head) == (first, second)


@pytest.mark.parametrize("system", [*KNOWN, Elsewhere.SHELL, Elsewhere.OTHER_CI])
def test_a_branch_is_compared_with_where_it_left_main(shop: Shop, system: RunBy) -> None:
    """Not with what it was before the push: that push may touch nothing, and the one before broke it."""
    start = shop.source.head().sha
    shop.source.create_branch("feature/delivery/x", "HEAD")
    shop.source.check_out("feature/delivery/x")
    first, _ = commits(shop, 2)
    assert here(shop, Told(system, PUSH, "feature/delivery/x", first)).base == start


@pytest.mark.parametrize("behind", [0, 2])
def test_a_pull_request_is_compared_with_what_it_was_merged_into(shop: Shop, behind: int) -> None:
    """What others brought to main since the branch left it is not the pull request's."""
    left, tip, merge = detached_merge(shop, behind=behind)
    event = here(shop, Told(CiSystem.GITHUB, PULL, "x", left, "main", pull_request="7"))
    assert (event.base, event.head) == (tip, merge)
    assert here(shop, Told(CiSystem.AZURE, PULL, "x", "", "main", pull_request="7")).base == tip


def test_a_clone_without_the_target_compares_with_the_commit_that_the_system_names(shop: Shop) -> None:
    _, tip, _ = detached_merge(shop, behind=2)
    for names in (shop.source._heads, shop.source._remote):
        names.pop("main")
    assert here(shop, Told(CiSystem.GITHUB, PULL, "x", tip, "main", pull_request="7")).base == tip
    alone = here(shop, Told(CiSystem.AZURE, PULL, "x", "", "main", pull_request="17"))
    assert (alone.base, alone.unbased) == ("", "main is not in this clone")


def test_a_clone_that_was_made_before_the_push_is_no_better_than_the_system(shop: Shop) -> None:
    """Agents that keep their clones fetch what they build, and leave origin's main as it was."""
    left, tip, _ = detached_merge(shop, behind=2)
    shop.source._remote["main"] = left
    assert here(shop, Told(CiSystem.GITHUB, PULL, "x", tip, "main", pull_request="7")).base == tip


def test_a_pull_request_into_another_branch_is_compared_with_that(shop: Shop) -> None:
    shop.source.create_branch("topic/delivery/big", "HEAD")
    shop.source.check_out("topic/delivery/big")
    big = shop.commit({"README.md": "big\n"})
    shop.source.create_branch("x", "HEAD")
    shop.source.check_out("x")
    shop.commit({"README.md": "bigger\n"})
    assert here(shop, Told(), "pull_request", "", "", "topic/delivery/big").base == big


@pytest.mark.parametrize("kind", [EventKind.MANUAL, EventKind.SCHEDULE])
def test_where_nothing_was_pushed_there_is_nothing_to_compare_with(shop: Shop, kind: EventKind) -> None:
    first, _ = commits(shop, 2)
    event = here(shop, Told(CiSystem.GITLAB, kind, "main", ZEROS))
    assert (event.base, event.unbased) == ("", "nothing was pushed: all of it is looked at")
    assert here(shop, Told(CiSystem.GITLAB, kind, "main", ZEROS), "", "", first).base == first


def test_a_base_that_was_typed_counts(shop: Shop) -> None:
    first, second, third = commits(shop, 3)
    told = Told(CiSystem.GITHUB, PUSH, "main", second)
    assert here(shop, told, "", "", first).base == first
    assert here(shop, told).base == second
    assert here(shop, told).head == third


def test_flags_about_another_branch_are_not_compared_with_this_event_s_base(shop: Shop) -> None:
    start = shop.source.head().sha
    first, _ = commits(shop, 2)
    told = Told(CiSystem.GITHUB, PULL, "x", first, "main", "octocat", "7")
    event = here(shop, told, "push", "feature/delivery/y")
    assert (event.base, event.pull_request, event.actor) == (start, "", "octocat")


def test_only_the_number_of_a_pull_request_is_known(shop: Shop) -> None:
    detached_merge(shop)
    event = here(shop, Told(CiSystem.AZURE, PULL, pull_request="17"))
    assert (event.kind, event.branch, event.pull_request) == (PULL, "", "17")


@pytest.mark.parametrize("system", [Elsewhere.OTHER_CI, Elsewhere.SHELL])
def test_a_ci_that_nobody_knows_has_to_be_told_a_detached_branch(shop: Shop, system: RunBy) -> None:
    shop.source.check_out(shop.source.head().sha)
    with pytest.raises(FlowError) as refused:
        here(shop, Told(system))
    assert refused.value.code is ExitCode.USAGE
    assert (refused.value.why, refused.value.fix) == ("no branch is checked out (detached)", "say --branch")
    assert here(shop, Told(system), "", "main").branch == "main"
