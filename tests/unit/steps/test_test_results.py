"""Results of tests: for CI in one place, and two runs at the same time leave each other's alone."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from junitparser import JUnitXml

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import ContainerExit
from build_tasks.steps.artifacts.inputs import recipe
from build_tasks.steps.artifacts.test import test as run_tests
from build_tasks.steps.artifacts.test_results import results_of
from tests.unit.steps.shop import PASSED, Shop

FAILED = b'<testsuite name="s"><testcase name="bad"><failure>no</failure></testcase></testsuite>'
LONGEST_WAIT = 20


def run(shop: Shop, *, force: bool = False) -> None:
    run_tests(shop.bench, shop.service, recipe(shop.bench, shop.service), force=force)


def refused(shop: Shop) -> FlowError:
    with pytest.raises(FlowError) as error:
        run(shop)
    return error.value


def for_ci(shop: Shop) -> Path:
    return shop.root / ".build" / "ci" / "junit" / "delivery.xml"


def told_ci(shop: Shop) -> list[str]:
    """Names of the tests in the file that a CI system uploads, those that are no pass with their kind."""
    cases = [case for suite in JUnitXml.fromfile(str(for_ci(shop))) for case in suite]
    return [" ".join([case.name, *(type(result).__name__ for result in case.result)]) for case in cases]


def test_ci_finds_every_service_s_tests_in_one_place(shop: Shop) -> None:
    run(shop)
    assert told_ci(shop) == ["test_put"]
    assert stat.S_IMODE(for_ci(shop).stat().st_mode) & 0o044 == 0o044, "whoever uploads may be somebody else"
    assert [entry.name for entry in for_ci(shop).parent.iterdir()] == ["delivery.xml"]
    shop.tests_say(FAILED, status=1)
    shop.write({"services/delivery/app.py": "changed\n"})
    refused(shop)
    assert told_ci(shop) == ["bad Failure"]


def test_what_passed_before_is_there_for_ci_too(shop: Shop) -> None:
    run(shop)
    for_ci(shop).unlink()
    run(shop)
    assert told_ci(shop) == ["test_put"]
    assert len(shop.builder.environments) == 1


def test_a_pass_whose_report_is_gone_is_tested_again(shop: Shop) -> None:
    run(shop)
    [report] = (shop.root / ".build" / "delivery" / "tests").rglob("junit.xml")
    report.unlink()
    run(shop)
    assert len(shop.builder.environments) == 2


def test_a_run_without_a_report_of_its_own_leaves_none_of_another(shop: Shop) -> None:
    run(shop)
    shop.builder.failures["testrunner"] = ["pip: no such package"]
    shop.write({"services/delivery/app.py": "changed\n"})
    assert refused(shop).code is ExitCode.BUILD_FAILED
    assert not for_ci(shop).exists()


@pytest.mark.parametrize(
    ("reports", "status", "message"),
    [
        ((), 139, "the test runner ended with status 139 and no usable report in /results"),
        ((PASSED,), 3, "the test runner ended with status 3 although no test failed"),
        ((b'<testsuite name="s"/>',), 0, "the test runner ran no test"),
    ],
)
def test_no_failure_is_no_pass(shop: Shop, reports: tuple[bytes, ...], status: int, message: str) -> None:
    """CI systems judge by the file: without a failure in it they would show a crashed run as a good one."""
    shop.tests_say(*reports, status=status)
    refused(shop)
    assert told_ci(shop)[-1] == "testrunner Error"
    assert message in for_ci(shop).read_text()


class MeetingBuilder:
    """A container engine whose containers end only when as many run at the same time."""

    def __init__(self, shop: Shop, runs: int) -> None:
        self._engine, self._met = shop.builder, threading.Barrier(runs, timeout=LONGEST_WAIT)

    def run(
        self, image: str, *, results_from: str, results_to: Path, env: Mapping[str, str]
    ) -> ContainerExit:
        ended = self._engine.run(image, results_from=results_from, results_to=results_to, env=env)
        self._met.wait()
        return ended

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)


def together(*work: Callable[[], None]) -> list[BaseException]:
    """Do it all at the same time; gives what it ended with."""
    errors: list[BaseException] = []

    def guarded(one: Callable[[], None]) -> None:
        try:
            one()
        except BaseException as error:  # each thread's own end is what is asked about
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST_WAIT)
    assert not any(thread.is_alive() for thread in threads)
    return errors


def test_runs_in_two_terminals_do_not_collide(shop: Shop) -> None:
    run(shop)
    runs = 6
    shop.bench = replace(shop.bench, builder=MeetingBuilder(shop, runs))  # type: ignore[arg-type]  # by __getattr__
    assert together(*[lambda: run(shop, force=True)] * runs) == []
    results = results_of(shop.bench, shop.service, recipe(shop.bench, shop.service))
    assert {entry.name for entry in results.parent.iterdir()} == {results.folder.name, ".lock"}
    assert {entry.name for entry in results.folder.iterdir()} == {
        "junit.xml",
        "output.txt",
        "results",
        "summary.json",
    }


def test_what_is_read_while_another_run_ends_is_whole(shop: Shop) -> None:
    """A pass is remembered together with its report, or not at all."""
    run(shop)
    results = results_of(shop.bench, shop.service, recipe(shop.bench, shop.service))

    def look() -> None:
        for _ in range(20):
            assert results.remembered() is not None

    def again() -> None:
        for _ in range(20):
            run(shop, force=True)

    assert together(look, again, again) == []
