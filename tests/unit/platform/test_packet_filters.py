"""Where clusters keep the packet filters that were compiled for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from build_tasks.model.platform import PodNetwork
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.up import up
from tests.fakes.platform import FakeWorld
from tests.fakes.platform_parts import FakeSupplies, platform_parts


def _mounts(world: FakeWorld, cluster: str) -> list[dict[str, Any]]:
    nodes = yaml.safe_load(world.clusters[cluster].config).get("nodes", [])
    return [mount for node in nodes for mount in node.get("extraMounts", [])]


def _with(network: PodNetwork) -> tuple[FakeWorld, PlatformParts]:
    world = FakeWorld()
    return world, replace(platform_parts(world), supplies=FakeSupplies(network=network))


def test_production_s_are_not_where_others_are_written() -> None:
    world, parts = _with(PodNetwork.CILIUM)
    up(parts)
    places = {name: [mount["hostPath"] for mount in _mounts(world, name)] for name in world.clusters}
    assert places == {
        "local-devtest": [str(parts.cache / "packet-filters/devtest")],
        "local-prod": [str(parts.cache / "packet-filters/prod")],
    }


def test_the_folder_is_there_before_the_engine_would_make_it_root_s() -> None:
    world, parts = _with(PodNetwork.CILIUM)
    up(parts)
    assert world.changes.index("write README") < world.changes.index("kubeadm in local-devtest-control-plane")
    assert {path.parent for path in world.files if path.name == "README"} == {
        Path("/cache/packet-filters/devtest"),
        Path("/cache/packet-filters/prod"),
    }


@pytest.mark.parametrize("network", [PodNetwork.BRIDGE, PodNetwork.KINDNET])
def test_what_compiles_nothing_gets_no_folder(network: PodNetwork) -> None:
    world, parts = _with(network)
    up(parts)
    assert [_mounts(world, name) for name in world.clusters] == [[], []]
    assert not any("packet-filters" in str(path) for path in world.files)
