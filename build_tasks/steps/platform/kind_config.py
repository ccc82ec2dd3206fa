"""kind's configuration, filled in."""

from __future__ import annotations

import yaml

from build_tasks.model.platform import NodeImage


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
