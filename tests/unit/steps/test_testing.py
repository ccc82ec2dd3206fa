"""The test step: four outcomes with four exit codes, and nothing tested twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from junitparser import JUnitXml

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import ContainerExit
from build_tasks.model.tests import TestOutcome, TestRunError, TestSummary
from build_tasks.steps.artifacts.inputs import recipe
from build_tasks.steps.artifacts.test import test as run_tests
from build_tasks.steps.artifacts.test_results import reports_in
from tests.fakes.builder import ScriptedRun
from tests.unit.steps.shop import PASSED, Shop

FAILED = b"""<testsuite name="s"><testcase classname="t" name="test_get" time="0.1"><failure>assert 1 == 2
E   is not</failure></testcase><testcase classname="t" name="test_put" time="0.5"/></testsuite>"""
EMPTY = b'<testsuite name="s"/>'
SKIPPED = b'<testsuite name="s"><testcase name="t"><skipped/></testcase></testsuite>'


def run(shop: Shop, *, force: bool = False) -> TestSummary:
    return run_tests(shop.bench, shop.service, recipe(shop.bench, shop.service), force=force)


def leaves(shop: Shop, files: dict[str, bytes], status: int = 0) -> None:
    """What the testrunner's container writes from now on."""
    shop.builder.runs["testrunner"] = ScriptedRun(ContainerExit(status, "", False), files)


def for_ci(shop: Shop) -> Path:
    return shop.root / ".build" / "ci" / "junit" / "delivery.xml"


def refused(shop: Shop) -> FlowError:
    with pytest.raises(FlowError) as error:
        run(shop)
    assert error.value.what == "test delivery"
    return error.value


def runs(shop: Shop) -> int:
    """How often a testrunner was started."""
    return len(shop.builder.environments)


def test_tests_pass(shop: Shop) -> None:
    summary = run(shop)
    assert (summary.outcome, summary.passed) == (TestOutcome.PASSED, 1)
    assert [request.target for request in shop.builder.built] == ["testrunner"]
    assert shop.reporter.notes == ["1 passed, 0 failed, 0 skipped in 0.5 s (slowest: t::test_put 0.5 s)"]


def test_tests_fail(shop: Shop) -> None:
    shop.tests_say(FAILED, status=1)
    error = refused(shop)
    assert error.code is ExitCode.TESTS_FAILED
    assert error.why == "1 of 2 tests failed"
    assert error.details == (
        "FAILED t::test_get",
        "  E   is not",
        "1 passed, 1 failed, 0 skipped in 0.6 s (slowest: t::test_put 0.5 s)",
    )
    assert shop.reporter.failed == ["test delivery"]


def test_a_failure_s_place_is_a_path_of_the_repository(shop: Shop) -> None:
    """The Dockerfile copies services/delivery/app.py and services/shared into the container's root folder."""
    message = b">   x\nE   KeyError: 1\n\n/{}:12: KeyError"
    for inside, path in (("app.py", "services/delivery/app.py"), ("shared/log.py", "services/shared/log.py")):
        case = (
            b'<testcase name="t"><failure>'
            + message.replace(b"{}", inside.encode())
            + b"</failure></testcase>"
        )
        shop.tests_say(b"<testsuite>" + case + b"</testsuite>", status=1)
        error = refused(shop)
        assert error.details[0] == f"{path}:12: FAILED t"
        assert isinstance(error, TestRunError)
        [failure] = error.summary.failures
        assert (failure.file, failure.line, failure.excerpt) == (path, 12, (">   x", "E   KeyError: 1"))
        [written] = [c for s in JUnitXml.fromfile(str(for_ci(shop))) for c in s]
        assert (written._elem.get("file"), written._elem.get("line")) == (path, "12")


def test_the_runner_crashes(shop: Shop) -> None:
    shop.tests_say(status=139, output="start\nSegmentation fault\n")
    error = refused(shop)
    assert error.code is ExitCode.RUNNER_CRASHED
    assert error.why == "the test runner ended with status 139 and no usable report in /results"
    assert error.details == ("start", "Segmentation fault")


def test_the_runner_ends_badly_although_nothing_failed(shop: Shop) -> None:
    shop.tests_say(PASSED, status=1)
    error = refused(shop)
    assert error.code is ExitCode.RUNNER_CRASHED
    assert error.why == "the test runner ended with status 1 although no test failed"


