"""One at a time changes a service in an environment; who waits is told for whom, and not for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.leases import Holder, Lease
from build_tasks.model.plan import Action, Verb
from build_tasks.planning.names import lease_name
from build_tasks.planning.plans.pipeline import deployment
from build_tasks.steps.delivery.holding import holding
from build_tasks.steps.delivery.holds import Holds
from build_tasks.steps.delivery.traffic import retire, rollback, switch
from build_tasks.steps.workbench import Workbench
from tests.fakes.leases import FakeLeases
from tests.fakes.samples import v
from tests.unit.steps.shop import Shop

NAME = lease_name("delivery")
BEN = Holder("ben@desk/2-b", "./inv delivery.promote --version 1.0.3")
TOLD = f"{BEN.name} is changing it since 12:00:00 UTC: {BEN.command}"


@pytest.fixture
def leases(shop: Shop) -> FakeLeases:
    return shop.namespace().leases


@pytest.fixture
def ready(shop: Shop) -> Shop:
    """Versions 1.0.1 and 1.0.2 run in qa, the first has the traffic."""
    for version in ("1.0.1", "1.0.2"):
        shop.pushed(version)
        shop.run(Action(Verb.DEPLOY, "delivery", "", v(version), "qa"))
    switch(shop.bench, shop.service, v("1.0.1"), shop.qa, "first")
    shop.reporter.forget()
    return shop


def bens(leases: FakeLeases, **changes: object) -> Lease:
    """The service is Ben's; who does not renew it is Ben, unless a test does it for him."""
    lease = leases.take(NAME, BEN, 15)
    assert lease is not None
    leases.there[NAME] = replace(lease, **changes)  # type: ignore[arg-type]  # each test gives what it takes
    return leases.there[NAME]


def renewing(leases: FakeLeases) -> Callable[[], None]:
    return lambda: leases.there.update({NAME: leases.renew(leases.there[NAME]) or leases.there[NAME]})


def another_command(shop: Shop) -> Workbench:
    return replace(shop.bench, holds=Holds(BEN))


def test_who_holds_it_is_there_for_all_to_see_and_gone_afterwards(shop: Shop, leases: FakeLeases) -> None:
    with holding(shop.bench, "delivery", shop.qa):
        there = leases.there[NAME]
        assert (there.holder, there.command) == ("ann@laptop/1-a", "./inv delivery.deploy")
    assert leases.there == {}


def test_the_same_command_holds_it_once(shop: Shop, leases: FakeLeases) -> None:
    with holding(shop.bench, "delivery", shop.qa) as outer:
        with holding(shop.bench, "delivery", shop.qa) as inner:
            assert inner is outer
        assert NAME in leases.there, "who began it ends it"


def test_other_services_and_environments_are_free(shop: Shop, leases: FakeLeases) -> None:
    bens(leases)
    with holding(shop.bench, "package", shop.qa), holding(shop.bench, "delivery", shop.dev):
        assert set(leases.there) == {NAME, lease_name("package")}
    assert shop.clock.pauses == []


def test_somebody_at_work_is_waited_for_and_named(shop: Shop, leases: FakeLeases) -> None:
    bens(leases)
    shop.clock.on_pause = renewing(leases)
    with pytest.raises(FlowError) as busy, holding(shop.bench, "delivery", shop.qa):
        pytest.fail("two hold it")
    error = busy.value
    assert (error.code, error.what, error.why) == (ExitCode.BUSY, "change delivery in qa", TOLD)
    assert f"kubectl -n qa get lease {NAME}" in error.fix
    assert shop.reporter.reasons["wait for delivery in qa"] == TOLD
    assert 15 < shop.clock.elapsed() <= 30
    assert leases.there[NAME].holder == BEN.name


def test_it_goes_on_when_the_other_has_ended(shop: Shop, leases: FakeLeases) -> None:
    lease = bens(leases)
    shop.clock.on_pause = lambda: leases.give_up(lease)
    with holding(shop.bench, "delivery", shop.qa):
        assert leases.there[NAME].holder == "ann@laptop/1-a"
    assert shop.clock.elapsed() == 1 and shop.reporter.warnings == []


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_what_was_left_behind_is_taken_over_whatever_the_clocks_say(
    shop: Shop, leases: FakeLeases, hours: int
) -> None:
    bens(leases, since=datetime(2026, 3, 1, 12 + hours, 0, tzinfo=UTC))
    with holding(shop.bench, "delivery", shop.qa):
        assert leases.there[NAME].holder == "ann@laptop/1-a"
    assert shop.clock.elapsed() == 15
    [warning] = shop.reporter.warnings
    assert warning.startswith(f"{BEN.name} had delivery in qa and was not heard of for 15 s: taken over")


