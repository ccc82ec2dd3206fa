"""What only a real cluster can show of Helm."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from build_tasks.adapters.helm.program import HelmProgram
from build_tasks.adapters.helm.releases import HelmReleases
from build_tasks.adapters.kubernetes.workloads import KubectlWorkloads
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.releases import PodState
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
from tests.contract.harbour import harbour as harbour

_DEADLINE = 60.0


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
    _ready(real_workloads, selector, but="")
    real_releases.uninstall(release)
    assert _named(real_workloads, release) == []
    assert list(real_workloads.rollouts(selector)) == []


def test_a_release_that_nobody_waits_for_is_gone_at_once_and_can_be_installed_again(
    real_releases: HelmReleases,
    real_workloads: KubectlWorkloads,
    release: str,
    app_chart: Path,
    app_image: str,
) -> None:
    values = {
        "run": {"image": app_image, "script": "sleep 600", "grace": 10}
    }  # which it takes: deaf to SIGTERM
    selector = f"app.kubernetes.io/instance={release}"
    real_releases.upgrade(release, app_chart, values, description="", labels={})
    [old] = _ready(real_workloads, selector, but="")
    real_releases.uninstall(release, wait=False)
    assert real_releases.get(release) is None
    assert old in [pod.name for pod in real_workloads.pods(selector)], "nobody waited for it"
    real_releases.upgrade(release, app_chart, values, description="", labels={})
    assert _ready(real_workloads, selector, but=old)


def _ready(workloads: KubectlWorkloads, selector: str, *, but: str) -> list[str]:
    """Names of the pods that are ready, when there are any besides that one."""
    deadline = time.monotonic() + _DEADLINE
    while True:
        names = [pod.name for pod in workloads.pods(selector) if pod.ready and pod.name != but]
        if names:
            return names
        assert time.monotonic() < deadline, workloads.pods(selector)
        time.sleep(0.2)


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
