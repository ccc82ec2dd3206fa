"""The smoke test, and whether it passed for exactly these digests."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.plan import Action, Verb
from build_tasks.steps.delivery.verify import check_verified, verify
from build_tasks.steps.evidence.released import artifacts
from tests.fakes.releases import ScriptedTest
from tests.fakes.samples import digest, v
from tests.unit.steps.shop import Shop

VERSION = v("1.0.2")


@pytest.fixture
def deployed(shop: Shop) -> Shop:
    """Version 1.0.2 runs in qa."""
    shop.pushed("1.0.2")
    shop.run(Action(Verb.DEPLOY, "delivery", "", VERSION, "qa"))
    return shop


def check(shop: Shop, found: ReleasedArtifacts | None = None) -> None:
    exact = found or artifacts(shop.bench, shop.service, VERSION)
    check_verified(shop.bench, shop.service, VERSION, exact, shop.qa)


def refusal(shop: Shop, found: ReleasedArtifacts | None = None) -> FlowError:
    with pytest.raises(FlowError) as refused:
        check(shop, found)
    return refused.value


def test_a_test_that_passes(deployed: Shop) -> None:
    deployed.smoke_test("1.0.2")
    verify(deployed.bench, deployed.service, VERSION, deployed.qa)
    assert "asked, answered" in deployed.reporter.notes
    check(deployed)


def test_a_test_that_fails(deployed: Shop) -> None:
    deployed.smoke_test("1.0.2", passes=False)
    with pytest.raises(FlowError) as failed:
        verify(deployed.bench, deployed.service, VERSION, deployed.qa)
    assert failed.value.code is ExitCode.VERIFY_FAILED
    assert "asked, answered" in failed.value.details
    assert refusal(deployed).why == "test: Failed"


def test_a_test_that_never_ran(deployed: Shop) -> None:
    deployed.smoke_test("1.0.2")
    error = refusal(deployed)
    assert error.code is ExitCode.REFUSED
    assert error.fix == "./inv delivery.verify --env qa --version 1.0.2"


def test_no_test_at_all(deployed: Shop) -> None:
    verify(deployed.bench, deployed.service, VERSION, deployed.qa)
    assert refusal(deployed).why == "it has no smoke test (a `helm test` hook)"


def test_one_of_two_tests_fails(deployed: Shop) -> None:
    tests = [ScriptedTest(), ScriptedTest(False, name="second")]
    deployed.namespace().releases.tests["delivery-v1-0-2"] = tests
    with pytest.raises(FlowError):
        verify(deployed.bench, deployed.service, VERSION, deployed.qa)
    assert refusal(deployed).why == "second: Failed"


def test_another_image_was_verified(deployed: Shop) -> None:
    deployed.smoke_test("1.0.2")
    verify(deployed.bench, deployed.service, VERSION, deployed.qa)
    assert "another image runs there" in refusal(deployed, ReleasedArtifacts(digest("f"), digest("e"))).why


def test_another_chart_was_verified(deployed: Shop) -> None:
    """Whoever writes to the registry can move the version's tag after it ran in qa."""
    deployed.smoke_test("1.0.2")
    verify(deployed.bench, deployed.service, VERSION, deployed.qa)
    exact = artifacts(deployed.bench, deployed.service, VERSION)
    error = refusal(deployed, ReleasedArtifacts(exact.image, digest("e")))
    assert error.why == "it runs there from another chart than eeeeeeeeeeee"
    assert error.fix == "./inv delivery.deploy --env qa --version 1.0.2"


def test_a_version_that_is_not_deployed(deployed: Shop) -> None:
    with pytest.raises(FlowError) as refused:
        verify(deployed.bench, deployed.service, v("1.0.3"), deployed.qa)
    assert refused.value.code is ExitCode.USAGE


def test_another_cluster(deployed: Shop) -> None:
    deployed.namespace().workloads.cluster_error = FlowError("check", "another", code=ExitCode.WRONG_CLUSTER)
    with pytest.raises(FlowError) as refused:
        verify(deployed.bench, deployed.service, VERSION, deployed.qa)
    assert refused.value.code is ExitCode.WRONG_CLUSTER


def test_the_end_to_end_test_is_not_the_version_s_own(deployed: Shop) -> None:
    tests = [ScriptedTest(log="alone"), ScriptedTest(False, "together", "delivery-v1-0-2-end-to-end")]
    deployed.namespace().releases.tests["delivery-v1-0-2"] = tests
    verify(deployed.bench, deployed.service, VERSION, deployed.qa)
    assert "alone" in deployed.reporter.notes
    check(deployed)
