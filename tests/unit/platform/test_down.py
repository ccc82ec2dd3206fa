"""`platform.down` removes what `platform.up` made, and nothing else."""

from __future__ import annotations

import pytest

from build_tasks.model.local_platform import ContainerState, NetworkState
from build_tasks.steps.platform.down import down
from build_tasks.steps.platform.up import up
from tests.fakes.platform import Ended, FakeWorld
from tests.fakes.platform_parts import platform_parts


def changes_of_down() -> int:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    world.go_on()
    down(parts)
    return len(world.changes)


CHANGES = changes_of_down()


def nothing_left(world: FakeWorld) -> bool:
    """The cache stays: it is every instance's."""
    files = [file for file in world.files if not file.is_relative_to("/cache")]
    return not any((world.containers, world.networks, world.volumes, world.clusters, files))


def test_nothing_is_left_and_the_engine_ends() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    down(parts)
    assert nothing_left(world)
    assert not world.engine_runs


@pytest.mark.parametrize("effective", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(CHANGES))
def test_ended_anywhere_and_run_again(number: int, effective: bool) -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    world.changes.clear()
    world.end_at, world.effective = number, effective
    with pytest.raises(Ended):
        down(parts)
    world.go_on()
    down(parts)
    assert nothing_left(world)
    assert not world.engine_runs


def test_a_second_time_there_is_nothing_to_do() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    down(parts)
    down(parts)
    assert nothing_left(world)
    assert not world.engine_runs


def test_what_others_made_stays_and_so_does_the_engine() -> None:
    stranger = ContainerState("stranger", "running", "image", {}, {})
    foreign = NetworkState("foreign", "10.0.0.0/24", {})
    world = FakeWorld(containers={"stranger": stranger}, networks={"foreign": foreign})
    world.volumes["theirs"] = {}
    parts = platform_parts(world)
    up(parts)
    down(parts)
    assert world.containers == {"stranger": stranger}
    assert world.networks == {"foreign": foreign}
    assert world.volumes == {"theirs": {}}
    assert world.engine_runs


def test_the_other_instance_stays() -> None:
    world = FakeWorld()
    one, other = platform_parts(world), platform_parts(world, "other")
    up(one)
    up(other)
    down(one)
    assert set(world.clusters) == {"other-devtest", "other-prod"}
    assert world.engine_runs
    down(other)
    assert nothing_left(world)
    assert not world.engine_runs


def test_an_engine_that_was_switched_off_is_started_to_remove_what_is_on_it() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    world.crash()
    down(parts)
    assert nothing_left(world)


def test_down_before_any_up_does_nothing() -> None:
    world = FakeWorld(engine_runs=False, engine_used=False)
    down(platform_parts(world))
    assert world.changes == []


def test_clusters_that_kubeadm_never_finished_go_too() -> None:
    world = FakeWorld()
    node = "local-prod-control-plane"
    world.containers[node] = ContainerState(node, "created", "node:1", {}, {})
    world.kind_nodes[node] = "local-prod"
    down(platform_parts(world))
    assert nothing_left(world)
