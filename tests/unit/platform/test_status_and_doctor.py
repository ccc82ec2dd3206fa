"""What is told about a platform that is not as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from build_tasks.model.local_platform import CheckResult, NetworkFacts, PartState, PodRun, Verdict
from build_tasks.model.platform import PodNetwork
from build_tasks.steps.platform.doctor import doctor
from build_tasks.steps.platform.environment_lines import env_lines
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.registry import registry_address
from build_tasks.steps.platform.status import status
from build_tasks.steps.platform.up import up
from tests.fakes.clusters import FakeAdmin
from tests.fakes.platform import FakeWorld
from tests.fakes.platform_parts import FakeHost, FakeSupplies, platform_parts

OPEN = (
    "dns open\napi-devtest open\napi-prod closed\n"
    "redis-dev closed\npostgresql-dev closed\nredis-qa closed\npostgresql-qa closed\n"
)


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


@pytest.fixture
def parts(world: FakeWorld) -> PlatformParts:
    made = platform_parts(world)
    up(made)
    return made


def states(parts: PlatformParts) -> dict[tuple[str, str], PartState]:
    return {(part.kind, part.name): part.state for part in status(parts).parts}


def with_pod(parts: PlatformParts, log: str, run: PodRun | None = None) -> PlatformParts:
    """Pods that are run in devtest print that."""

    def admin(cluster: str) -> FakeAdmin:
        made = parts.admin(cluster)
        assert isinstance(made, FakeAdmin)
        others = "dns open\napi-devtest closed\napi-prod open\nredis-prod closed\n"
        return replace(made, run=run or PodRun("Succeeded", log if cluster == "devtest" else others))

    return replace(parts, admin=admin)


def results(parts: PlatformParts) -> Mapping[str, CheckResult]:
    return {result.name: result for result in doctor(parts)}


def test_status_changes_nothing(world: FakeWorld, parts: PlatformParts) -> None:
    world.go_on()
    assert status(parts).complete
    assert world.changes == []


def test_status_without_an_engine_tells_just_that(world: FakeWorld, parts: PlatformParts) -> None:
    world.engine_runs = False
    assert states(parts) == {("engine", parts.engine.host): PartState.STOPPED}


def test_tools_that_are_not_there_are_told_and_not_made(parts: PlatformParts) -> None:
    lacking = replace(parts, supplies=FakeSupplies(missing=("cilium",)))
    assert states(lacking)["tools", "cilium"] is PartState.MISSING
    last = doctor(lacking)[-1]
    assert (last.name, last.verdict, last.found) == ("tools", Verdict.FAILED, "not provided yet: cilium")


def test_where_tools_come_from_is_told(parts: PlatformParts) -> None:
    [tool] = [part for part in status(parts).parts if part.kind == "tool"]
    assert (tool.name, tool.actual) == ("kubectl", "1.36.4 from PATH")


def test_status_of_a_host_where_nothing_was_made() -> None:
    found = states(platform_parts(FakeWorld()))
    assert found["registry", "localhost:5001"] is PartState.MISSING
    assert found["cluster", "local-prod"] is PartState.MISSING
    assert found["environment", "prod (backend)"] is PartState.UNKNOWN


def test_status_tells_stopped_outdated_and_deleted(world: FakeWorld, parts: PlatformParts) -> None:
    node = "local-devtest-control-plane"
    world.containers[node] = replace(world.containers[node], status="exited")
    del world.clusters["local-prod"].objects["Namespace", "", "backend"]
    world.clusters["local-prod"].releases.clear()
    found = states(parts)
    assert found["cluster", "local-devtest"] is PartState.STOPPED
    assert found["environment", "dev (dev)"] is PartState.UNKNOWN
    assert found["environment", "prod (backend)"] is PartState.MISSING
    assert found["data store", "redis-prod"] is PartState.MISSING
    assert found["data store", "postgresql-prod"] is PartState.MISSING
    assert found["data store", "postgresql-dev"] is PartState.UNKNOWN
    outdated = states(replace(parts, supplies=FakeSupplies("node:2")))
    assert outdated["cluster", "local-prod"] is PartState.DIFFERS


@pytest.mark.parametrize(
    ("network", "state", "actual"),
    [
        (NetworkFacts("cilium", True), PartState.OK, "cilium, ready"),
        (NetworkFacts("cilium", False), PartState.STOPPED, "cilium, its agent is not ready"),
        (NetworkFacts("bridge", True), PartState.DIFFERS, "bridge, ready"),
        (None, PartState.MISSING, "-"),
    ],
)
def test_status_tells_what_connects_the_pods(
    world: FakeWorld, parts: PlatformParts, network: NetworkFacts | None, state: PartState, actual: str
) -> None:
    world.clusters["local-devtest"].network = network
    [row] = [p for p in status(parts).parts if (p.kind, p.name) == ("pod network", "devtest")]
    assert (row.state, row.actual) == (state, actual)
    assert row.desired == "cilium: NetworkPolicies are enforced"


def test_doctor_finds_nothing_wrong_with_a_platform_that_works(
    parts: PlatformParts, world: FakeWorld
) -> None:
    world.uploads_allowed = False
    found = results(with_pod(parts, OPEN))
    assert [name for name, result in found.items() if result.verdict is not Verdict.OK] == []
    assert found["devtest: connection into prod"].found == "impossible (tried)"


@pytest.mark.parametrize(
    ("log", "name", "verdict"),
    [
        (OPEN.replace("dns open", "dns closed"), "devtest: DNS in a pod", Verdict.FAILED),
        (OPEN.replace("api-prod closed", "api-prod open"), "devtest: connection into prod", Verdict.FAILED),
        (OPEN.replace("api-devtest open", "api-devtest closed"), "devtest: isolation", Verdict.FAILED),
        (OPEN.replace("redis-qa closed", "redis-qa open"), "devtest: NetworkPolicies", Verdict.FAILED),
        (
            OPEN.replace("postgresql-dev closed", "postgresql-dev open"),
            "devtest: NetworkPolicies",
            Verdict.FAILED,
        ),
        (OPEN.replace("dns open", "dns closed"), "devtest: NetworkPolicies", Verdict.FAILED),
    ],
)
def test_doctor_believes_what_the_pod_tried(
    parts: PlatformParts, log: str, name: str, verdict: Verdict
) -> None:
    result = results(with_pod(parts, log))[name]
    assert result.verdict is verdict
    assert result.fix


@pytest.mark.parametrize(("door", "verdict"), [("open", Verdict.NOTE), ("closed", Verdict.OK)])
def test_doctor_only_notes_that_policies_are_ignored_where_that_was_asked_for(
    parts: PlatformParts, door: str, verdict: Verdict
) -> None:
    bridge = replace(parts, supplies=FakeSupplies(network=PodNetwork.BRIDGE))
    log = OPEN.replace("redis-qa closed", f"redis-qa {door}")
    result = results(with_pod(bridge, log))["devtest: NetworkPolicies"]
    assert (result.verdict, result.fix) == (verdict, "")


def test_doctor_takes_a_store_that_is_down_for_no_proof(world: FakeWorld, parts: PlatformParts) -> None:
    world.clusters["local-devtest"].releases.clear()
    result = results(with_pod(parts, OPEN))["devtest: NetworkPolicies"]
    assert (result.verdict, result.found) == (
        Verdict.FAILED,
        "no data store is ready, so nothing was proven",
    )


def test_doctor_tells_why_a_pod_did_not_start(parts: PlatformParts) -> None:
    waiting = PodRun("Pending", "", "ErrImagePull: connection refused")
    result = results(with_pod(parts, "", waiting))["devtest: image pull"]
    assert (result.verdict, result.found) == (Verdict.FAILED, "ErrImagePull: connection refused")


def test_doctor_says_that_the_registry_protects_nothing(parts: PlatformParts) -> None:
    result = results(parts)["write rights of the registry"]
    assert result.verdict is Verdict.WARNING
    assert "docs/security.md" in result.fix


def test_doctor_names_an_account_that_may_too_much(parts: PlatformParts) -> None:
    class Careless(FakeAdmin):
        def may(self, account: str, verb: str, resource: str, namespace: str) -> bool:
            return True

    def admin(cluster: str) -> FakeAdmin:
        instance = parts.instance
        world = parts.host.world  # type: ignore[attr-defined]
        return Careless(world, instance.cluster_name(cluster), instance.admin_kubeconfig(cluster))

    result = results(replace(parts, admin=admin))["devtest: account of qa"]
    assert result.verdict is Verdict.FAILED
    assert "may get secrets in data" in result.found
    assert "may create pods in dev" in result.found


def test_doctor_names_what_admits_too_much(parts: PlatformParts) -> None:
    class Open(FakeAdmin):
        def refusal(self, namespace: str, manifest: Mapping[str, object]) -> str:
            return ""

    def admin(cluster: str) -> FakeAdmin:
        instance = parts.instance
        world = parts.host.world  # type: ignore[attr-defined]
        return Open(world, instance.cluster_name(cluster), instance.admin_kubeconfig(cluster))

    found = results(replace(parts, admin=admin))
    assert found["prod: root pods in backend"].verdict is Verdict.FAILED
    assert found["prod: images in backend"].verdict is Verdict.FAILED


@pytest.mark.parametrize(("gib", "verdict"), [(50, Verdict.OK), (10, Verdict.WARNING), (2, Verdict.FAILED)])
def test_doctor_measures_the_disk(world: FakeWorld, parts: PlatformParts, gib: int, verdict: Verdict) -> None:
    assert results(replace(parts, host=FakeHost(world, free=gib * 1024**3)))["disk"].verdict is verdict


def test_doctor_stops_at_an_engine_that_does_not_run(world: FakeWorld, parts: PlatformParts) -> None:
    world.engine_runs = False
    last = doctor(parts)[-1]
    assert (last.name, last.verdict, last.fix) == (
        "container engine",
        Verdict.FAILED,
        "run `./inv platform.up`",
    )


def test_doctor_tells_a_foreign_listener_from_a_registry_that_is_down(
    world: FakeWorld, parts: PlatformParts
) -> None:
    name = "build-tasks-local-registry"
    world.containers[name] = replace(world.containers[name], status="exited")
    assert "does not answer" in results(parts)["registry localhost:5001"].found
    world.taken_ports.add(5001)
    assert "something else listens" in results(parts)["registry localhost:5001"].found


def test_env_leads_to_deployer_accounts_only(parts: PlatformParts) -> None:
    lines = list(env_lines(parts, parts.instance.folder / "tools"))
    files = [f"/state/local/{name}.kubeconfig" for name in ("dev", "qa", "prod")]
    assert f"export KUBECONFIG={':'.join(files)}" in lines
    assert "export HELM_DRIVER=configmap" in lines
    assert not [line for line in lines if "admin" in line]
    assert lines[-1] == 'export PATH=/state/local/tools:"$PATH"'


def test_the_registry_has_the_end_of_the_network_to_itself(world: FakeWorld, parts: PlatformParts) -> None:
    network = world.networks["build-tasks-local-devtest"]
    assert registry_address(network) == "172.30.255.250"
