"""Which services are meant, and a plan for each."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.plan import Action, Plan, Verb
from build_tasks.planning.plans.several import apart, chosen, narrowed, plan_each, together

SERVICES = ["delivery", "dronescheduler", "ingestion", "package", "workflow"]


@pytest.mark.parametrize(
    ("only", "names"),
    [
        ("", SERVICES),
        ("package", ["package"]),
        ("workflow,delivery", ["delivery", "workflow"]),
        (" package , delivery,package,", ["delivery", "package"]),
    ],
)
def test_all_or_those_that_are_named_in_their_own_order(only: str, names: list[str]) -> None:
    assert chosen(only, SERVICES) == names


def test_every_unknown_name_is_told_at_once_with_what_may_have_been_meant() -> None:
    with pytest.raises(FlowError) as refused:
        chosen("delivry,package,pakage,xyzzy", SERVICES)
    assert refused.value.code is ExitCode.USAGE
    assert refused.value.why == "there is no service 'delivry', 'pakage', 'xyzzy'"
    assert refused.value.fix.startswith("did you mean delivery, package? known: delivery, dronescheduler")


def test_names_like_no_service_get_the_list() -> None:
    with pytest.raises(FlowError) as refused:
        chosen("xyzzy", SERVICES)
    assert refused.value.fix == f"known: {', '.join(SERVICES)}"


@pytest.mark.parametrize("only", [",", " ", " , "])
def test_naming_nothing_is_a_mistake_not_a_wish_for_all(only: str) -> None:
    with pytest.raises(FlowError, match="names no service") as refused:
        chosen(only, SERVICES)
    assert refused.value.code is ExitCode.USAGE


def test_each_service_has_a_plan_of_its_own() -> None:
    plans = plan_each(Verb.TEST, ["delivery", "package"])
    assert plans == {
        name: Plan("inv all.test", (Action(Verb.TEST, name, "asked for"),))
        for name in ("delivery", "package")
    }


def test_together_they_are_what_a_dry_run_prints() -> None:
    plan = together("inv all.test", plan_each(Verb.TEST, ["delivery"]), ["delivery", "package"])
    assert [action.title for action in plan.actions] == ["test delivery"]
    assert plan.skipped == ("package: not among --only",)


def test_a_plan_apart_is_a_plan_for_each_service_in_its_own_order() -> None:
    build, test = (Action(verb, "package", "changed") for verb in (Verb.BUILD, Verb.TEST))
    other = Action(Verb.BUILD, "delivery", "changed")
    plans = apart(Plan("a push", (build, other, test), ("workflow: unchanged",)))
    assert plans == {"package": Plan("a push", (build, test)), "delivery": Plan("a push", (other,))}
    assert list(plans) == ["package", "delivery"]
    assert apart(Plan("nothing")) == {}


def test_a_plan_without_the_others() -> None:
    verbs = (Verb.BUILD, Verb.TEST)
    actions = [Action(verb, name, "changed") for name in ("package", "delivery") for verb in verbs]
    plan = Plan("a push", tuple(actions), ("workflow: unchanged",))
    found = narrowed(plan, ["delivery", "workflow"])
    assert [action.title for action in found.actions] == ["build delivery", "test delivery"]
    assert found.because == "a push"
    assert found.skipped == ("workflow: unchanged", "package: not among --only")
