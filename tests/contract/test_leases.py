"""kubectl's Leases and the fake's agree on who has one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from build_tasks.adapters.kubernetes.leases import KubectlLeases
from build_tasks.adapters.programs.process import Processes
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.leases import Holder, Lease
from build_tasks.ports.leases import Leases
from build_tasks.steps.delivery.holds import Hold
from build_tasks.wiring.flow import SystemClock
from tests.contract.fixtures_cluster import dev as dev
from tests.contract.fixtures_runtime import logged as logged
from tests.contract.yard import until
from tests.fakes.leases import FakeLeases

ANN = Holder("ann@laptop/1-a", "./inv delivery.promote --version 1.0.2 --reason 'it''s \"time\"'", "boot/1")
BEN = Holder("ben@desk/2-b", "./inv delivery.switch")


class Tool(Protocol):
    def __call__(self, name: str) -> Path: ...


@pytest.fixture
def name() -> str:
    """Of a Lease no other test uses."""
    return f"contract-{uuid4().hex[:10]}"


@pytest.fixture
def real(logged: Processes, tool: Tool, dev: Environment, name: str) -> Iterator[KubectlLeases]:
    leases = KubectlLeases(logged, tool("kubectl"), dev)
    yield leases
    left = leases.read(name)
    if left is not None:
        leases.give_up(left)


@pytest.fixture(params=["kubectl", "fake"])
def leases(request: pytest.FixtureRequest) -> Leases:
    if request.param == "fake":
        return FakeLeases()
    real: KubectlLeases = request.getfixturevalue("real")
    return real


def taken(leases: Leases, name: str, holder: Holder = ANN) -> Lease:
    lease = leases.take(name, holder, 15)
    assert lease is not None
    return lease


def test_one_that_nobody_has(leases: Leases, name: str) -> None:
    assert leases.read(name) is None
    lease = taken(leases, name)
    assert (lease.name, lease.holder, lease.command, lease.seconds) == (name, *_said(ANN), 15)
    there = leases.read(name)
    assert there is not None and there.edition == lease.edition and _said(there) == _said(lease)
    assert there.since is not None and there.since.tzinfo is not None


def test_one_that_somebody_has(leases: Leases, name: str) -> None:
    lease = taken(leases, name)
    assert leases.take(name, BEN, 15) is None
    there = leases.read(name)
    assert there is not None and (there.holder, there.process) == (ANN.name, ANN.process)
    assert there.edition == lease.edition


def test_a_renewal_is_seen_and_who_does_not_know_of_it_changes_nothing(leases: Leases, name: str) -> None:
    lease = taken(leases, name)
    renewed = leases.renew(lease)
    assert renewed is not None and renewed.edition != lease.edition
    assert replace(renewed, edition="") == replace(lease, edition="")
    assert leases.renew(lease) is None
    assert leases.take(name, BEN, 15, instead_of=lease) is None
    leases.give_up(lease)
    there = leases.read(name)
    assert there is not None and (there.holder, there.edition) == (ANN.name, renewed.edition)


def test_it_is_taken_over_by_who_saw_it_last(leases: Leases, name: str) -> None:
    lease = taken(leases, name)
    over = leases.take(name, BEN, 15, instead_of=lease)
    assert over is not None and _said(over) == _said(BEN)
    assert leases.renew(lease) is None, "its former holder finds out"
    leases.give_up(lease)
    assert leases.read(name) is not None, "and does not take it from its new one"


def test_it_is_given_up(leases: Leases, name: str) -> None:
    lease = taken(leases, name)
    leases.give_up(lease)
    leases.give_up(lease)
    assert leases.read(name) is None
    assert leases.renew(lease) is None
    assert leases.take(name, BEN, 15, instead_of=lease) is None
    assert leases.take(name, BEN, 15) is not None


def test_of_many_at_once_one_gets_it(leases: Leases, name: str) -> None:
    holders = [Holder(f"agent/{number}", "./inv ci.deliver") for number in range(6)]
    with ThreadPoolExecutor(len(holders)) as pool:
        first = [lease for lease in pool.map(lambda h: leases.take(name, h, 15), holders) if lease]
        assert len(first) == 1
        over = pool.map(lambda h: leases.take(name, h, 15, instead_of=first[0]), holders)
        assert len([lease for lease in over if lease]) == 1


def test_one_that_is_there_without_a_holder(real: KubectlLeases, name: str) -> None:
    """As client-go leaves them behind."""
    lease = taken(real, name, Holder("", ""))
    there = real.read(name)
    assert there is not None and there.holder == ""
    assert real.take(name, ANN, 15, instead_of=lease) is not None


def test_a_clock_that_is_an_hour_off_changes_nothing(real: KubectlLeases, name: str) -> None:
    lease = taken(real, name)
    late = replace(lease, since=datetime.now(UTC) - timedelta(hours=1))
    renewed = real.renew(late)
    assert renewed is not None
    assert real.take(name, BEN, 15) is None


def test_an_account_that_may_not(real: KubectlLeases, name: str, dev: Environment) -> None:
    elsewhere = KubectlLeases(real.processes, real.kubectl, replace(dev, namespace="kube-system"))
    with pytest.raises(FlowError, match="may not") as raised:
        elsewhere.take(name, ANN, 15)
    assert "leases of coordination.k8s.io" in raised.value.fix


def test_a_cluster_that_does_not_answer(
    real: KubectlLeases, name: str, dev: Environment, tmp_path: Path
) -> None:
    file = tmp_path / "nowhere.kubeconfig"
    config = {
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}],
        "users": [{"name": "c", "user": {"token": "t"}}],
    }
    file.write_text(json.dumps(config))
    nowhere = KubectlLeases(real.processes, real.kubectl, replace(dev, kubeconfig=str(file), context="c"))
    with pytest.raises(FlowError) as raised:
        nowhere.read(name)
    assert raised.value.code is ExitCode.UNAVAILABLE


def test_it_is_renewed_as_long_as_it_is_held(real: KubectlLeases, name: str) -> None:
    lease = taken(real, name)
    hold = Hold(real, lease, SystemClock(), "change something")
    hold.begin()
    try:
        there = until(lambda: real.read(name), lambda seen: seen is None or seen.edition != lease.edition)
        assert there is not None and there.holder == ANN.name
        hold.check()
    finally:
        hold.end()
    assert real.read(name) is None


def _said(one: Holder | Lease) -> tuple[str, str]:
    return (one.name, one.command) if isinstance(one, Holder) else (one.holder, one.command)
