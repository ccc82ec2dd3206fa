"""What an event in this clone calls for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn, cast

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.affected import Reason
from build_tasks.model.event import BuildEvent, EventKind, Told
from build_tasks.planning.ci.events import typed
from build_tasks.steps.ci.events import event_here
from build_tasks.steps.ci.plans import concerned, delivery_of, plan_for
from tests.unit.steps.shop import FILES, LIBRARY, STANDS_ON_IT, Shop

APP = "services/delivery/app.py"

#: What a pull request calls for.
CANDIDATE = [f"{verb} delivery" for verb in ("build", "test", "image", "scan", "package")]


def branch(shop: Shop, name: str, *changes: str) -> str:
    """A branch from here with one commit a path; gives the last commit."""
    shop.source.create_branch(name, "HEAD")
    shop.source.check_out(name)
    for number, path in enumerate(changes):
        shop.commit({path: f"change {number} of {name}\n"})
    return shop.source.head().sha


def here(shop: Shop, kind: str, name: str, base: str) -> BuildEvent:
    """The event of what was typed in a shell."""
    return event_here(shop.bench, typed(kind, name, base, "", ""), Told())


def titles(shop: Shop, kind: str = "push", *, deliver: bool = True) -> list[str]:
    made = plan_for(shop.bench, here(shop, kind, "", ""), deliver=deliver)
    return [action.title for action in made.actions]


def refused(shop: Shop, kind: str = "push", name: str = "", base: str = "") -> FlowError:
    with pytest.raises(FlowError) as error:
        here(shop, kind, name, base)
    assert error.value.code is ExitCode.USAGE
    return error.value


def test_a_feature_branch_is_compared_with_where_it_left_main(shop: Shop) -> None:
    start = shop.source.head().sha
    head = branch(shop, "feature/delivery/x", APP, "README.md")
    event = here(shop, "push", "", "")
    assert event == BuildEvent(EventKind.PUSH, "feature/delivery/x", start, head)
    assert titles(shop) == ["build delivery", "test delivery"]


def test_a_feature_branch_that_touches_nothing_of_the_service(shop: Shop) -> None:
    branch(shop, "feature/delivery/x", "README.md")
    made = plan_for(shop.bench, here(shop, "push", "", ""), deliver=True)
    assert made.actions == ()
    assert made.skipped == ("delivery: nothing that it is built from changed",)


def test_a_folder_that_the_dockerfile_copies_in_triggers(shop: Shop) -> None:
    """The public reference implementation's trigger misses one."""
    branch(shop, "feature/delivery/x", "services/shared/log.py")
    made = plan_for(shop.bench, here(shop, "push", "", ""), deliver=True)
    assert made.actions[0].reason == "services/shared/log.py changed, its Dockerfile copies services/shared"


def test_a_chart_that_the_chart_stands_on_triggers(shop: Shop) -> None:
    """Though no Dockerfile copies it."""
    dockerfile = FILES["services/delivery/Dockerfile"].replace("COPY services/shared ./shared\n", "")
    shop.commit({**LIBRARY, **STANDS_ON_IT, "services/delivery/Dockerfile": dockerfile})
    shop.publish()
    branch(shop, "feature/delivery/x", "services/shared/chart/templates/_labels.tpl")
    made = plan_for(shop.bench, here(shop, "push", "", ""), deliver=True)
    reason = "services/shared/chart/templates/_labels.tpl changed, its chart depends on services/shared/chart"
    assert made.actions[0].reason == reason


@pytest.mark.parametrize("kind", ["pull_request", "pull-request"])
def test_a_pull_request(shop: Shop, kind: str) -> None:
    branch(shop, "anything", APP)
    assert titles(shop, kind) == CANDIDATE


def test_a_push_to_main_is_compared_with_its_parent(shop: Shop) -> None:
    parent = shop.source.head().sha
    head = shop.commit({APP: "changed\n"})
    assert here(shop, "push", "", "") == BuildEvent(EventKind.PUSH, "main", parent, head)
    assert titles(shop) == [*CANDIDATE, "publish delivery"]


def test_the_first_commit_of_main_concerns_everything(shop: Shop) -> None:
    event = here(shop, "push", "", "")
    assert event.base == ""
    [found] = concerned(shop.bench, event)
    assert (found.service, found.because) == ("delivery", "there is no commit to compare with")
    assert found.reason is Reason.NO_BASE


def test_a_base_by_name(shop: Shop) -> None:
    first = shop.source.head().sha
    shop.commit({APP: "changed\n"})
    shop.commit({"README.md": "changed\n"})
    assert here(shop, "push", "", "HEAD~2").base == first
    assert titles(shop) == []
    assert plan_for(shop.bench, here(shop, "push", "", first), deliver=True).actions != ()


