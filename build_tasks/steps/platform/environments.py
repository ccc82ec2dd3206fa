"""What the environments need inside their clusters."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from build_tasks.model.local_platform import ClusterFacts, EnvironmentNeed
from build_tasks.steps.platform.accounts import ensure_account
from build_tasks.steps.platform.datastores import StoreImage, ensure_stores
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.recipe_texts import (
    APPLIED,
    DATA,
    cluster_manifests,
    data_manifests,
    environment_manifests,
    fingerprint,
)


def ensure_environments(parts: PlatformParts, images: Mapping[str, StoreImage]) -> None:
    """Cluster-wide rules, namespaces, accounts and data stores, in that order.

    :param images: of each kind of data store.
    """
    clusters = parts.cluster_names
    facts = dict(
        zip(clusters, parts.side_by_side(lambda name: parts.admin(name).facts(), clusters), strict=True)
    )
    parts.side_by_side(lambda name: _ensure_cluster(parts, name, facts[name]), clusters)
    parts.side_by_side(lambda need: _ensure_environment(parts, need, facts[need.cluster]), parts.environments)
    ensure_stores(parts, facts, images)


def _ensure_cluster(parts: PlatformParts, cluster: str, facts: ClusterFacts) -> None:
    production, network = parts.has_production(cluster), parts.supplies.image_names().node.network
    rules = cluster_manifests(parts.recipes, parts.instance, production=production, network=network)
    admin = parts.admin(cluster)

    def mark(key: str) -> None:
        admin.annotate("configmap", "local-registry-hosting", "kube-public", {APPLIED: key})

    _apply(parts, cluster, f"rules of cluster {cluster}", rules, (facts.configured or {}).get(APPLIED), mark)
    data = data_manifests(parts.recipes, production=production)
    _apply_namespace(parts, cluster, DATA, data, facts)


def _ensure_environment(parts: PlatformParts, need: EnvironmentNeed, facts: ClusterFacts) -> None:
    manifests = environment_manifests(parts.recipes, need)
    applied = _apply_namespace(parts, need.cluster, need.namespace, manifests, facts)
    ensure_account(parts, need, fresh=applied)


def _apply_namespace(
    parts: PlatformParts, cluster: str, namespace: str, manifests: str, facts: ClusterFacts
) -> bool:
    admin = parts.admin(cluster)

    def mark(key: str) -> None:
        admin.annotate("namespace", namespace, "", {APPLIED: key})

    title = f"namespace {namespace} in {cluster}"
    return _apply(parts, cluster, title, manifests, facts.namespaces.get(namespace, {}).get(APPLIED), mark)


def _apply(
    parts: PlatformParts,
    cluster: str,
    title: str,
    manifests: str,
    applied: str | None,
    mark: Callable[[str], None],
) -> bool:
    """Apply unless the same was applied before; the mark comes last, so a run that was ended is repeated."""
    key = fingerprint(manifests)
    if applied == key:
        parts.reporter.skip(title, "it is as described")
        return False
    with parts.reporter.step(title, "it does not exist" if applied is None else "its description changed"):
        parts.admin(cluster).apply(manifests)
        mark(key)
    return True
