"""Deploying the services together."""

from __future__ import annotations

from build_tasks.model.plan import Verb
from build_tasks.planning.plans.application import Wanted, application, wanted_in_dev
from tests.fakes.samples import service, v

SERVICES = {
    "delivery": service("delivery"),
    "package": service("package"),
    "workflow": service("workflow", calls=("delivery", "package")),
}


def test_who_is_called_comes_first() -> None:
    found = application(SERVICES, wanted_in_dev([*SERVICES], None, "versions/dev.toml"), "dev")
    assert [[*wave] for wave in found] == [["delivery", "package"], ["workflow"]]


def test_a_version_is_verified_before_it_is_live() -> None:
    [wave] = application(SERVICES, Wanted({"delivery": v("1.0.2")}, "versions/qa.toml"), "qa")
    plan = wave["delivery"]
    assert plan.because == "delivery v1.0.2: versions/qa.toml"
    assert [action.verb for action in plan.actions] == [Verb.DEPLOY, Verb.VERIFY, Verb.SWITCH, Verb.RETIRE]
    assert {action.environment for action in plan.actions} == {"qa"}


def test_what_the_file_does_not_name_is_the_working_tree_in_dev() -> None:
    wanted = wanted_in_dev([*SERVICES], {"package": v("1.0.2")}, "versions/dev.toml")
    assert wanted.versions == {"delivery": None, "package": v("1.0.2"), "workflow": None}
    [first, _] = application(SERVICES, wanted, "dev")
    assert [action.version for action in first["delivery"].actions] == [None, None]