def test_one_whose_process_has_ended_on_this_machine_is_not_waited_for(
    shop: Shop, leases: FakeLeases
) -> None:
    bens(leases, process="boot/4711")
    shop.bench.holds.ended = lambda process: process == "boot/4711"
    with holding(shop.bench, "delivery", shop.qa):
        assert leases.there[NAME].holder == "ann@laptop/1-a"
    assert shop.clock.elapsed() == 1
    [warning] = shop.reporter.warnings
    assert warning.startswith(f"{BEN.name} had delivery in qa and was ended: taken over")


@pytest.mark.parametrize("process", ["", "another boot/4711"])
def test_of_one_that_nothing_is_known_of_it_is_not_said(shop: Shop, leases: FakeLeases, process: str) -> None:
    bens(leases, process=process)
    shop.bench.holds.ended = lambda process: process == "boot/4711"
    with holding(shop.bench, "delivery", shop.qa):
        assert shop.clock.elapsed() == 15


def test_a_renewal_begins_the_wait_anew(shop: Shop, leases: FakeLeases) -> None:
    bens(leases)
    renew = renewing(leases)
    shop.clock.on_pause = lambda: renew() if len(shop.clock.pauses) == 9 else None
    with holding(shop.bench, "delivery", shop.qa):
        pass
    assert shop.clock.elapsed() == 9 + 15


def test_one_that_says_it_lasts_no_time_is_somebody_s(shop: Shop, leases: FakeLeases) -> None:
    bens(leases, seconds=0)
    with holding(shop.bench, "delivery", shop.qa):
        assert shop.clock.elapsed() == 15


def test_one_without_a_holder_is_free(shop: Shop, leases: FakeLeases) -> None:
    bens(leases, holder="")
    with holding(shop.bench, "delivery", shop.qa):
        assert leases.there[NAME].holder == "ann@laptop/1-a"
    assert shop.clock.pauses == [] and shop.reporter.warnings == []


def test_of_two_that_find_it_left_behind_one_takes_over(shop: Shop, leases: FakeLeases) -> None:
    left = bens(leases)
    quicker = Holder("eve@agent/3-c", "./inv ci.deliver")

    def snatch() -> None:
        if shop.clock.pauses:
            leases.asked = lambda: None
            assert leases.take(NAME, quicker, 15, instead_of=left)
            shop.clock.on_pause = renewing(leases)

    leases.asked = snatch
    with pytest.raises(FlowError, match="eve@agent") as busy, holding(shop.bench, "delivery", shop.qa):
        pytest.fail("two hold it")
    assert busy.value.code is ExitCode.BUSY


@pytest.mark.parametrize("cut_off", [KeyboardInterrupt, FlowError("deploy", "it broke")])
def test_it_is_given_up_whatever_ends_the_work(
    shop: Shop, leases: FakeLeases, cut_off: type[BaseException] | BaseException
) -> None:
    with pytest.raises((KeyboardInterrupt, FlowError)), holding(shop.bench, "delivery", shop.qa):
        raise cut_off
    assert leases.there == {} and shop.bench.holds.held == {}


def test_an_interruption_while_it_is_made_leaves_none(shop: Shop, leases: FakeLeases) -> None:
    def interrupt() -> None:
        leases.answered = lambda: None
        raise KeyboardInterrupt

    leases.answered = interrupt
    with pytest.raises(KeyboardInterrupt), holding(shop.bench, "delivery", shop.qa):
        pytest.fail("it was interrupted before")
    assert leases.there == {}


def test_a_cluster_that_stops_meanwhile_is_no_second_failure(shop: Shop, leases: FakeLeases) -> None:
    with pytest.raises(FlowError, match="the first"), holding(shop.bench, "delivery", shop.qa):
        leases.silent = True
        raise FlowError("deploy", "the first")
    [warning] = shop.reporter.warnings
    assert "the cluster does not answer; it lapses in 15 s" in warning


