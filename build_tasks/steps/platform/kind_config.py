"""kind's configuration, filled in."""

from __future__ import annotations

from pathlib import Path

import yaml

from build_tasks.model.platform import NodeImage

_FILE = "kind-config.yaml"


def shape_of_clusters(recipes: Path, root: Path) -> str:
    """kind's configuration of a cluster: what the repository says, else ours.

    :param recipes: the folder of recipes.
    :param root: the repository, at whose top there may be a ``kind-config.yaml``.
    """
    own, ours = root / _FILE, recipes / "cluster" / _FILE
    return (own if own.is_file() else ours).read_text(encoding="utf-8")


def with_component_versions(kind_config: str, node: NodeImage) -> str:
    """kind's configuration, with the versions of etcd and CoreDNS that a node image of ours brings along."""
    if not node.etcd_tag:
        return kind_config
    config = yaml.safe_load(kind_config)
    patch = {
        "kind": "ClusterConfiguration",
        "etcd": {"local": {"imageTag": node.etcd_tag}},
        "dns": {"imageTag": node.dns_tag},
    }
    config.setdefault("kubeadmConfigPatches", []).append(yaml.safe_dump(patch))
    return str(yaml.safe_dump(config, sort_keys=False))