def test_zeros_for_a_base_are_none(shop: Shop) -> None:
    """GitHub and GitLab write them for the first push of a branch."""
    start = shop.source.head().sha
    branch(shop, "feature/delivery/x", APP)
    assert here(shop, "push", "", "0" * 40).base == start


def test_an_unknown_base(shop: Shop) -> None:
    error = refused(shop, base="nowhere")
    assert "there is no commit" in error.why and "shallow" in error.fix


def test_a_base_that_is_gone_concerns_everything(shop: Shop) -> None:
    """What a CI system says was there before a forced push, or what a shallow clone lacks."""
    branch(shop, "feature/delivery/x", "README.md")
    for shallow, reason in ((False, Reason.UNKNOWN_BASE), (True, Reason.SHALLOW_CLONE)):
        shop.source.shallow = shallow
        [found] = concerned(shop.bench, here(shop, "push", "", "d" * 40))
        assert (found.service, found.reason) == ("delivery", reason)
        assert ("git fetch --unshallow" in found.because) == shallow
    assert titles(shop) == ["build delivery", "test delivery"]


def test_an_unknown_event(shop: Shop) -> None:
    error = refused(shop, "merge")
    assert error.why == "there is no event 'merge'"
    assert error.fix == "one of push, pull_request, manual, schedule, tag, deletion"


def test_a_detached_head_needs_a_name(shop: Shop) -> None:
    shop.source.check_out(shop.source.head().sha)
    error = refused(shop)
    assert (error.why, error.fix) == ("no branch is checked out (detached)", "say --branch")
    assert here(shop, "push", "main", "").branch == "main"


def test_a_clone_without_main_compares_with_nothing(shop: Shop) -> None:
    branch(shop, "feature/delivery/x", APP)
    for names in (shop.source._heads, shop.source._remote):
        names.pop("main")
    assert here(shop, "push", "", "").base == ""
    assert titles(shop) == ["build delivery", "test delivery"]


def test_a_release_branch_is_built_in_full_and_delivered(shop: Shop) -> None:
    branch(shop, "release/delivery/v1.0.2")
    found = titles(shop)
    assert found[:3] == ["build delivery", "test delivery", "image delivery"]
    assert found[-1] == "await approval delivery v1.0.2"
    assert titles(shop, deliver=False)[-1] == "push delivery v1.0.2"


@pytest.mark.parametrize(
    "name", ["release/delivery/1.0", "release/delivery/v01.0.0", "release/nobody/v1.0.0"]
)
def test_a_release_branch_that_cannot_be_one(shop: Shop, name: str) -> None:
    branch(shop, name)
    with pytest.raises(FlowError) as error:
        titles(shop)
    assert error.value.code is ExitCode.USAGE


def test_a_broken_dockerfile_does_not_hold_up_what_is_not_about_it(shop: Shop) -> None:
    """A release looks at no comparison, and a branch that calls for nothing looks at nothing."""
    shop.write({"services/delivery/Dockerfile": "FROM x\n"})
    branch(shop, "release/delivery/v1.0.2")
    assert len(titles(shop)) > 4
    branch(shop, "docs/x", "README.md")
    assert titles(shop) == []
    branch(shop, "feature/delivery/x", APP)
    assert titles(shop) == ["build delivery", "test delivery"]


def test_the_delivery_of_a_pushed_release(shop: Shop) -> None:
    with pytest.raises(FlowError, match="never pushed") as error:
        delivery_of(shop.bench, "release/delivery/v1.0.2")
    assert error.value.code is ExitCode.USAGE
    shop.pushed("1.0.2")
    made = delivery_of(shop.bench, "release/delivery/v1.0.2")
    assert made.actions[0].title == "deploy delivery v1.0.2 in qa"


@pytest.mark.parametrize("name", ["main", "feature/delivery/x", ""])
def test_a_delivery_of_no_release(shop: Shop, name: str) -> None:
    with pytest.raises(FlowError) as error:
        delivery_of(shop.bench, name)
    assert error.value.code is ExitCode.USAGE
    assert "check out release/<service>/v<version>" in error.value.fix


class Unasked:
    """A port that nobody may use."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AssertionError(f"somebody asked for {name}")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("push", "feature/delivery/x"),
        ("pull_request", "x"),
        ("push", "main"),
        ("push", "release/delivery/v1.0.2"),
    ],
)
def test_a_plan_takes_git_and_nothing_that_an_agent_would_have_to_bring(
    shop: Shop, kind: str, name: str
) -> None:
    """So the plan's job of a generated pipeline prepares nothing; base images are for who builds."""
    branch(shop, "x", APP)
    nobody = cast(Any, Unasked())
    shop.bench = replace(shop.bench, bases=nobody, registry=nobody, builder=nobody, charts=nobody)
    made = plan_for(shop.bench, here(shop, kind, name, ""), deliver=True)
    assert made.actions[0].title == "build delivery"
