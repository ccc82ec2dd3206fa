"""`platform.up` on a fake host: everything once, nothing twice, and back again from wherever it was ended."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from build_tasks.errors import FlowError
from build_tasks.model.images import Digest, Ref
from build_tasks.model.local_platform import ContainerState
from build_tasks.steps.platform.cluster_plan import MARKER
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.status import status
from build_tasks.steps.platform.up import up
from tests.fakes.platform import Ended, FakeWorld
from tests.fakes.platform_parts import FakeSupplies, platform_parts
from tests.fakes.reporter import FakeReporter


def changes_of_a_first_run() -> int:
    world = FakeWorld(engine_runs=False)
    up(platform_parts(world))
    return len(world.changes)


CHANGES = changes_of_a_first_run()


def steps_of(parts: PlatformParts) -> list[str]:
    """Titles of what a run does."""
    reporter = FakeReporter()
    up(replace(parts, reporter=reporter))
    return reporter.done


def test_a_first_run_makes_everything() -> None:
    world = FakeWorld(engine_runs=False)
    parts = platform_parts(world)
    up(parts)
    assert status(parts).complete
    assert world.engine_runs
    assert set(world.clusters) == {"local-devtest", "local-prod"}
    assert set(world.networks) == {"build-tasks-local-devtest", "build-tasks-local-prod"}
    assert set(world.containers["build-tasks-local-registry"].networks) == set(world.networks)


def test_images_are_made_before_the_clusters_part_ways() -> None:
    """Two clusters that lack the node image would make it twice at the same time."""
    parts = platform_parts(FakeWorld(engine_runs=False))
    up(parts)
    assert isinstance(parts.supplies, FakeSupplies)
    assert parts.supplies.made[0] == threading.current_thread().name


def test_the_stores_images_are_pushed_while_clusters_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    parts, making, pushing = platform_parts(FakeWorld()), threading.Event(), threading.Event()
    create, push = parts.clusters.create, parts.images.push

    def meeting_create(cluster: str, **how: Any) -> None:
        making.set()
        assert pushing.wait(30)
        create(cluster, **how)

    def meeting_push(image: str, ref: Ref) -> Digest:
        pushing.set()
        assert making.wait(30)
        return push(image, ref)

    monkeypatch.setattr(parts.clusters, "create", meeting_create)
    monkeypatch.setattr(parts.images, "push", meeting_push)
    up(parts)
    assert status(parts).complete


def test_a_push_that_fails_lets_the_clusters_be_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    world = FakeWorld()
    parts = platform_parts(world)

    def refuse(_image: str, ref: Ref) -> Digest:
        raise FlowError(f"push {ref}", "the registry is full")

    with monkeypatch.context() as broken, pytest.raises(FlowError, match="the registry is full"):
        broken.setattr(parts.images, "push", refuse)
        up(parts)
    assert set(world.clusters) == {"local-devtest", "local-prod"}
    up(parts)
    assert status(parts).complete


def test_a_second_run_changes_nothing() -> None:
    world = FakeWorld(engine_runs=False)
    parts = platform_parts(world)
    up(parts)
    world.go_on()
    assert steps_of(parts) == []
    assert world.changes == []


@pytest.mark.parametrize("effective", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(CHANGES))
def test_a_run_that_is_ended_anywhere_is_finished_by_the_next(number: int, effective: bool) -> None:
    world = FakeWorld(engine_runs=False, end_at=number, effective=effective)
    parts = platform_parts(world)
    with pytest.raises(Ended):
        up(parts)
    world.go_on()
    up(parts)
    assert status(parts).complete
    world.go_on()
    assert steps_of(parts) == []


@pytest.mark.parametrize("number", range(CHANGES))
def test_the_machine_is_switched_off_in_the_middle(number: int) -> None:
    world = FakeWorld(engine_runs=False, end_at=number, effective=True)
    parts = platform_parts(world)
    with pytest.raises(Ended):
        up(parts)
    world.crash()
    world.go_on()
    up(parts)
    assert status(parts).complete


def test_passwords_are_made_once() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    before = {name: dict(cluster.secrets) for name, cluster in world.clusters.items()}
    for cluster in world.clusters.values():
        cluster.releases.clear()
    assert "install data store redis-qa" in steps_of(parts)
    assert {name: dict(cluster.secrets) for name, cluster in world.clusters.items()} == before


def test_each_environment_gets_passwords_and_addresses_of_its_own() -> None:
    world = FakeWorld()
    up(platform_parts(world))
    devtest, prod = world.clusters["local-devtest"].secrets, world.clusters["local-prod"].secrets
    passwords = [
        secrets["data", f"{kind}-{name}-credentials"]["password"]
        for kind in ("redis", "postgresql")
        for name, secrets in (("dev", devtest), ("qa", devtest), ("prod", prod))
    ]
    assert len(set(passwords)) == 6
    assert min(len(password) for password in passwords) >= 32
    assert prod["backend", "redis"] == {"url": f"redis://:{passwords[2]}@redis-prod.data.svc:6379/0"}
    assert devtest["qa", "redis"] == {"url": f"redis://:{passwords[1]}@redis-qa.data.svc:6379/0"}
    address = f"application:{passwords[4]}@postgresql-qa.data.svc:5432/application"
    assert devtest["qa", "postgresql"] == {"url": f"postgresql://{address}"}


def test_an_instance_that_had_redis_alone_keeps_its_password() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    there = world.clusters["local-devtest"]
    before = {"password": "known", "auth.conf": "requirepass known\n"}
    there.secrets = {("data", "redis-dev-credentials"): before}
    there.annotations["namespace", "data"]["build-tasks/redis-dev"] = "of an earlier chart"
    for key in [key for key in there.annotations["namespace", "data"] if "postgresql" in key]:
        del there.annotations["namespace", "data"][key]
    assert "install data store postgresql-dev" in steps_of(parts)
    assert there.secrets["data", "redis-dev-credentials"] == before
    assert there.secrets["dev", "redis"] == {"url": "redis://:known@redis-dev.data.svc:6379/0"}


@pytest.mark.parametrize(("kind", "tag"), [("redis", "8-1"), ("postgresql", "17-1")])
def test_production_runs_its_stores_from_prod_by_digest(kind: str, tag: str) -> None:
    world = FakeWorld()
    up(platform_parts(world))
    image = str(world.clusters["local-prod"].releases[f"{kind}-prod"]["image"])
    assert image.startswith(f"localhost:5001/prod/infra/{kind}:{tag}@sha256:")
    candidate = str(world.clusters["local-devtest"].releases[f"{kind}-qa"]["image"])
    assert candidate.startswith(f"localhost:5001/infra/{kind}:{tag}@sha256:")
    assert image.partition("@")[2] == candidate.partition("@")[2]


def test_another_node_image_is_not_taken_without_being_asked_for() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    world.go_on()
    newer = replace(parts, supplies=FakeSupplies(node="node:2"))
    with pytest.raises(FlowError, match="devtest, prod") as refused:
        up(newer)
    assert "--recreate" in refused.value.fix
    assert refused.value.details == tuple(f"{c}: node image node:1 -> node:2" for c in ("devtest", "prod"))
    assert world.changes == []
    up(newer, recreate=True)
    assert status(newer).complete
    assert {world.containers[f"local-{name}-control-plane"].image for name in ("devtest", "prod")} == {
        "node:2"
    }


def test_what_changed_is_told_for_each_cluster() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    world.files_inside["local-prod-control-plane", MARKER] = "not ours"
    with pytest.raises(FlowError) as refused:
        up(replace(parts, kind_config="kind: Cluster\n"))
    assert refused.value.details == (
        "devtest: kind-config.yaml changed",
        "prod: it does not say what it was made from",
    )


def test_recreate_leaves_clusters_that_are_as_desired() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    made = world.created
    up(parts, recreate=True)
    assert world.created == made


def test_a_node_that_does_not_start_again_is_made_anew_only_when_asked_for() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    world.crash()
    del world.clusters["local-prod"]  # what was in it is broken
    with pytest.raises(FlowError):
        up(parts)
    up(parts, recreate=True)
    assert status(parts).complete


def test_another_registry_image_keeps_the_data() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    name = "build-tasks-local-registry"
    old = world.containers[name]
    world.containers[name] = replace(old, labels={**old.labels, "build-tasks.spec": "another"})
    world.go_on()
    assert "make the registry" in steps_of(parts)
    assert not [change for change in world.changes if "volume" in change]


def test_a_namespace_that_somebody_deleted_comes_back_with_its_account() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    objects = world.clusters["local-devtest"].objects
    for key in [key for key in objects if "qa" in (key[1], key[2])]:
        del objects[key]
    del world.clusters["local-devtest"].annotations["namespace", "qa"]
    steps = steps_of(parts)
    assert "namespace qa in devtest" in steps
    assert "make the account of qa" in steps
    assert "namespace dev in devtest" not in steps


def test_a_port_in_use_is_named() -> None:
    world = FakeWorld(taken_ports={5001})
    with pytest.raises(FlowError, match="port 5001 of this machine is in use"):
        up(platform_parts(world))


def test_a_foreign_container_is_left_alone() -> None:
    stranger = ContainerState("stranger", "running", "image", {}, {})
    world = FakeWorld(containers={"stranger": stranger})
    up(platform_parts(world))
    assert world.containers["stranger"] == stranger


def test_two_instances_live_side_by_side() -> None:
    world = FakeWorld()
    one, other = platform_parts(world), platform_parts(world, "other")
    up(one)
    up(other)
    assert status(one).complete
    assert status(other).complete
    assert len(world.clusters) == 4


def test_a_cluster_is_finished_only_with_its_marker() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    made = world.created
    del world.files_inside["local-devtest-control-plane", MARKER]
    assert "create cluster local-devtest" in steps_of(parts)
    assert world.created == made + 1