def test_a_damaged_report_is_a_crash_that_says_which(shop: Shop) -> None:
    leaves(shop, {"sub/results.tap": b"1..3\nok 1 - a\nnot ok 2 - b\n"}, status=1)
    error = refused(shop)
    assert error.code is ExitCode.RUNNER_CRASHED
    assert error.why.endswith("damaged report in /results: sub/results.tap: 2 of 3 planned tests reported")
    assert error.details == ("FAILED b", "1 passed, 1 failed, 0 skipped in 0.0 s (slowest: a 0.0 s)")


def test_reports_of_any_dialect_are_found_in_any_folder(shop: Shop) -> None:
    go = b'{"Action":"pass","Package":"p","Test":"TestA"}\n{"Action":"pass","Package":"p"}\n'
    files = {
        "unit/report.tap": b"1..1\nok 1 - a\n",
        "go-test.json": go,
        "junit.xml": PASSED,
        "notes": b"1..1",
    }
    leaves(shop, files)
    assert run(shop).passed == 3
    [junit] = (shop.root / ".build").rglob("tests/*/junit.xml")
    assert JUnitXml.fromfile(str(junit)).tests == 3


def test_links_are_no_reports(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.xml").write_bytes(PASSED)
    target = tmp_path / "results"
    target.mkdir()
    (target / "junit.xml").symlink_to(tmp_path / "elsewhere.xml")
    (target / "folder.xml").mkdir()
    assert reports_in(target) == {}


def test_the_runner_runs_out_of_memory(shop: Shop) -> None:
    shop.tests_say(status=137, oom=True)
    assert "status 137 (out of memory)" in refused(shop).why


def test_the_runner_runs_no_test(shop: Shop) -> None:
    shop.tests_say(EMPTY, status=5, output="collected 0 items\n")
    error = refused(shop)
    assert (error.code, error.why) == (ExitCode.NO_TESTS, "the test runner ran no test")
    assert error.details == ("collected 0 items",)


def test_the_runner_does_not_build(shop: Shop) -> None:
    shop.builder.failures["testrunner"] = ["pip: no such package"]
    with pytest.raises(FlowError) as error:
        run(shop)
    assert error.value.code is ExitCode.BUILD_FAILED
    assert runs(shop) == 0


def test_the_outcomes_have_codes_of_their_own() -> None:
    codes = [ExitCode.BUILD_FAILED, ExitCode.TESTS_FAILED, ExitCode.RUNNER_CRASHED, ExitCode.NO_TESTS]
    assert len(set(codes)) == 4 and ExitCode.OK not in codes


def test_unchanged_inputs_are_not_tested_again(shop: Shop) -> None:
    first = run(shop)
    shop.reporter.forget()
    assert run(shop) == first
    assert runs(shop) == 1
    reason = shop.reporter.skipped["test delivery"]
    assert reason.startswith("unchanged inputs passed before: 1 passed, 0 failed")


def test_a_commit_elsewhere_changes_no_input(shop: Shop) -> None:
    run(shop)
    shop.commit({"README.md": "other\n"})
    run(shop)
    assert runs(shop) == 1


@pytest.mark.parametrize("path", ["services/delivery/app.py", "services/shared/log.py"])
def test_changed_inputs_are_tested_again(shop: Shop, path: str) -> None:
    run(shop)
    shop.write({path: "changed\n"})
    run(shop)
    assert runs(shop) == 2


def test_force_tests_again(shop: Shop) -> None:
    run(shop)
    run(shop, force=True)
    assert runs(shop) == 2


def test_a_failure_is_tested_again_and_not_remembered_as_a_pass(shop: Shop) -> None:
    shop.tests_say(FAILED, status=1)
    refused(shop)
    shop.tests_say(PASSED)
    run(shop)
    assert runs(shop) == 2


def test_a_forced_failure_forgets_the_pass_before(shop: Shop) -> None:
    run(shop)
    shop.tests_say(FAILED, status=1)
    with pytest.raises(FlowError):
        run(shop, force=True)
    refused(shop)
    assert runs(shop) == 3


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"outcome": "passed"}', '{"outcome": ["x"], "passed": 1}']
)
def test_a_memory_that_cannot_be_read_is_none(shop: Shop, text: str) -> None:
    run(shop)
    [memory] = (shop.root / ".build").rglob("summary.json")
    memory.write_text(text)
    run(shop)
    assert runs(shop) == 2


