"""kind's configuration, filled in."""

from __future__ import annotations

from pathlib import Path

import yaml

from build_tasks.model.platform import NodeImage, PodNetwork

#: Where a node with Cilium finds the packet filters that were compiled before (recipes/cilium/manifest.yaml).
PACKET_FILTERS = "/var/cache/packet-filters"
_FILE = "kind-config.yaml"


def shape_of_clusters(recipes: Path, root: Path) -> str:
    """kind's configuration of a cluster: what the repository says, else ours.

    :param recipes: the folder of recipes.
    :param root: the repository, at whose top there may be a ``kind-config.yaml``.
    """
    own, ours = root / _FILE, recipes / "cluster" / _FILE
    return (own if own.is_file() else ours).read_text(encoding="utf-8")


def config_for_node(kind_config: str, node: NodeImage, packet_filters: Path) -> str:
    """kind's configuration, with what a node image of ours needs; another image's is left as it is.

    That is the versions of etcd and CoreDNS that it brings along, and where it has Cilium, a place for the
    packet filters that were compiled (recipes/cilium/clang).

    :param packet_filters: a folder of this machine, for clusters of this name alone.
    """
    if not node.etcd_tag:
        return kind_config
    config = yaml.safe_load(kind_config)
    patch = {
        "kind": "ClusterConfiguration",
        "etcd": {"local": {"imageTag": node.etcd_tag}},
        "dns": {"imageTag": node.dns_tag},
    }
    config.setdefault("kubeadmConfigPatches", []).append(yaml.safe_dump(patch))
    if node.network is PodNetwork.CILIUM:
        mount = {"hostPath": str(packet_filters), "containerPath": PACKET_FILTERS}
        for one in config.setdefault("nodes", [{"role": "control-plane"}]):
            one.setdefault("extraMounts", []).append(mount)
    return str(yaml.safe_dump(config, sort_keys=False))
