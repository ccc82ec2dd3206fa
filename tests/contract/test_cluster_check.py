"""Only the environment's own cluster will do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from build_tasks.adapters.kubernetes.workloads import KubectlWorkloads
from build_tasks.adapters.programs.process import Processes
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
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
from tests.fakes.runtime import FakeWorkloads


def test_the_right_cluster_answers(real_workloads: KubectlWorkloads) -> None:
    real_workloads.check_cluster()
    FakeWorkloads().check_cluster()


@pytest.fixture
def elsewhere(
    dev: Environment, tmp_path: Path, logged: Processes, tool: Callable[[str], Path]
) -> Callable[..., KubectlWorkloads]:
    """Workloads with a changed copy of dev's kubeconfig."""

    def make(change: Callable[[dict[str, object]], object], context: str = "") -> KubectlWorkloads:
        config = yaml.safe_load(Path(dev.kubeconfig).read_text())
        change(config)
        file = tmp_path / "changed.kubeconfig"
        file.write_text(yaml.safe_dump(config))
        return KubectlWorkloads(
            logged, tool("kubectl"), replace(dev, kubeconfig=str(file), context=context or dev.context)
        )

    return make


def _refusal(workloads: KubectlWorkloads) -> FlowError:
    with pytest.raises(FlowError) as raised:
        workloads.check_cluster()
    return raised.value


def test_another_current_context_is_refused(
    elsewhere: Callable[..., KubectlWorkloads], dev: Environment
) -> None:
    def add(config: dict[str, list[dict[str, object]]]) -> None:
        config["clusters"].append({"name": "far", "cluster": {"server": "https://far.example:6443"}})
        config["contexts"].append({"name": "far", "context": {"cluster": "far", "user": "me"}})
        config.update({"current-context": "far"})  # type: ignore[dict-item]

    error = _refusal(elsewhere(add))
    assert error.code is ExitCode.WRONG_CLUSTER
    assert "far (https://far.example:6443)" in error.why and f"{dev.context} (https://" in error.why


def test_a_context_that_is_not_in_the_file_is_refused(
    elsewhere: Callable[..., KubectlWorkloads], dev: Environment
) -> None:
    error = _refusal(elsewhere(lambda config: None, context="nowhere"))
    assert error.code is ExitCode.WRONG_CLUSTER
    assert dev.context in error.why and "nowhere, which is not in the file" in error.why


def test_a_file_that_is_not_there_is_refused(
    dev: Environment, tmp_path: Path, logged: Processes, tool: Callable[[str], Path]
) -> None:
    gone = replace(dev, kubeconfig=str(tmp_path / "gone"))
    error = _refusal(KubectlWorkloads(logged, tool("kubectl"), gone))
    assert error.code is ExitCode.WRONG_CLUSTER
    assert "gone points to no context" in error.why


def _first(config: dict[str, list[dict[str, dict[str, object]]]], part: str) -> dict[str, object]:
    return config[f"{part}s"][0][part]


def test_a_server_that_is_down_is_unavailable(elsewhere: Callable[..., KubectlWorkloads]) -> None:
    error = _refusal(elsewhere(lambda config: _first(config, "cluster").update(server="https://127.0.0.1:9")))
    assert error.code is ExitCode.UNAVAILABLE
    assert "127.0.0.1:9" in error.why


def test_a_server_that_is_silent_is_unavailable_within_seconds(
    elsewhere: Callable[..., KubectlWorkloads],
) -> None:
    # 192.0.2.0/24 is for documentation (RFC 5737): nothing answers there.
    started = time.monotonic()
    error = _refusal(
        elsewhere(lambda config: _first(config, "cluster").update(server="https://192.0.2.1:6443"))
    )
    assert error.code is ExitCode.UNAVAILABLE
    assert time.monotonic() - started < 15


def test_another_clusters_certificate_is_refused(
    elsewhere: Callable[..., KubectlWorkloads], dev: Environment
) -> None:
    other = Path(dev.kubeconfig).with_name("prod.kubeconfig")
    authority = yaml.safe_load(other.read_text())["clusters"][0]["cluster"]["certificate-authority-data"]
    change = {"certificate-authority-data": authority}
    error = _refusal(elsewhere(lambda config: _first(config, "cluster").update(change)))
    assert error.code is ExitCode.WRONG_CLUSTER
    assert "another cluster" in error.why


def test_an_account_that_expired_is_unavailable(elsewhere: Callable[..., KubectlWorkloads]) -> None:
    error = _refusal(elsewhere(lambda config: _first(config, "user").update(token="expired")))
    assert error.code is ExitCode.UNAVAILABLE
    assert "logged in" in error.why
