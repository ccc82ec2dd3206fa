"""The kind clusters: made, started again after a crash, or told to be out of date."""

from __future__ import annotations

from enum import Enum

from build_tasks.errors import FlowError
from build_tasks.model.local_platform import ContainerState
from build_tasks.steps.platform.cluster_plan import MARKER, ClusterPlan, cluster_plan
from build_tasks.steps.platform.new_cluster import create_cluster
from build_tasks.steps.platform.parts import PlatformParts

#: Seconds for a node that was started again; its API answers after 2, its pods run after about 25.
_PATIENCE = 180.0


class ClusterState(Enum):
    """What is to be done about a cluster; the value says why."""

    FINE = "it runs"
    MISSING = "it does not exist"
    STOPPED = "its node is stopped"
    SILENT = "its API does not answer"
    HALF_MADE = "a run that was ended left it half-made"
    OUTDATED = "it was made from another node image or configuration"


#: What there is already, at least in part.
_REVIVABLE = (ClusterState.FINE, ClusterState.STOPPED, ClusterState.SILENT)


def cluster_states(parts: PlatformParts, plan: ClusterPlan) -> dict[str, ClusterState]:
    """How each cluster stands, by its short name."""
    names = parts.cluster_names
    nodes = {name: parts.instance.node_container(name) for name in names}
    found = parts.objects.containers(tuple(nodes.values()))
    states = parts.side_by_side(lambda name: _state(parts, plan, name, found.get(nodes[name])), names)
    return dict(zip(names, states, strict=True))


def ensure_clusters(parts: PlatformParts, *, recreate: bool) -> None:
    """All clusters exist in the desired shape and answer.

    :param recreate: make those anew that are out of date or do not come back; their contents are lost.
    :raises FlowError: a cluster would have to be made anew and ``recreate`` is not given.
    """
    plan = cluster_plan(parts)
    states = cluster_states(parts, plan)
    outdated = [name for name, state in states.items() if state is ClusterState.OUTDATED]
    if outdated and not recreate:
        raise _ask_for_recreate(parts, outdated, plan)
    if any(state not in _REVIVABLE for state in states.values()):
        # Before the clusters part ways: two that lack the node image would make it twice at the same time.
        parts.supplies.images()
    parts.side_by_side(
        lambda name: _ensure(parts, plan, name, states[name], recreate=recreate), parts.cluster_names
    )


def _state(
    parts: PlatformParts, plan: ClusterPlan, cluster: str, node: ContainerState | None
) -> ClusterState:
    if node is None:
        return ClusterState.MISSING
    if node.status == "created":
        return ClusterState.HALF_MADE
    if not node.running:
        return ClusterState.STOPPED
    marker = parts.objects.read_file(node.name, MARKER)
    if marker is None:
        return ClusterState.HALF_MADE
    if marker.strip() != plan.marker:
        return ClusterState.OUTDATED
    return ClusterState.FINE if parts.admin(cluster).answers() else ClusterState.SILENT


def _ensure(
    parts: PlatformParts, plan: ClusterPlan, cluster: str, state: ClusterState, *, recreate: bool
) -> None:
    title = f"cluster {parts.instance.cluster_name(cluster)}"
    if state is ClusterState.FINE:
        parts.reporter.skip(title, state.value)
    elif state in _REVIVABLE:
        _revive(parts, plan, cluster, state, recreate=recreate)
    else:
        with parts.reporter.step(f"create {title}", state.value):
            create_cluster(parts, cluster)


def _revive(
    parts: PlatformParts, plan: ClusterPlan, cluster: str, state: ClusterState, *, recreate: bool
) -> None:
    title = f"cluster {parts.instance.cluster_name(cluster)}"
    node = parts.instance.node_container(cluster)
    try:
        with parts.reporter.step(f"start {title}", state.value):
            started = parts.clock.now() if state is ClusterState.STOPPED else None
            if started:
                parts.objects.start(node)
            marker = parts.objects.read_file(node, MARKER)
            if marker is not None:
                parts.clusters.export(
                    parts.instance.cluster_name(cluster), parts.instance.admin_kubeconfig(cluster)
                )
                parts.admin(cluster).wait_ready(_PATIENCE, started)
    except FlowError:
        if not recreate:
            raise
        marker = None
    if marker is None:
        with parts.reporter.step(f"create {title}", ClusterState.HALF_MADE.value):
            create_cluster(parts, cluster)
    elif marker.strip() != plan.marker:
        if not recreate:
            raise _ask_for_recreate(parts, [cluster], plan)
        with parts.reporter.step(f"create {title}", ClusterState.OUTDATED.value):
            create_cluster(parts, cluster)


def _ask_for_recreate(parts: PlatformParts, clusters: list[str], plan: ClusterPlan) -> FlowError:
    nodes = {name: parts.instance.node_container(name) for name in clusters}
    markers = {name: parts.objects.read_file(node, MARKER) for name, node in nodes.items()}
    return FlowError(
        "bring the platform up",
        f"to be made anew: {', '.join(clusters)}; they were made from something else",
        "run `./inv platform.up --recreate`: what is deployed there and the data stores are lost,"
        " the registry stays",
        details=[f"{name}: {plan.changes(marker or '')}" for name, marker in markers.items()],
    )