def test_nothing_is_written_to_another_cluster(shop: Shop, leases: FakeLeases) -> None:
    shop.namespace().workloads.cluster_error = FlowError("check", "another", code=ExitCode.WRONG_CLUSTER)
    with pytest.raises(FlowError) as refused, holding(shop.bench, "delivery", shop.qa):
        pytest.fail("it is another cluster")
    assert refused.value.code is ExitCode.WRONG_CLUSTER
    assert leases.there == {}


def test_who_slept_too_long_finds_out_before_the_next_change(shop: Shop, leases: FakeLeases) -> None:
    with holding(shop.bench, "delivery", shop.qa) as hold:
        hold.check()
        leases.take(NAME, BEN, 15, instead_of=leases.there[NAME])
        shop.clock.asleep = 3600
        with pytest.raises(FlowError, match="somebody else took over") as lost:
            hold.check()
        assert lost.value.code is ExitCode.BUSY
    assert leases.there[NAME].holder == BEN.name, "it is not given up for the other"


def test_who_slept_and_was_not_missed_goes_on(shop: Shop, leases: FakeLeases) -> None:
    with holding(shop.bench, "delivery", shop.qa) as hold:
        shop.clock.asleep = 3600
        hold.check()
        # A renewal whose answer was lost: what is there is ours, in an edition that is not known.
        leases.renew(leases.there[NAME])
        shop.clock.asleep = 7200
        hold.check()
    assert leases.there == {}


def test_who_cannot_find_out_changes_nothing(shop: Shop, leases: FakeLeases) -> None:
    with holding(shop.bench, "delivery", shop.qa) as hold:
        shop.clock.asleep = 3600
        leases.silent = True
        with pytest.raises(FlowError) as unknown:
            hold.check()
        assert unknown.value.code is ExitCode.UNAVAILABLE
        leases.silent = False
    assert leases.there == {}


def held_during(shop: Shop, leases: FakeLeases, work: Callable[[], object]) -> list[str]:
    """Who has the service whenever Helm changes something in qa."""
    seen: list[str] = []
    releases = shop.namespace().releases
    before = releases.on_change

    def look(release: str, revision: object) -> None:
        seen.append(leases.there[NAME].holder if NAME in leases.there else "nobody")
        before(release, revision)  # type: ignore[arg-type]  # what it was given

    releases.on_change = look
    work()
    releases.on_change = before
    assert leases.there == {}
    return seen


def test_every_change_is_made_by_who_holds_it(ready: Shop, leases: FakeLeases) -> None:
    ready.reconfigure(replace(ready.service, keep_versions=1))
    ready.pushed("1.0.3")
    bench, service, qa = ready.bench, ready.service, ready.qa
    works: list[Callable[[], object]] = [
        lambda: ready.run(Action(Verb.DEPLOY, "delivery", "", v("1.0.3"), "qa")),
        lambda: switch(bench, service, v("1.0.2"), qa, "verified"),
        lambda: rollback(bench, service, qa, None, "rollback"),
        lambda: retire(bench, service, qa),
    ]
    for work in works:
        seen = held_during(ready, leases, work)
        assert seen and set(seen) == {"ann@laptop/1-a"}


def test_a_deployment_is_held_in_one_piece(ready: Shop, leases: FakeLeases) -> None:
    """Or what was deployed could be retired by somebody before the traffic gets there."""
    ready.pushed("1.0.3")
    ready.smoke_test("1.0.3")
    ready.run(*deployment(ready.service, v("1.0.3"), "qa"))
    taken = [name for name in leases.acquired if name == NAME]
    assert len(taken) == 4, "once by each of the three before, and once for all of this"


def test_two_at_once_on_one_service(ready: Shop, leases: FakeLeases) -> None:
    with holding(another_command(ready), "delivery", ready.qa):
        ready.clock.on_pause = renewing(leases)
        for work in (
            lambda: switch(ready.bench, ready.service, v("1.0.2"), ready.qa, "verified"),
            lambda: rollback(ready.bench, ready.service, ready.qa, v("1.0.2"), "rollback"),
            lambda: retire(ready.bench, ready.service, ready.qa),
        ):
            with pytest.raises(FlowError) as busy:
                work()
            assert busy.value.code is ExitCode.BUSY
    assert len(ready.namespace().releases.history("delivery")) == 1