def test_reports_stay_with_the_caller(shop: Shop) -> None:
    shop.tests_say(FAILED, status=1, output="the log\n")
    kept = Path(refused(shop).fix.removeprefix("the reports are in "))
    assert (kept / "results" / "report-0.xml").read_bytes() == FAILED
    assert (kept / "output.txt").read_text() == "the log\n"
    assert [case.name for suite in JUnitXml.fromfile(str(kept / "junit.xml")) for case in suite] == [
        "test_get",
        "test_put",
    ]
    assert {entry.name for entry in kept.parent.iterdir()} == {kept.name, ".lock"}


def test_what_is_remembered_is_the_summary(shop: Shop) -> None:
    run(shop)
    [memory] = (shop.root / ".build").rglob("summary.json")
    assert json.loads(memory.read_text())["passed"] == 1


@pytest.fixture
def takes_filters(shop: Shop) -> None:
    shop.builder.labels["testrunner"] = {"build-tasks.test-filter": "env"}


def filtered(shop: Shop, matching: str = "put") -> TestSummary:
    return run_tests(shop.bench, shop.service, recipe(shop.bench, shop.service), matching=matching)


@pytest.mark.usefixtures("takes_filters")
def test_a_filter_reaches_the_testrunner(shop: Shop) -> None:
    """As it is, in one variable: expressions have spaces and quotes."""
    summary = filtered(shop, "put and not 'slow'")
    assert shop.builder.environments == [{"TEST_FILTER": "put and not 'slow'"}]
    assert summary.matching == "put and not 'slow'"
    assert shop.reporter.notes[-1].endswith("""; only what matches "put and not 'slow'\"""")
    run(shop)
    assert shop.builder.environments[-1] == {}


@pytest.mark.usefixtures("takes_filters")
def test_a_filtered_run_is_no_pass_of_the_inputs(shop: Shop) -> None:
    filtered(shop)
    run(shop)
    assert runs(shop) == 2
    assert "test delivery" not in shop.reporter.skipped


@pytest.mark.usefixtures("takes_filters")
def test_a_filtered_run_is_always_run(shop: Shop) -> None:
    """Whatever was remembered, of all tests or of the same filter."""
    run(shop)
    filtered(shop)
    filtered(shop)
    assert runs(shop) == 3
    run(shop)
    assert runs(shop) == 3, "and what passed before is remembered all the same"


@pytest.mark.usefixtures("takes_filters")
def test_a_filtered_run_leaves_the_results_of_others_alone(shop: Shop) -> None:
    run(shop)
    [kept] = (shop.root / ".build").rglob("tests/*/junit.xml")
    before = kept.read_bytes(), for_ci(shop).read_bytes()
    shop.tests_say(FAILED, status=1)
    folders = set()
    for matching in ("get", "put"):
        with pytest.raises(FlowError) as error:
            filtered(shop, matching)
        assert error.value.code is ExitCode.TESTS_FAILED
        folders.add(error.value.fix)
    assert len(folders) == 2
    assert (kept.read_bytes(), for_ci(shop).read_bytes()) == before


@pytest.mark.usefixtures("takes_filters")
@pytest.mark.parametrize("report", [EMPTY, SKIPPED])
def test_nothing_matches(shop: Shop, report: bytes) -> None:
    """pytest leaves out what does not match, Vitest reports it as skipped."""
    shop.tests_say(report, output="0 of 12 tests\n")
    with pytest.raises(FlowError) as error:
        filtered(shop, "no such")
    assert (error.value.code, error.value.why) == (ExitCode.NO_TESTS, "no test matches --filter 'no such'")
    assert error.value.details == ("0 of 12 tests",)


@pytest.mark.usefixtures("takes_filters")
def test_a_filter_that_the_framework_does_not_understand(shop: Shop) -> None:
    shop.tests_say(status=4, output="ERROR: Wrong expression passed to '-k': a and: at column 6\n")
    with pytest.raises(FlowError) as error:
        filtered(shop, "a and")
    assert error.value.code is ExitCode.RUNNER_CRASHED
    assert "status 4 with --filter 'a and'" in error.value.why
    assert "Wrong expression" in error.value.details[-1]


@pytest.mark.parametrize("labels", [{}, {"build-tasks.test-filter": "argument"}])
def test_a_testrunner_that_takes_no_filter(shop: Shop, labels: dict[str, str]) -> None:
    shop.builder.labels["testrunner"] = labels
    with pytest.raises(FlowError) as error:
        run_tests(shop.bench, shop.service, recipe(shop.bench, shop.service), matching="put")
    assert error.value.code is ExitCode.USAGE
    assert "does not say that it takes a filter" in error.value.why
    assert 'LABEL build-tasks.test-filter="env"' in error.value.fix
    assert runs(shop) == 0
