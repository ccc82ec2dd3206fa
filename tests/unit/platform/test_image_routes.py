"""Which images it becomes is known only when they are there: what was foreseen must not be written down."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from build_tasks.model.platform import NodeImage, PlatformImages, PodNetwork
from build_tasks.steps.platform.cluster_plan import MARKER
from build_tasks.steps.platform.kind_config import config_for_node
from build_tasks.steps.platform.status import status
from build_tasks.steps.platform.up import up
from tests.fakes.platform import FakeWorld
from tests.fakes.platform_parts import KIND_CONFIG, FakeSupplies, platform_parts

_FILTERS = Path("/cache/packet-filters/devtest")
_PULLED = NodeImage("build-tasks/upstream/kindest/node:1", "v1.37.0", "", "", PodNetwork.KINDNET)


@dataclass
class UnreachedSupplies(FakeSupplies):
    """Publishers' images are accepted, and then their registry does not answer: ours are made instead."""

    def image_names(self) -> PlatformImages:
        ours = super().image_names()
        if self.made:
            return ours
        stores = {kind: f"build-tasks/upstream/{kind}:foreseen" for kind in ours.stores}
        return PlatformImages(_PULLED, "build-tasks/upstream/registry:3", stores)

    def images(self) -> PlatformImages:
        self.made.append("x")
        return self.image_names()


def test_what_is_made_is_what_is_there_and_not_what_was_foreseen() -> None:
    world = FakeWorld()
    parts = replace(platform_parts(world), supplies=UnreachedSupplies())
    up(parts)
    assert world.containers["build-tasks-local-registry"].image == "registry:1"
    node = "local-devtest-control-plane"
    assert world.containers[node].image == "node:1"
    assert json.loads(world.files_inside[node, MARKER])["image"] == "node:1"
    image = str(world.clusters["local-devtest"].releases["redis-dev"]["image"])
    assert image.startswith("localhost:5001/infra/redis:8-1@")
    assert status(parts).complete
    world.go_on()
    up(parts)
    assert world.changes == []


def test_a_publisher_s_node_takes_kind_s_configuration_as_it_is() -> None:
    """Its versions of etcd and CoreDNS are those that its kubeadm expects."""
    assert config_for_node(KIND_CONFIG, _PULLED, _FILTERS) == KIND_CONFIG
    ours = NodeImage("node:1", "v1.37.2", "3.6.16-0", "v1.14.7")
    assert "imageTag: 3.6.16-0" in config_for_node(KIND_CONFIG, ours, _FILTERS)
