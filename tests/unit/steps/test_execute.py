"""A plan is carried out in order, to its end or to the first failure, and can be run again."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.plan import Verb
from build_tasks.planning.plans.pipeline import candidate, delivery, release
from build_tasks.steps import execute as module
from build_tasks.steps.delivery.live import active_version
from build_tasks.steps.evidence.released import released_versions
from tests.fakes.samples import v, vs
from tests.unit.steps.shop import Shop

VERSION = v("1.0.2")


def test_every_verb_can_be_carried_out() -> None:
    assert set(module._DO) == set(Verb)


def test_a_candidate_leaves_nothing_behind_but_local_images(shop: Shop) -> None:
    shop.run(*candidate("delivery", "changed"))
    assert [request.target for request in shop.builder.built] == ["build", "testrunner", "final"]
    assert shop.builder.pushed == {}
    judge = shop.namespace("dev")
    assert set(shop.environments.namespaces) == {"dev"}, "only asked whether it would accept the chart"
    assert judge.releases.list() == [] and judge.workloads.deployments == {}


def test_a_failure_ends_the_run(shop: Shop) -> None:
    shop.tests_say(b'<testsuite name="s"/>')
    with pytest.raises(FlowError) as failed:
        shop.run(*release(shop.service, VERSION))
    assert failed.value.code is ExitCode.NO_TESTS
    assert released_versions(shop.bench, shop.service) == []
    assert [request.target for request in shop.builder.built] == ["build", "testrunner"]


def test_a_release_from_branch_to_traffic(shop: Shop) -> None:
    shop.smoke_test("1.0.2")
    shop.run(*release(shop.service, VERSION), *delivery(shop.service, VERSION))
    assert released_versions(shop.bench, shop.service) == vs("1.0.2")
    assert active_version(shop.bench, shop.service, shop.qa) == VERSION
    assert [request.target for request in shop.builder.built] == ["build", "testrunner", "final"]


def test_a_release_again_does_nothing(shop: Shop) -> None:
    plan = (*release(shop.service, VERSION), *delivery(shop.service, VERSION))
    shop.smoke_test("1.0.2")
    shop.run(*plan)
    shop.reporter.forget()
    shop.run(*plan)
    assert len(shop.builder.built) == 3 and len(shop.builder.pushed) == 1
    assert len(shop.namespace().releases.history("delivery-v1-0-2")) == 1
    assert len(shop.namespace().releases.history("delivery")) == 1
    skipped = {title.split()[0] for title in shop.reporter.skipped}
    assert skipped == {"build", "test", "image", "scan", "push", "deploy", "switch", "retire"}


def test_a_failed_smoke_test_keeps_the_traffic_where_it_is(shop: Shop) -> None:
    shop.smoke_test("1.0.2", passes=False)
    with pytest.raises(FlowError) as failed:
        shop.run(*release(shop.service, VERSION), *delivery(shop.service, VERSION))
    assert failed.value.code is ExitCode.VERIFY_FAILED
    assert active_version(shop.bench, shop.service, shop.qa) is None


def test_force_builds_and_tests_again(shop: Shop) -> None:
    shop.run(*candidate("delivery", "changed"))
    shop.run(*candidate("delivery", "changed"), force=True)
    # The testrunner's image is built again by nobody, but run.
    assert [request.target for request in shop.builder.built].count("final") == 2
    assert len(shop.builder.environments) == 2


def test_old_versions_go_and_two_stay(shop: Shop) -> None:
    for number in range(4):
        version = v(f"1.0.{number}")
        shop.smoke_test(str(version))
        shop.run(*release(shop.service, version), *delivery(shop.service, version))
    releases = {revision.release for revision in shop.namespace().releases.list()}
    assert releases == {"delivery", "delivery-v1-0-2", "delivery-v1-0-3"}
