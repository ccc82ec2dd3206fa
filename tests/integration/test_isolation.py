"""Who reaches whom, tried on the clusters: environments, services, data stores, production.

Every rule is tried both ways. What the policies close is open without them, in a copy of the situation: a
probe that cannot connect at all would prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from uuid import uuid4

import pytest

from build_tasks.model.local_platform import EnvironmentNeed
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.recipe_texts import environment_manifests
from tests.integration.accounts import Account
from tests.integration.probes import (
    CLOSED,
    OPEN,
    Probe,
    Targets,
    differing,
    outcomes,
    pod_address,
    start,
    take_away,
)
from tests.integration.service_probes import service_probe

#: Environments that share the cluster devtest; each is a namespace of that name.
NEIGHBOURS = ("dev", "qa", "staging")
SERVICES = ("ingestion", "workflow", "delivery", "package", "dronescheduler")
#: Who asks whom. Between two services that are not here nothing passes.
CALLS = {("workflow", "delivery"), ("workflow", "package"), ("workflow", "dronescheduler")}
#: The one data store that each service asks.
STORES = {
    "ingestion": "redis",
    "workflow": "redis",
    "delivery": "redis",
    "dronescheduler": "redis",
    "package": "postgresql",
}
PORTS = {"redis": 6379, "postgresql": 5432}

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def devtest(platform: None) -> Iterator[Account]:
    """Its administrator; what was tried with is taken away."""
    admin = Account.admin("devtest")
    yield admin
    take_away(admin, (*NEIGHBOURS, "default"))


@pytest.fixture
def prod(platform: None) -> Iterator[Account]:
    admin = Account.admin("prod")
    yield admin
    take_away(admin, ["default"])


@pytest.fixture
def copies(devtest: Account) -> Iterator[tuple[str, str]]:
    """Two environments like dev and qa, with their rules, that nobody needs."""
    names = tuple(f"trial-{uuid4().hex[:8]}" for _ in range(2))
    for name in names:
        text = environment_manifests(FOLDER, EnvironmentNeed(name, "devtest", name, production=False))
        devtest.must("apply", "--server-side", "--filename=-", stdin=text)
    yield names[0], names[1]
    devtest.kubectl("delete", "namespace", *names, "--wait=false", "--ignore-not-found")


def pairs(probes: list[Probe]) -> tuple[dict[Probe, Targets], dict[tuple[str, str], tuple[Probe, Probe]]]:
    """Everybody tries everybody else, by pod and by Service; and which two each connection is between."""
    questions: dict[Probe, dict[str, tuple[str, int]]] = {probe: {} for probe in probes}
    between = {}
    targets = {probe: probe.targets() for probe in probes}
    for one, other in permutations(probes, 2):
        questions[one] |= targets[other]
        for name in targets[other]:
            between[f"{one.name}.{one.namespace}", name] = (one, other)
    return dict(questions), between


def test_environments_are_closed_to_each_other(devtest: Account) -> None:
    probes = [Probe(devtest, environment, "trial") for environment in NEIGHBOURS]
    start(probes)
    questions, between = pairs(probes)
    assert len(between) == 12, "each of the six ordered pairs, both ways to get there"
    assert differing(questions, dict.fromkeys(between, CLOSED)) == {}


def test_services_reach_whom_they_call_and_the_policies_are_why(
    devtest: Account, copies: tuple[str, str], tmp_path: Path
) -> None:
    one, other = copies
    services = {name: service_probe(devtest, one, name, tmp_path) for name in SERVICES}
    stranger = service_probe(devtest, other, "workflow", tmp_path)
    probes = [*services.values(), stranger]
    start(probes)
    questions, between = pairs(probes)
    allowed = {(services[caller], services[called]) for caller, called in CALLS}
    expected = {pair: OPEN if who in allowed else CLOSED for pair, who in between.items()}
    assert differing(questions, expected) == {}
    for namespace in copies:
        devtest.must("delete", "networkpolicies", "--all", f"--namespace={namespace}")
    assert differing(questions, dict.fromkeys(between, OPEN)) == {}


def test_each_service_reaches_its_own_store_and_no_other(devtest: Account, tmp_path: Path) -> None:
    """In dev, whose stores are the real ones; that each store answers is seen by those who may."""
    services = {name: service_probe(devtest, "dev", name, tmp_path) for name in SERVICES}
    start(list(services.values()))
    targets: dict[str, tuple[str, int]] = {}
    expected: dict[tuple[str, str], str] = {}
    for store, port in PORTS.items():
        for environment in NEIGHBOURS:
            name = f"{store}-{environment}"
            targets[f"{name}/pod"] = (pod_address(devtest, "data", f"{name}-0"), port)
            targets[f"{name}/service"] = (f"{name}.data.svc.cluster.local", port)
            for service, probe in services.items():
                own = OPEN if environment == "dev" and STORES[service] == store else CLOSED
                expected |= {(f"{probe.name}.dev", f"{name}/{way}"): own for way in ("pod", "service")}
    assert differing(dict.fromkeys(services.values(), targets), expected) == {}


def test_devtest_reaches_nothing_of_prod(devtest: Account, prod: Account) -> None:
    """From a pod that no policy holds: the networks are apart. From inside prod the same door opens."""
    address = "{.items[0].status.addresses[?(@.type=='InternalIP')].address}"
    node = prod.must("get", "nodes", f"--output=jsonpath={address}")
    targets = {"node/api": (node, 6443)}
    for store, port in PORTS.items():
        targets[f"{store}/service"] = (f"{store}-prod.data.svc.cluster.local", port)
        targets[f"{store}/pod"] = (pod_address(prod, "data", f"{store}-prod-0"), port)
        targets[f"{store}/node"] = (node, port)
    outside, inside = Probe(devtest, "default", "trial"), Probe(prod, "default", "trial")
    start([outside])
    start([inside])
    assert inside.connect({"node/api": (node, 6443)}) == {"node/api": OPEN}
    found = outcomes({outside: targets})
    assert [pair for pair, came in found.items() if came == OPEN] == []
    assert found["trial.default", "node/api"] == CLOSED


@pytest.mark.parametrize("environment", [*NEIGHBOURS, "prod"])
def test_accounts_read_nobody_s_secrets(platform: None, environment: str) -> None:
    account = Account.deployer(environment)
    for namespace in (*NEIGHBOURS, "backend", "data", "kube-system"):
        for what in ("secrets", "secret/redis", "secret/postgresql"):
            done = account.kubectl("get", what, f"--namespace={namespace}")
            assert done.returncode != 0, (namespace, what)
            assert "forbidden" in done.stderr.lower(), done.stderr
