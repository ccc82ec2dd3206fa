"""The account of a plan: what became of each action, and what was said about it."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.account import Ending, RunAccount, StepAccount, TestsAccount
from build_tasks.model.leases import Holder
from build_tasks.model.plan import Action, Plan, Verb
from build_tasks.planning.names import lease_name
from build_tasks.planning.reports.summary import sum_up
from build_tasks.steps.ci.account import account_of, forget_reports
from build_tasks.steps.ledger import Ledger
from build_tasks.steps.run import Run
from tests.fakes.samples import v
from tests.unit.steps.shop import PASSED, Shop

BUILD = Action(Verb.BUILD, "delivery", "app.py changed")
TEST = Action(Verb.TEST, "delivery", "unit tests")
IMAGE = Action(Verb.IMAGE, "delivery", "conventions")
PUSH = Action(Verb.PUSH, "delivery", "under its version", v("1.0.2"))
FAILED = (
    b'<testsuite name="s"><testcase classname="test_api" name="test_put" file="tests/test_api.py" line="3">'
    b'<failure message="boom">tests/test_api.py:12: boom</failure></testcase>'
    b'<testcase classname="test_api" name="test_get" time="0.5"/></testsuite>'
)


def carried_out(shop: Shop, *actions: Action, fails: bool = False) -> RunAccount:
    ledger = Ledger(shop.bench, Plan("a push to main", actions, ("package: nothing changed",)))
    run = Run(ledger.bench, "a change")
    if fails:
        with pytest.raises(FlowError):
            ledger.carry_out(run, ledger.plan)
    else:
        ledger.carry_out(run, ledger.plan)
    return account_of(ledger)


def endings(account: RunAccount) -> list[Ending]:
    return [step.ending for step in account.steps]


def test_what_was_done_and_what_had_been_done_before(shop: Shop) -> None:
    first = carried_out(shop, BUILD, TEST, IMAGE)
    assert endings(first) == [Ending.DONE] * 3
    second = carried_out(shop, BUILD, TEST, IMAGE)
    assert endings(second) == [Ending.UNCHANGED] * 3
    assert second.steps[1].remarks == (
        "test delivery: unchanged inputs passed before: 1 passed, 0 failed, 0 skipped in 0.5 s"
        " (slowest: t::test_put 0.5 s)",
    )
    assert (second.because, second.skipped) == ("a push to main", ("package: nothing changed",))
    assert second.went_well


def test_who_has_to_wait_for_somebody_else_is_told_in_the_account(shop: Shop) -> None:
    shop.pushed("1.0.2")
    leases = shop.namespace().leases
    other = leases.take(lease_name("delivery"), Holder("ben@desk/2-b", "./inv delivery.switch"), 15)
    assert other is not None
    shop.clock.on_pause = lambda: leases.there.update(
        {other.name: leases.renew(leases.there[other.name]) or other}
    )
    account = carried_out(shop, Action(Verb.DEPLOY, "delivery", "", v("1.0.2"), "qa"), fails=True)
    assert endings(account) == [Ending.FAILED]
    assert account.steps[0].remarks[-1].startswith("ben@desk/2-b is changing it")


def test_what_failed_and_what_was_not_reached(shop: Shop) -> None:
    shop.tests_say(FAILED, status=1)
    account = carried_out(shop, BUILD, TEST, IMAGE, fails=True)
    assert endings(account) == [Ending.DONE, Ending.FAILED, Ending.NOT_REACHED]
    assert account.steps[1].remarks[-1] == "1 of 2 tests failed"
    assert account.steps[2] == StepAccount("image delivery", "conventions")
    assert account.following == ("./inv delivery.test",)
    assert not account.went_well


def test_digests_are_told_as_they_were(shop: Shop) -> None:
    account = carried_out(shop, PUSH)
    [said] = [remark for remark in account.steps[0].remarks if "is image sha256:" in remark]
    assert said in shop.reporter.notes
    assert "warning: delivery v1.0.2 has no release record: it cannot be approved" in account.steps[0].remarks


def test_the_reader_is_told_as_without_an_account(shop: Shop) -> None:
    carried_out(shop, BUILD, TEST)
    told = (shop.reporter.done, shop.reporter.skipped, shop.reporter.notes)
    other = Shop(shop.root.parent / "other")
    other.run(BUILD, TEST)
    assert told == (other.reporter.done, other.reporter.skipped, other.reporter.notes)


def test_times_are_the_clock_s(shop: Shop) -> None:
    account = carried_out(shop, BUILD)
    assert account.steps[0].seconds == 0.0


@pytest.mark.parametrize("times", [1, 2])
def test_tests_are_counted_and_kept_for_an_upload(shop: Shop, times: int) -> None:
    """Also those that passed before: the numbers of this commit are theirs."""
    for _ in range(times):
        account = carried_out(shop, TEST)
    report = shop.root / ".build" / "ci" / "junit" / "delivery.xml"
    assert account.tests == (TestsAccount("delivery", 1, 0, 0, 0.5, report),)
    assert sum_up({"delivery.xml": report.read_bytes()}, 0).summary.passed == 1
    assert account.broken == ()


def test_failed_tests_stand_where_they_are_in_the_repository(shop: Shop) -> None:
    shop.commit({"services/delivery/tests/test_api.py": "x\n"})
    dockerfile = (shop.root / "services/delivery/Dockerfile").read_text()
    shop.commit({"services/delivery/Dockerfile": dockerfile + "COPY services/delivery/tests ./tests\n"})
    shop.tests_say(FAILED, status=1)
    account = carried_out(shop, TEST, fails=True)
    [broken] = account.broken
    place = (broken.title, broken.file, broken.line)
    # The message tells where it failed, the report's attributes where the test begins.
    assert place == ("test_api::test_put", "services/delivery/tests/test_api.py", 12)
    assert broken.message == "tests/test_api.py:12: boom"
    assert (account.tests[0].passed, account.tests[0].failed) == (1, 1)
    assert b'file="services/delivery/tests/test_api.py"' in account.tests[0].report.read_bytes()


def test_a_testrunner_that_did_not_build_has_no_tests(shop: Shop) -> None:
    shop.tests_say(PASSED)
    carried_out(shop, TEST)
    shop.commit({"services/delivery/app.py": "broken\n"})
    forget_reports(shop.bench)
    shop.builder.failures["testrunner"] = ["exit code 1"]
    account = carried_out(shop, TEST, fails=True)
    assert account.tests == ()
    assert not (shop.root / ".build" / "ci" / "junit").exists()


def test_a_testrunner_that_does_not_build_again_says_nothing_of_the_tests_of_before(shop: Shop) -> None:
    shop.tests_say(FAILED, status=1)
    assert carried_out(shop, TEST, fails=True).tests != ()
    shop.builder._images.clear()  # as after a prune
    shop.builder.failures["testrunner"] = ["no space left"]
    again = Ledger(shop.bench, Plan("x", (TEST,)))
    with pytest.raises(FlowError, match="no space left"):
        again.carry_out(Run(again.bench, "x"), again.plan)
    assert account_of(again).tests == () == account_of(again).broken


def test_without_git_failed_tests_are_told_all_the_same(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interruption lets no program start any more. What is no file of the repository is no place."""
    shop.tests_say(FAILED, status=1)
    ledger = Ledger(shop.bench, Plan("x", (TEST,)))
    with pytest.raises(FlowError):
        ledger.carry_out(Run(ledger.bench, "x"), ledger.plan)

    def interrupted(_paths: object) -> None:
        raise FlowError("list the files", "interrupted", code=ExitCode.INTERRUPTED)

    monkeypatch.setattr(shop.source, "files", interrupted)
    [broken] = account_of(ledger).broken
    assert (broken.title, broken.file) == ("test_api::test_put", "")


def test_an_interruption_is_no_failure_of_what_it_ended(shop: Shop) -> None:
    shop.tests_say(FAILED, status=1)
    ledger = Ledger(shop.bench, Plan("x", (BUILD, TEST)))
    with pytest.raises(FlowError):
        ledger.carry_out(Run(ledger.bench, "x"), ledger.plan)
    ledger.interrupted()
    assert endings(account_of(ledger)) == [Ending.DONE, Ending.INTERRUPTED]
    assert account_of(ledger).following == ()


def test_ctrl_c_within_an_action(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shop.builder, "run", interrupted)
    ledger = Ledger(shop.bench, Plan("x", (BUILD, TEST, IMAGE)))
    with pytest.raises(KeyboardInterrupt):
        ledger.carry_out(Run(ledger.bench, "x"), ledger.plan)
    assert endings(account_of(ledger)) == [Ending.DONE, Ending.INTERRUPTED, Ending.NOT_REACHED]
