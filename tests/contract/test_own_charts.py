"""The charts of the sample application, as Helm renders them for every environment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from build_tasks.adapters.helm.charts import HelmCharts
from build_tasks.adapters.helm.program import HelmProgram
from build_tasks.planning.charts.conventions import violations
from build_tasks.planning.charts.documents import documents, within
from build_tasks.steps.artifacts.package import overlay
from tests.contract.fixtures_runtime import helm as helm
from tests.contract.fixtures_runtime import logged as logged

ROOT = Path(__file__).parents[2]
SERVICES = ("delivery", "dronescheduler", "ingestion", "package", "workflow")
ENVIRONMENTS = ("dev", "qa", "staging", "prod")
IMAGE = {"registry": "localhost:5001", "repository": "x", "tag": "v1.0.2", "digest": "sha256:" + "a" * 64}
_TESTS = frozenset({"component=end-to-end-test", "name=traffic-probe component=probe"})
_CALLED = _TESTS | {"name=workflow", "name=workflow-smoke component=smoke-test"}
#: Who may ask a service, by the labels of their pods; its own smoke test comes on top.
CALLERS = {
    "delivery": _CALLED,
    "dronescheduler": _CALLED,
    "ingestion": _TESTS,
    "package": _CALLED,
    "workflow": frozenset[str](),
}
#: Whom a service may ask, beside the name server.
ASKS = {
    "delivery": {"redis:6379"},
    "dronescheduler": {"redis:6379"},
    "ingestion": {"redis:6379"},
    "package": {"postgresql:5432"},
    "workflow": {"redis:6379", "delivery:8080", "package:8080", "dronescheduler:8080"},
}
_LABEL = "app.kubernetes.io/"


@pytest.fixture
def charts(helm: HelmProgram) -> HelmCharts:
    return HelmCharts(helm)


def package(charts: HelmCharts, service: str, folder: Path) -> Path:
    return charts.package(ROOT / "services" / service / "chart", version="1.0.2", folder=folder, root=ROOT)


def render(
    charts: HelmCharts, service: str, folder: Path, environment: str, **changes: object
) -> list[dict[str, Any]]:
    """What the chart makes for an environment, once Helm and the conventions have nothing to say about it."""
    archive, release = package(charts, service, folder), f"{service}-v1-0-2"
    values = {**overlay(archive, environment), "reason": "a change", "image": IMAGE, **changes}
    charts.lint(archive, values)
    made = documents(
        charts.template(archive, release=release, namespace="x", values=values, kube_version="1.37.2")
    )
    assert [str(violation) for violation in violations(made, release, worker=service == "workflow")] == []
    return [dict(within(document.content)) for document in made]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("service", SERVICES)
def test_every_chart_keeps_every_convention(
    charts: HelmCharts, tmp_path: Path, service: str, environment: str
) -> None:
    made = render(charts, service, tmp_path, environment)
    assert any(one["kind"] == "Service" for one in made) == (service != "workflow")


@pytest.mark.parametrize("service", SERVICES)
def test_the_same_commit_makes_the_same_archive(charts: HelmCharts, tmp_path: Path, service: str) -> None:
    digests = {
        hashlib.sha256(package(charts, service, tmp_path / folder).read_bytes()).hexdigest()
        for folder in "ab"
    }
    assert len(digests) == 1


def peers(policy: Mapping[str, Any], direction: str, end: str) -> list[Mapping[str, Any]]:
    """Each peer of a policy with the ports it may be met at."""
    rules = policy["spec"].get(direction, [])
    return [{**peer, "ports": rule["ports"]} for rule in rules for peer in rule[end]]


def described(peer: Mapping[str, Any]) -> str:
    labels = peer["podSelector"]["matchLabels"]
    assert f"{_LABEL}instance" not in labels, "any version of a caller may call"
    return " ".join(
        f"{key}={labels[_LABEL + key]}" for key in ("name", "component") if _LABEL + key in labels
    )


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_opens_what_it_needs_and_no_more(
    charts: HelmCharts, tmp_path: Path, service: str
) -> None:
    made = render(charts, service, tmp_path, "prod")
    [policy] = [
        one
        for one in made
        if one["kind"] == "NetworkPolicy" and one["metadata"]["name"] == f"{service}-v1-0-2"
    ]
    own = set() if service == "workflow" else {f"name={service}-smoke component=smoke-test"}
    assert {described(peer) for peer in peers(policy, "ingress", "from")} == CALLERS[service] | own
    out = peers(policy, "egress", "to")
    dns, *others = out
    assert dns["podSelector"]["matchLabels"] == {"k8s-app": "kube-dns"}
    asked = {f"{described(peer).removeprefix('name=')}:{peer['ports'][0]['port']}" for peer in others}
    assert asked == ASKS[service]
    stores = [peer for peer in others if peer["ports"][0]["port"] != 8080]
    data = {"matchLabels": {"kubernetes.io/metadata.name": "data"}}
    assert all(peer["namespaceSelector"] == data for peer in stores)


def test_the_migration_runs_before_the_pods_and_reaches_the_database(
    charts: HelmCharts, tmp_path: Path
) -> None:
    made = render(charts, "package", tmp_path, "qa")
    hooks = [one for one in made if one["metadata"]["name"] == "package-v1-0-2-migration"]
    by_weight = sorted(hooks, key=lambda one: int(one["metadata"]["annotations"]["helm.sh/hook-weight"]))
    assert [one["kind"] for one in by_weight] == ["NetworkPolicy", "Job"]
    policy, job = by_weight
    pod = job["spec"]["template"]
    selected = policy["spec"]["podSelector"]["matchLabels"]
    assert selected.items() <= pod["metadata"]["labels"].items()
    assert pod["spec"]["serviceAccountName"] == "default"
    assert "postgresql" in json.dumps(policy["spec"]["egress"])


@pytest.mark.parametrize(("live", "pods"), [(False, 0), (True, 2)])
def test_a_worker_has_pods_while_its_version_is_live(
    charts: HelmCharts, tmp_path: Path, live: bool, pods: int
) -> None:
    made = render(charts, "workflow", tmp_path, "prod", live=live)
    [deployment] = [one for one in made if one["kind"] == "Deployment"]
    assert deployment["spec"]["replicas"] == pods
    assert deployment["metadata"]["annotations"]["build-tasks/replicas"] == "2"


def limits(manifest: Mapping[str, Any]) -> tuple[int, int, int]:
    """Pods, cpu (m) and memory (Mi) of an object, of two versions side by side while one is rolled out."""
    pod = manifest["spec"] if manifest["kind"] == "Pod" else within(manifest, "spec", "template", "spec")
    count = 2 * manifest["spec"]["replicas"] + 1 if manifest["kind"] == "Deployment" else 1
    most = [container["resources"]["limits"] for container in pod.get("containers", [])]
    cpu = sum(int(limit["cpu"].removesuffix("m")) for limit in most)
    memory = sum(int(limit["memory"].removesuffix("Mi")) for limit in most)
    return (count if most else 0, count * cpu, count * memory)


def test_two_versions_of_every_service_fit_the_namespace(charts: HelmCharts, tmp_path: Path) -> None:
    """With the tests and a pod more of each while it is rolled out (recipes/cluster/environment.yaml)."""
    live = {"workflow": {"live": True}}
    made = [
        one
        for service in SERVICES
        for one in render(charts, service, tmp_path, "prod", **live.get(service, {}))
    ]
    pods, cpu, memory = (sum(column) for column in zip(*map(limits, made), strict=True))
    assert pods <= 40 and cpu <= 16_000 and memory <= 8 * 1024, (pods, cpu, memory)
