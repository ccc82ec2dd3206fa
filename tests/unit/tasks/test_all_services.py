"""``all.*`` as it is typed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import ContainerExit
from tests.fakes import samples
from tests.fakes.scanning import finding
from tests.unit.steps.shop import BASE, Shop
from tests.unit.tasks.conftest import Inv

FAILED = b'<testsuite name="s"><testcase classname="t" name="x"><failure message="n"/></testcase></testsuite>'
EMPTY = b'<testsuite name="s"/>'


@pytest.fixture(autouse=True)
def two_services(shop: Shop) -> None:
    """``delivery``, and ``package`` beside it."""
    dockerfile = f"FROM {BASE} AS build\nFROM build AS testrunner\nFROM build AS final\n"
    shop.commit({"services/package/Dockerfile": dockerfile})
    shop.publish()
    services = {name: samples.service(name) for name in ("delivery", "package")}
    shop.bench = replace(shop.bench, services=services)


def test_the_summary_is_a_line_a_service(inv: Inv) -> None:
    said = inv("all.test")
    assert said.code is ExitCode.OK
    lines = said.out.splitlines()
    assert lines[0].split() == ["service", "outcome", "took", "summary"]
    assert [line.split()[:2] for line in lines[1:]] == [["delivery", "ok"], ["package", "ok"]]
    assert all("1 passed, 0 failed, 0 skipped" in line for line in lines[1:])


def test_the_summary_as_json(inv: Inv) -> None:
    rows = json.loads(inv("all.test --json --force").out)
    assert [(row["service"], row["outcome"], row["exit_code"]) for row in rows] == [
        ("delivery", "ok", 0),
        ("package", "ok", 0),
    ]
    assert {*rows[0]} == {"service", "outcome", "exit_code", "seconds", "summary"}


def test_failures_of_one_kind_have_their_own_code(shop: Shop, inv: Inv) -> None:
    shop.tests_say(FAILED)
    said = inv("all.test")
    assert said.code is ExitCode.TESTS_FAILED
    assert said.out.count("tests failed") == 2
    assert said.out.count("1 of 1 test failed") == 2


def test_failures_of_two_kinds_have_the_common_code(shop: Shop, inv: Inv) -> None:
    shop.tests_say(FAILED)
    shop.write({"services/package/Dockerfile": None})
    rows = json.loads((said := inv("all.test --json")).out)
    assert [row["exit_code"] for row in rows] == [ExitCode.TESTS_FAILED, ExitCode.CONFIG]
    assert said.code is ExitCode.FAILED


def test_one_failure_leaves_the_others_their_results(shop: Shop, inv: Inv) -> None:
    shop.write({"services/package/Dockerfile": None})
    said = inv("all.image")
    assert said.code is ExitCode.CONFIG
    assert [line.split()[:2] for line in said.out.splitlines()[1:]] == [
        ["delivery", "ok"],
        ["package", "config"],
    ]


def test_a_bug_is_told_as_one_after_the_results(
    shop: Shop, inv: Inv, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("out of cheese")

    monkeypatch.setattr(shop.builder, "build", broken)
    said = inv("all.build")
    assert said.code is ExitCode.BUG
    assert said.out.count("out of cheese") == 2
    assert "a bug in build_tasks: RuntimeError: out of cheese" in said.err


def test_only_some(shop: Shop, inv: Inv) -> None:
    said = inv("all.build --only package -j 1")
    assert said.code is ExitCode.OK
    assert [line.split()[0] for line in said.out.splitlines()[1:]] == ["package"]
    assert len(shop.builder.built) == 1


@pytest.mark.parametrize("task", ["build", "test", "image", "scan", "package", "status"])
@pytest.mark.parametrize(
    ("flags", "why"),
    [
        ("--only delivry,pakage", "there is no service 'delivry', 'pakage'"),
        ("--only ,", "names no service"),
        ("--jobs=-1", "how many services"),
    ],
)
def test_what_is_mistyped_is_told_before_anything_is_done(
    shop: Shop, inv: Inv, task: str, flags: str, why: str
) -> None:
    said = inv(f"all.{task} {flags}")
    assert said.code is ExitCode.USAGE
    assert why in said.err and said.out == ""
    assert shop.builder.built == []


@pytest.mark.parametrize("verb", ["build", "test", "image", "scan", "package"])
def test_a_dry_run_prints_the_plan_and_does_nothing(shop: Shop, inv: Inv, verb: str) -> None:
    said = inv(f"all.{verb} --only delivery --dry-run")
    assert said.out.splitlines() == [
        f"inv all.{verb}",
        f"  {verb} delivery  (asked for)",
        "  skip package: not among --only",
    ]
    plan = json.loads(inv(f"all.{verb} --dry-run --json").out)
    assert [(action["verb"], action["service"]) for action in plan["actions"]] == [
        (verb, "delivery"),
        (verb, "package"),
    ]
    assert shop.builder.built == []


def test_scans_of_all_name_what_found_what(shop: Shop, inv: Inv) -> None:
    said = inv("all.scan")
    assert said.code is ExitCode.OK
    assert [line.split()[:2] for line in said.out.splitlines()[1:]] == [["delivery", "ok"], ["package", "ok"]]
    assert said.out.count("grype (2026-03-01): nothing found") == 2
    shop.grype.finds = [finding()]
    refused = inv("all.scan --force")
    assert refused.code is ExitCode.SCAN_REFUSED
    assert refused.out.count("scan refused") == 2


def test_status_of_all(shop: Shop, inv: Inv) -> None:
    assert inv("all.status").out == "nothing is deployed in any environment\n"
    shop.smoke_test("0.1.0")
    assert inv("release.cut delivery --version 0.1.0 --push").code is ExitCode.OK
    assert inv("ci.run --branch release/delivery/v0.1.0").code is ExitCode.OK
    said = inv("all.status").out.splitlines()
    assert said[1].split()[:6] == ["delivery", "qa", "v0.1.0", "live", "2/2", "verified"]
    [row] = json.loads(inv("all.status --env qa --json").out)
    assert (row["service"], row["version"], row["live"]) == ("delivery", "v0.1.0", True)


def test_a_cluster_that_does_not_answer_is_told_once(shop: Shop, inv: Inv) -> None:
    error = FlowError("reach qa", "connection refused", code=ExitCode.UNAVAILABLE)
    shop.namespace("qa").workloads.cluster_error = error
    said = inv("all.status")
    assert said.code is ExitCode.UNAVAILABLE
    assert said.err.count("connection refused") == 1 and said.out == ""


@pytest.fixture
def takes_filters(shop: Shop) -> None:
    shop.builder.labels["testrunner"] = {"build-tasks.test-filter": "env"}


@pytest.mark.usefixtures("takes_filters")
def test_a_filter_is_handed_to_every_service(shop: Shop, inv: Inv) -> None:
    said = inv("all.test --filter 'put and not slow'")
    assert said.code is ExitCode.OK
    assert shop.builder.environments == [{"TEST_FILTER": "put and not slow"}] * 2
    assert said.out.count("only what matches 'put and not slow'") == 2


@pytest.mark.usefixtures("takes_filters")
def test_a_service_without_a_match_is_no_failure_as_long_as_another_has_one(shop: Shop, inv: Inv) -> None:
    reports = [EMPTY, FAILED]

    def leaves(image: str, *, results_to: Path, **_: object) -> ContainerExit:
        (results_to / "junit.xml").write_bytes(reports.pop(0))
        return ContainerExit(0, "")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shop.builder, "run", leaves)
        said = inv("all.test --filter x -j 1")
    assert said.code is ExitCode.TESTS_FAILED
    assert [line.split()[:2] for line in said.out.splitlines()[1:]] == [
        ["delivery", "ok"],
        ["package", "tests"],
    ]
    assert "no test matches --filter 'x'" in said.out


@pytest.mark.usefixtures("takes_filters")
def test_a_filter_that_nothing_matches(shop: Shop, inv: Inv) -> None:
    shop.tests_say(EMPTY)
    said = inv("all.test --filter nothing")
    assert said.code is ExitCode.NO_TESTS
    assert said.out.count("no test matches --filter 'nothing'") == 2


def test_a_dry_run_names_the_filter(shop: Shop, inv: Inv) -> None:
    for task in ("all.test", "delivery.test"):
        said = inv(f"{task} --filter put --dry-run")
        assert "test delivery  (asked for: only tests that match 'put')" in said.out
    assert shop.builder.built == []
