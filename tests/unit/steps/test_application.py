"""The services as one application."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.overview import LiveVersions
from build_tasks.model.plan import Action, Verb
from build_tasks.steps.delivery.application import live_versions, verify_application, wanted
from build_tasks.steps.delivery.traffic import switch
from tests.fakes.releases import ScriptedTest
from tests.fakes.samples import v
from tests.unit.steps.shop import Shop

RELEASE = "delivery-v1-0-2"
END_TO_END = f"{RELEASE}-end-to-end"


def refusal(shop: Shop, environment: Environment, *, working_tree: bool = False) -> FlowError:
    with pytest.raises(FlowError) as refused:
        wanted(shop.bench, environment, working_tree=working_tree)
    return refused.value


def test_dev_runs_the_working_tree(shop: Shop) -> None:
    found = wanted(shop.bench, shop.dev, working_tree=False)
    assert (found.versions, found.source) == ({"delivery": None}, "the working tree")


def test_dev_runs_the_versions_of_its_file(shop: Shop) -> None:
    shop.write({"versions/dev.toml": 'delivery = "1.0.2"\n'})
    assert wanted(shop.bench, shop.dev, working_tree=False).versions == {"delivery": v("1.0.2")}
    assert wanted(shop.bench, shop.dev, working_tree=True).versions == {"delivery": None}


def test_beyond_dev_a_file_says_what_runs(shop: Shop) -> None:
    shop.write({"versions/qa.toml": 'delivery = "1.0.2"\n'})
    found = wanted(shop.bench, shop.qa, working_tree=False)
    assert (found.versions, found.source) == ({"delivery": v("1.0.2")}, "versions/qa.toml")


def test_beyond_dev_without_a_file(shop: Shop) -> None:
    error = refusal(shop, shop.qa)
    assert (error.code, error.why) == (ExitCode.USAGE, "there is no versions/qa.toml")
    assert error.fix == 'write one, a line for each service: delivery = "1.0.2"'


def test_beyond_dev_no_working_tree(shop: Shop) -> None:
    assert refusal(shop, shop.qa, working_tree=True).code is ExitCode.REFUSED


def test_every_mistake_of_a_file_at_once(shop: Shop) -> None:
    shop.write({"versions/qa.toml": 'delivry = "1.0.2"\ndelivery = "1.0"\n[package]\nversion = "1"\n'})
    error = refusal(shop, shop.qa)
    assert error.code is ExitCode.CONFIG
    assert [detail.partition(": ")[0] for detail in error.details] == [
        "versions/qa.toml:1",
        "versions/qa.toml:2",
        "versions/qa.toml:3",
    ]


def test_a_file_that_names_the_working_tree(shop: Shop) -> None:
    shop.write({"versions/qa.toml": 'delivery = "0.0.0-dev.i0123456789ab"\n'})
    assert "how the working tree is called" in refusal(shop, shop.qa).details[0]


@pytest.fixture
def live(shop: Shop) -> Shop:
    """Version 1.0.2 is live in qa; its chart has the end-to-end test."""
    shop.pushed("1.0.2")
    shop.run(Action(Verb.DEPLOY, "delivery", "", v("1.0.2"), "qa"))
    switch(shop.bench, shop.service, v("1.0.2"), shop.qa, "test")
    shop.bench = replace(shop.bench, settings=replace(shop.bench.settings, end_to_end="delivery"))
    shop.namespace().releases.tests[RELEASE] = [
        ScriptedTest(log="smoke"),
        ScriptedTest(log="whole", name=END_TO_END),
    ]
    return shop


def test_the_application_works(live: Shop) -> None:
    verify_application(live.bench, live.qa)
    assert "whole" in live.reporter.notes
    assert "smoke" not in live.reporter.notes


def test_the_application_does_not_work(live: Shop) -> None:
    live.namespace().releases.tests[RELEASE] = [ScriptedTest(False, "no drone", END_TO_END)]
    with pytest.raises(FlowError) as failed:
        verify_application(live.bench, live.qa)
    assert failed.value.code is ExitCode.VERIFY_FAILED
    assert "no drone" in failed.value.details


def test_a_chart_without_the_test(live: Shop) -> None:
    live.namespace().releases.tests[RELEASE] = [ScriptedTest()]
    with pytest.raises(FlowError, match="has no test") as failed:
        verify_application(live.bench, live.qa)
    assert failed.value.code is ExitCode.VERIFY_FAILED


def test_nothing_is_live(live: Shop) -> None:
    with pytest.raises(FlowError) as refused:
        verify_application(live.bench, live.prod)
    assert refused.value.fix == "./inv app.deploy --env prod"


@pytest.mark.parametrize("name", ["", "ingestion"])
def test_nobody_has_the_test(live: Shop, name: str) -> None:
    live.bench = replace(live.bench, settings=replace(live.bench.settings, end_to_end=name))
    with pytest.raises(FlowError) as refused:
        verify_application(live.bench, live.qa)
    assert refused.value.code is ExitCode.CONFIG


def test_what_is_live_where(live: Shop) -> None:
    assert live_versions(live.bench, [live.qa, live.prod]) == [LiveVersions("delivery", {"qa": "v1.0.2"})]


def test_what_is_live_in_another_cluster_is_not_said(live: Shop) -> None:
    live.namespace().workloads.cluster_error = FlowError("check", "another", code=ExitCode.WRONG_CLUSTER)
    with pytest.raises(FlowError) as refused:
        live_versions(live.bench, [live.qa])
    assert refused.value.code is ExitCode.WRONG_CLUSTER
