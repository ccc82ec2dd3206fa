"""Helm and its fake keep releases alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.releases import HookRun, ReleaseStatus
from build_tasks.planning.charts.documents import documents, within
from tests.contract.fixtures_cluster import app_chart as app_chart
from tests.contract.fixtures_cluster import app_image as app_image
from tests.contract.fixtures_cluster import dev as dev
from tests.contract.fixtures_cluster import real_releases as real_releases
from tests.contract.fixtures_cluster import real_workloads as real_workloads
from tests.contract.fixtures_cluster import release as release
from tests.contract.fixtures_runtime import base_image as base_image
from tests.contract.fixtures_runtime import helm as helm
from tests.contract.fixtures_runtime import logged as logged
from tests.contract.fixtures_runtime import platform_registry as platform_registry
from tests.contract.harbour import Harbour
from tests.contract.harbour import harbour as harbour

_DEADLINE = 60.0


def _history(harbour: Harbour) -> list[tuple[int, ReleaseStatus, str]]:
    return [(r.number, r.status, r.description) for r in harbour.releases.history(harbour.release)]


def test_a_release_that_is_not_there(harbour: Harbour) -> None:
    releases, name = harbour.releases, harbour.release
    assert releases.get(name) is None
    assert list(releases.history(name)) == []
    assert name not in [found.release for found in releases.list()]
    releases.uninstall(name)
    calls = (releases.test, releases.test_runs, lambda r: releases.rollback(r, 1))
    for call in calls:
        with pytest.raises(FlowError, match="release: not found") as raised:
            call(name)
        assert raised.value.code is ExitCode.DEPLOY_FAILED


def test_the_first_revision(harbour: Harbour) -> None:
    made = harbour.deploy("one")
    assert (made.release, made.number, made.status) == (harbour.release, 1, ReleaseStatus.DEPLOYED)
    assert (made.chart, made.app_version) == ("contract-0.0.7", "0.0.7")
    assert (made.values, made.description) == ({"text": "one"}, "says one")
    assert harbour.releases.get(harbour.release) == made
    assert list(harbour.releases.history(harbour.release)) == [replace(made, values={})]
    listed = {found.release: found for found in harbour.releases.list()}
    assert listed[harbour.release] == replace(made, values={}, description="")


def test_a_list_by_label(harbour: Harbour) -> None:
    harbour.deploy("one", {"service": harbour.release, "kind": "version"})
    harbour.deploy("two", {"service": harbour.release, "kind": "version"})
    found = harbour.releases.list(selector=f"service={harbour.release},kind=version")
    assert [(r.release, r.number) for r in found] == [(harbour.release, 2)]
    assert list(harbour.releases.list(selector=f"service={harbour.release},kind=traffic")) == []


def test_an_upgrade_forgets_the_values_before(harbour: Harbour) -> None:
    harbour.deploy("one", suffix="-x")
    made = harbour.deploy("two")
    assert (made.number, made.values) == (2, {"text": "two"})
    assert _history(harbour) == [
        (1, ReleaseStatus.SUPERSEDED, "says one"),
        (2, ReleaseStatus.DEPLOYED, "says two"),
    ]


def test_a_rollback_is_a_new_revision_with_the_old_values(harbour: Harbour) -> None:
    harbour.deploy("one")
    harbour.deploy("two")
    harbour.releases.rollback(harbour.release, 1)
    current = harbour.releases.get(harbour.release)
    assert current is not None
    assert (current.number, current.values) == (3, {"text": "one"})
    assert _history(harbour)[1:] == [
        (2, ReleaseStatus.SUPERSEDED, "says two"),
        (3, ReleaseStatus.DEPLOYED, "Rollback to 1"),
    ]
    with pytest.raises(FlowError) as raised:
        harbour.releases.rollback(harbour.release, 9)
    assert raised.value.code is ExitCode.DEPLOY_FAILED


def test_what_a_release_is_made_of(harbour: Harbour) -> None:
    assert harbour.releases.manifest(harbour.release) == ""
    for text in ("one", "two"):
        harbour.deploy(text)
        [made] = documents(harbour.releases.manifest(harbour.release))
        assert within(made.content)["kind"] == "ConfigMap"
        assert within(made.content, "metadata")["name"] == harbour.release
        assert within(made.content, "data")["text"] == text
    harbour.releases.rollback(harbour.release, 1)
    [made] = documents(harbour.releases.manifest(harbour.release))
    assert within(made.content, "data")["text"] == "one"


def test_hooks_are_no_part_of_what_a_release_is_made_of(harbour: Harbour) -> None:
    harbour.test_hook(passes=True, log="all-is-well")
    assert [within(d.content)["kind"] for d in documents(harbour.releases.manifest(harbour.release))] == [
        "ConfigMap"
    ]


def test_ten_revisions_are_kept(harbour: Harbour) -> None:
    for number in range(12):
        harbour.deploy(str(number))
    assert [number for number, _, _ in _history(harbour)] == list(range(3, 13))


def test_a_refused_upgrade_is_a_failed_revision_and_can_be_repeated(harbour: Harbour) -> None:
    with pytest.raises(FlowError, match="Invalid value") as raised:
        harbour.fail()
    assert raised.value.code is ExitCode.DEPLOY_FAILED
    current = harbour.releases.get(harbour.release)
    assert current and current.status is ReleaseStatus.FAILED
    assert harbour.deploy("good").status is ReleaseStatus.DEPLOYED


def test_a_killed_upgrade_stays_pending_until_it_is_rolled_back(harbour: Harbour) -> None:
    harbour.deploy("one")
    harbour.kill()
    current = harbour.releases.get(harbour.release)
    assert current and current.status is ReleaseStatus.PENDING_UPGRADE
    assert current.release in [found.release for found in harbour.releases.list()]
    with pytest.raises(FlowError, match="another operation") as raised:
        harbour.deploy("two")
    assert raised.value.code is ExitCode.DEPLOY_FAILED
    harbour.releases.rollback(harbour.release, 1)
    assert harbour.deploy("two").status is ReleaseStatus.DEPLOYED


def test_a_killed_installation_stays_pending_until_it_is_removed(harbour: Harbour) -> None:
    harbour.kill()
    current = harbour.releases.get(harbour.release)
    assert current and current.status is ReleaseStatus.PENDING_INSTALL
    harbour.releases.uninstall(harbour.release)
    assert harbour.releases.get(harbour.release) is None
    assert harbour.deploy("one").number == 1


def test_a_passing_test_gives_its_log(harbour: Harbour) -> None:
    harbour.test_hook(passes=True, log="all-is-well")
    name = f"{harbour.release}-smoke"
    assert list(harbour.releases.test_runs(harbour.release)) == [HookRun(name, "Unknown")]
    assert "all-is-well" in harbour.releases.test(harbour.release)
    assert list(harbour.releases.test_runs(harbour.release)) == [HookRun(name, "Succeeded")]


def test_a_failing_test_gives_its_log_in_the_error(harbour: Harbour) -> None:
    harbour.test_hook(passes=False, log="not-at-all")
    with pytest.raises(FlowError) as raised:
        harbour.releases.test(harbour.release)
    assert raised.value.code is ExitCode.VERIFY_FAILED
    assert any("not-at-all" in line for line in raised.value.details)
    runs = list(harbour.releases.test_runs(harbour.release))
    assert runs == [HookRun(f"{harbour.release}-smoke", "Failed")]


def test_a_release_without_tests_passes_with_no_log(harbour: Harbour) -> None:
    harbour.deploy("one")
    assert harbour.releases.test(harbour.release) == ""
    assert list(harbour.releases.test_runs(harbour.release)) == []


def test_one_of_two_tests(harbour: Harbour) -> None:
    harbour.test_hook(passes=True, log="all-is-well", failing="other")
    smoke, other = f"{harbour.release}-smoke", f"{harbour.release}-other"
    assert "all-is-well" in harbour.releases.test(harbour.release, only=smoke)
    assert "all-is-well" in harbour.releases.test(harbour.release, without=other)
    assert sorted(harbour.releases.test_runs(harbour.release), key=lambda run: run.name) == [
        HookRun(other, "Unknown"),
        HookRun(smoke, "Succeeded"),
    ]
    with pytest.raises(FlowError) as raised:
        harbour.releases.test(harbour.release, only=other)
    assert raised.value.code is ExitCode.VERIFY_FAILED


def test_a_test_that_the_chart_does_not_have(harbour: Harbour) -> None:
    harbour.test_hook(passes=True, log="all-is-well")
    with pytest.raises(FlowError, match=f"no test {harbour.release}-whole") as raised:
        harbour.releases.test(harbour.release, only=f"{harbour.release}-whole")
    assert raised.value.code is ExitCode.VERIFY_FAILED
