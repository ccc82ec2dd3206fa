"""Plans, word for word: what a dry run prints is what a run does."""

from __future__ import annotations

import pytest

from build_tasks.model.affected import Affected, Reason
from build_tasks.model.plan import Plan, Verb
from build_tasks.planning.ci.triggers import Extent, Trigger
from build_tasks.planning.plans.pipeline import continuous_integration, delivery, promotion, release
from tests.fakes.samples import service, v

SERVICES = {name: service(name) for name in ("delivery", "package")}
TOUCHED = Affected(
    "delivery", Reason.OWN_FOLDER, "services/delivery/app.py", "in its folder services/delivery"
)


def changed(service: str, how: str) -> Affected:
    return Affected(service, Reason.COPIED, "", how)


def plan(trigger: Trigger, *concerned: Affected, deliver: bool = True) -> Plan:
    return continuous_integration(trigger, SERVICES, concerned, deliver)


def titles(plan: Plan) -> list[str]:
    return [action.title for action in plan.actions]


def test_nothing() -> None:
    assert plan(Trigger(Extent.NOTHING, "branch x triggers no build"), TOUCHED) == Plan(
        "branch x triggers no build"
    )


def test_validation_of_the_branch_s_service() -> None:
    made = plan(Trigger(Extent.VALIDATION, "a push", "delivery"), TOUCHED, changed("package", "too"))
    assert titles(made) == ["build delivery", "test delivery"]
    assert made.actions[0].reason == TOUCHED.because
    assert made.skipped == ()


def test_validation_of_a_branch_that_touches_nothing_of_its_service() -> None:
    made = plan(Trigger(Extent.VALIDATION, "a push", "delivery"), changed("package", "x"))
    assert made == Plan("a push", (), ("delivery: nothing that it is built from changed",))


CANDIDATE = ["build delivery", "test delivery", "image delivery", "scan delivery", "package delivery"]


def test_a_candidate_is_built_tested_and_held_to_the_conventions() -> None:
    """Pull requests build the image, too: the public reference implementation's do not."""
    made = plan(Trigger(Extent.CANDIDATE, "a pull request"), TOUCHED)
    assert titles(made) == CANDIDATE
    assert made.skipped == ("package: nothing that it is built from changed",)


def test_main_publishes_what_a_pull_request_only_looks_at() -> None:
    made = plan(Trigger(Extent.PUBLICATION, "a push to main"), TOUCHED)
    assert titles(made) == [*CANDIDATE, "publish delivery"]
    assert made.skipped == ("package: nothing that it is built from changed",)


def test_a_candidate_of_several_services() -> None:
    made = plan(Trigger(Extent.CANDIDATE, "a push"), TOUCHED, changed("package", "x"))
    assert [action.service for action in made.actions] == ["delivery"] * 5 + ["package"] * 5
    assert made.skipped == ()


def test_a_feature_branch_is_not_scanned() -> None:
    made = plan(Trigger(Extent.VALIDATION, "a push", "delivery"), TOUCHED)
    assert Verb.SCAN not in {action.verb for action in made.actions}


@pytest.mark.parametrize(
    "because", ["a pull request from feature/x", "a push to main, which is always releasable"]
)
def test_the_image_is_scanned_before_the_chart_is_looked_at(because: str) -> None:
    """The article promises a scan that the public reference implementation does not make."""
    verbs = [action.verb for action in plan(Trigger(Extent.CANDIDATE, because), TOUCHED).actions]
    at = verbs.index(Verb.SCAN)
    assert verbs[at - 1 : at + 2] == [Verb.IMAGE, Verb.SCAN, Verb.PACKAGE]


def test_a_release_is_scanned_before_it_is_pushed() -> None:
    verbs = [action.verb for action in release(SERVICES["delivery"], v("1.0.2"))]
    assert verbs == [Verb.BUILD, Verb.TEST, Verb.IMAGE, Verb.SCAN, Verb.PACKAGE, Verb.PUSH]


RELEASE = Trigger(Extent.RELEASE, "the release branch", "delivery", v("1.0.2"))
BUILT = [
    "build delivery",
    "test delivery",
    "image delivery",
    "scan delivery v1.0.2",
    "package delivery v1.0.2",
    "push delivery v1.0.2",
]
IN_QA = [
    "deploy delivery v1.0.2 in qa",
    "verify delivery v1.0.2 in qa",
    "switch delivery v1.0.2 in qa",
    "retire delivery in qa",
]


def test_a_release_whatever_changed() -> None:
    """A release branch at the tip of main changes nothing, and is built in full."""
    made = plan(RELEASE)
    assert titles(made) == [*BUILT, *IN_QA, "await approval delivery v1.0.2"]
    assert made.actions[-1].reason == "production needs an approval; verified in qa"


def test_a_release_without_its_delivery() -> None:
    assert titles(plan(RELEASE, deliver=False)) == BUILT


def test_no_release_deploys_to_production_by_itself() -> None:
    assert not any(action.environment == "prod" for action in plan(RELEASE).actions)


def test_every_action_says_why() -> None:
    made = [*plan(RELEASE).actions, *promotion(SERVICES["delivery"], v("1.0.2"), "prod")]
    assert all(action.reason for action in made)


def test_everything_of_a_release_is_about_its_version() -> None:
    made = release(SERVICES["delivery"], v("1.0.2"))
    assert {a.verb for a in made if a.version is None} == {Verb.BUILD, Verb.TEST, Verb.IMAGE}


def test_a_pre_release_never_waits_for_production() -> None:
    made = delivery(SERVICES["delivery"], v("1.0.2-rc.1"))
    assert [action.verb for action in made] == [Verb.DEPLOY, Verb.VERIFY, Verb.SWITCH, Verb.RETIRE]


def test_environments_one_after_the_other() -> None:
    made = delivery(service(environments=("qa", "staging")), v("1.0.2"))
    assert [a.environment for a in made] == ["qa"] * 4 + ["staging"] * 4 + [""]
    assert made[-1].reason.endswith("verified in staging")


def test_traffic_by_hand() -> None:
    made = delivery(service(switch_automatic=False), v("1.0.2"))
    assert [action.verb for action in made] == [Verb.DEPLOY, Verb.VERIFY, Verb.AWAIT_APPROVAL]


def test_promotion_looks_at_the_gate_first() -> None:
    made = promotion(SERVICES["delivery"], v("1.0.2"), "prod")
    assert [action.title for action in made] == [
        "check approval delivery v1.0.2 in prod",
        "check evidence delivery v1.0.2 in prod",
        "copy delivery v1.0.2",
        "deploy delivery v1.0.2 in prod",
        "verify delivery v1.0.2 in prod",
        "switch delivery v1.0.2 in prod",
        "retire delivery in prod",
    ]


@pytest.mark.parametrize("automatic", [True, False])
def test_traffic_moves_only_after_verification(automatic: bool) -> None:
    made = promotion(service(switch_automatic=automatic), v("1.0.2"), "prod")
    verbs = [action.verb for action in made]
    assert verbs.index(Verb.DEPLOY) < verbs.index(Verb.VERIFY)
    assert (Verb.SWITCH in verbs) is automatic
    if automatic:
        assert verbs.index(Verb.VERIFY) < verbs.index(Verb.SWITCH) < verbs.index(Verb.RETIRE)
