"""Makes a kind cluster, up to the marker that says that it is finished."""

from __future__ import annotations

from pathlib import Path

from build_tasks.model.platform import PodNetwork
from build_tasks.steps.platform.cluster_plan import MARKER, cluster_plan
from build_tasks.steps.platform.kind_config import config_for_node
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.recipe_texts import render


def create_cluster(parts: PlatformParts, cluster: str) -> None:
    """Make it, in place of what there is of it.

    :param cluster: its short name.
    :raises FlowError: kind, or a build that it needs, failed.
    """
    instance = parts.instance
    name, kubeconfig = instance.cluster_name(cluster), instance.admin_kubeconfig(cluster)
    if parts.objects.cluster_containers(name):
        parts.clusters.delete(name, kubeconfig)
    node_image = parts.supplies.images().node
    plan = cluster_plan(parts)  # only now it is certain which image it is
    filters = _packet_filters(parts, cluster, node_image.network)
    parts.files.write(kubeconfig, "")  # private from its first byte; kind keeps the mode
    parts.clusters.create(
        name,
        image=node_image.image,
        config=config_for_node(plan.config, node_image, filters),
        network=instance.network_name(cluster),
        kubeconfig=kubeconfig,
    )
    host, container = instance.registry_host, instance.registry_container
    hosts = render(parts.recipes, "hosts.toml", registry_host=host, registry_container=container)
    node = instance.node_container(cluster)
    parts.objects.write_file(node, f"/etc/containerd/certs.d/{host}/hosts.toml", hosts)
    parts.objects.write_file(node, MARKER, plan.marker)


def _packet_filters(parts: PlatformParts, cluster: str, network: PodNetwork) -> Path:
    """Where a cluster's network agent keeps what it compiled. Each cluster has a folder of its own, so that
    production loads nothing that others compiled; the same one in every instance.
    """
    folder = parts.cache / "packet-filters" / cluster
    if network is PodNetwork.CILIUM:  # made by us: the engine would make it root's
        parts.files.write(folder / "README", "What Cilium compiled. May be deleted at any time.\n")
    return folder
