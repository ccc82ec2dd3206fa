"""Helm and its fake keep releases alike."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from build_tasks.adapters.helm import HelmReleases
from build_tasks.adapters.helm_program import HelmProgram
from build_tasks.adapters.kubectl import KubectlWorkloads
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.releases import HookRun, PodState, ReleaseStatus, Revision
from build_tasks.ports.runtime import Releases
from tests.contract.fixtures_cluster import app_chart as app_chart
from tests.contract.fixtures_cluster import app_image as app_image
from tests.contract.fixtures_cluster import dev as dev
from tests.contract.fixtures_cluster import real_releases as real_releases
from tests.contract.fixtures_cluster import real_workloads as real_workloads
from tests.contract.fixtures_cluster import release as release
from tests.contract.fixtures_runtime import helm as helm
from tests.contract.fixtures_runtime import logged as logged
from tests.fakes.runtime import FakeReleases, ScriptedTest

_DEADLINE = 60.0


@dataclass
class Harbour:
    """Releases under test, the name of one, and how to bring it into trouble."""

    releases: Releases
    release: str
    chart: Path
    request: pytest.FixtureRequest

    @property
    def fake(self) -> FakeReleases | None:
        return self.releases if isinstance(self.releases, FakeReleases) else None

    def deploy(self, text: str, labels: Mapping[str, str] | None = None, **values: object) -> Revision:
        return self.releases.upgrade(
            self.release,
            self.chart,
            {"text": text, **values},
            description=f"says {text}",
            labels=labels or {},
        )

    def fail(self) -> None:
        """An upgrade that the API server refuses."""
        if self.fake:
            self.fake.refusals[self.release] = "Invalid value"
        self.deploy("bad", suffix="-NOT-A-NAME")

    def kill(self) -> None:
        """An upgrade whose Helm is killed while a hook runs."""
        if self.fake:
            self.fake.killed.add(self.release)
            self.deploy("killed")
            return
        helm: HelmProgram = self.request.getfixturevalue("helm")
        environment: Environment = self.request.getfixturevalue("dev")
        image: str = self.request.getfixturevalue("app_image")
        _kill_helm(helm, environment, self, image)

    def test_hook(self, *, passes: bool, log: str) -> None:
        """Deploy the release with one test hook."""
        if self.fake:
            self.fake.tests[self.release] = [ScriptedTest(passes, log, f"{self.release}-smoke")]
            self.deploy("tested")
            return
        script = f"echo {log}; exit {0 if passes else 1}"
        image = self.request.getfixturevalue("app_image")
        self.deploy("tested", hooks={"smoke": {"on": "test", "image": image, "script": script}})


def _kill_helm(helm: HelmProgram, environment: Environment, harbour: Harbour, image: str) -> None:
    hook = f'hooks.wait={{"on":"pre-install,pre-upgrade","image":"{image}","script":"sleep 600"}}'
    argv: list[str | Path] = [helm.executable, "upgrade", "--install", harbour.release, harbour.chart]
    argv += ["--set-json", hook, "--namespace", environment.namespace, "--kubeconfig", environment.kubeconfig]
    pid = helm.processes.spawn(
        argv, log=harbour.chart.parent / "killed.log", env={"HELM_DRIVER": "configmap"}
    )
    deadline = time.monotonic() + _DEADLINE
    while not ((found := harbour.releases.get(harbour.release)) and found.status.pending):
        assert time.monotonic() < deadline, (harbour.chart.parent / "killed.log").read_text()
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)


@pytest.fixture(params=["helm", "fake"])
def harbour(request: pytest.FixtureRequest, release: str, app_chart: Path) -> Harbour:
    releases = FakeReleases() if request.param == "fake" else request.getfixturevalue("real_releases")
    return Harbour(releases, release, app_chart, request)


def _history(harbour: Harbour) -> list[tuple[int, ReleaseStatus, str]]:
    return [(r.number, r.status, r.description) for r in harbour.releases.history(harbour.release)]


def test_a_release_that_is_not_there(harbour: Harbour) -> None:
    releases, name = harbour.releases, harbour.release
    assert releases.get(name) is None
    assert list(releases.history(name)) == []
    assert name not in [found.release for found in releases.list()]
    releases.uninstall(name)
    calls = (releases.test, releases.test_runs, releases.manifest, lambda r: releases.rollback(r, 1))
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
    assert "one" in harbour.releases.manifest(harbour.release)


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


def _named(workloads: KubectlWorkloads, prefix: str) -> list[PodState]:
    return [pod for pod in workloads.pods("") if pod.name.startswith(prefix)]


def test_a_removed_release_leaves_nothing_behind(
    real_releases: HelmReleases,
    real_workloads: KubectlWorkloads,
    release: str,
    app_chart: Path,
    app_image: str,
) -> None:
    run = {"image": app_image, "script": "sleep 600"}
    hooks = {"smoke": {"on": "test", "image": app_image, "script": "exit 1"}}
    values = {"run": run, "hooks": hooks}
    real_releases.upgrade(release, app_chart, values, description="", labels={})
    with pytest.raises(FlowError):
        real_releases.test(release)
    assert [pod.phase for pod in _named(real_workloads, release) if "smoke" in pod.name] == ["Failed"]
    selector = f"app.kubernetes.io/instance={release}"
    deadline = time.monotonic() + _DEADLINE
    while not any(pod.ready for pod in real_workloads.pods(selector)):
        assert time.monotonic() < deadline, real_workloads.pods(selector)
        time.sleep(0.2)
    real_releases.uninstall(release)
    assert _named(real_workloads, release) == []
    assert list(real_workloads.rollouts(selector)) == []


def test_an_upgrade_wins_over_a_scaling(
    real_releases: HelmReleases,
    real_workloads: KubectlWorkloads,
    release: str,
    app_chart: Path,
    app_image: str,
) -> None:
    values = {"run": {"image": app_image, "script": "sleep 600"}, "replicas": 0}
    real_releases.upgrade(release, app_chart, values, description="", labels={})
    real_workloads.set_replicas(release, 1)
    real_releases.upgrade(release, app_chart, {**values, "replicas": 2}, description="two", labels={})
    [rollout] = real_workloads.rollouts(f"app.kubernetes.io/instance={release}")
    assert rollout.desired == 2
    real_workloads.set_replicas(release, 1)
    real_releases.rollback(release, 1)
    [rollout] = real_workloads.rollouts(f"app.kubernetes.io/instance={release}")
    assert rollout.desired == 0


def test_a_cluster_that_does_not_answer(
    helm: HelmProgram, tool: Callable[[str], Path], tmp_path: Path
) -> None:
    file = tmp_path / "gone.kubeconfig"
    file.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: gone\n"
        "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:9'}}]\n"
        "contexts: [{name: gone, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {token: none}}]\n"
    )
    gone = Environment("dev", "devtest", "dev", "gone", str(file))
    releases = HelmReleases(helm, gone, KubectlWorkloads(helm.processes, tool("kubectl"), gone).delete)
    for call in (
        releases.list,
        lambda: releases.get("x"),
        lambda: releases.test("x"),
        lambda: releases.uninstall("x"),
    ):
        with pytest.raises(FlowError) as raised:
            call()
        assert raised.value.code is ExitCode.UNAVAILABLE
