"""`platform.status`: what is, beside what is desired. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from build_tasks.model.local_platform import (
    ClusterFacts,
    EnvironmentNeed,
    PartState,
    PartStatus,
    PlatformStatus,
)
from build_tasks.steps.platform.accounts import account_usable
from build_tasks.steps.platform.builder_key import builder_key_status
from build_tasks.steps.platform.cluster_plan import ClusterPlan, cluster_plan
from build_tasks.steps.platform.clusters import ClusterState, cluster_states
from build_tasks.steps.platform.datastores import stores_of
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.recipe_texts import (
    APPLIED,
    cluster_manifests,
    environment_manifests,
    fingerprint,
)
from build_tasks.steps.platform.registry import SPEC_LABEL, registry_spec

_STATES = {
    ClusterState.FINE: PartState.OK,
    ClusterState.MISSING: PartState.MISSING,
    ClusterState.STOPPED: PartState.STOPPED,
    ClusterState.SILENT: PartState.STOPPED,
    ClusterState.HALF_MADE: PartState.DIFFERS,
    ClusterState.OUTDATED: PartState.DIFFERS,
}


def status(parts: PlatformParts) -> PlatformStatus:
    """Every part of the instance with its state; parts behind something that is down are unknown."""
    return PlatformStatus(parts.instance.name, tuple(_parts(parts)))


def _parts(parts: PlatformParts) -> Iterator[PartStatus]:
    managed = "managed engine" if parts.engine.managed else "engine"
    if parts.engine.managed and not parts.managed.answers():
        yield PartStatus("engine", parts.engine.host, PartState.STOPPED, managed, "does not run")
        return
    version = parts.engine.version
    yield PartStatus("engine", parts.engine.host, PartState.OK, managed, f"version {version}")
    missing = parts.supplies.missing_tools()
    if missing:
        yield PartStatus("tools", ", ".join(missing), PartState.MISSING, "provided", "not there")
        return
    yield builder_key_status(parts)
    for tool in parts.supplies.tool_origins():
        yield PartStatus("tool", tool.program, PartState.OK, tool.wanted, tool.found)
    yield from _networks_and_registry(parts)
    plan = cluster_plan(parts)
    states = cluster_states(parts, plan)
    for name, state in states.items():
        shown = parts.instance.cluster_name(name)
        yield PartStatus("cluster", shown, _STATES[state], plan.image, state.value)
    for name, state in states.items():
        answers = state in (ClusterState.FINE, ClusterState.OUTDATED) and parts.admin(name).answers()
        facts = parts.admin(name).facts() if answers else None
        yield _network(name, plan, facts)
        yield from _inside(parts, name, plan, facts)


def _networks_and_registry(parts: PlatformParts) -> Iterator[PartStatus]:
    names = tuple(parts.instance.network_name(cluster) for cluster in parts.cluster_names)
    networks = parts.objects.networks(names)
    for name in names:
        state = PartState.OK if name in networks else PartState.MISSING
        yield PartStatus("network", name, state, "exists", networks[name].subnet if name in networks else "-")
    host = parts.instance.registry_host
    container = parts.objects.containers([parts.instance.registry_container]).get(
        parts.instance.registry_container
    )
    if container is None or len(networks) < len(names):
        yield PartStatus("registry", host, PartState.MISSING, "runs", "no container, or no network")
        return
    spec = registry_spec(parts, tuple(networks[name] for name in names))
    same = container.labels.get(SPEC_LABEL) == spec.labels[SPEC_LABEL] and set(names) <= set(
        container.networks
    )
    state = PartState.STOPPED if not container.running else PartState.OK if same else PartState.DIFFERS
    yield PartStatus("registry", host, state, spec.image, f"{container.image}, {container.status}")


def _network(cluster: str, plan: ClusterPlan, facts: ClusterFacts | None) -> PartStatus:
    held = "enforced" if plan.network.enforces_policies else "not enforced"
    desired = f"{plan.network}: NetworkPolicies are {held}"
    if facts is None:
        return PartStatus("pod network", cluster, PartState.UNKNOWN, desired, "the cluster does not answer")
    if facts.network is None:
        return PartStatus("pod network", cluster, PartState.MISSING, desired, "-")
    actual = f"{facts.network.plugin}, {'ready' if facts.network.ready else 'its agent is not ready'}"
    state = PartState.OK if facts.network.ready else PartState.STOPPED
    if facts.network.plugin != plan.network:
        state = PartState.DIFFERS
    return PartStatus("pod network", cluster, state, desired, actual)


def _inside(
    parts: PlatformParts, cluster: str, plan: ClusterPlan, facts: ClusterFacts | None
) -> Iterator[PartStatus]:
    production = parts.has_production(cluster)
    rules = cluster_manifests(parts.recipes, parts.instance, production=production, network=plan.network)
    applied = None if facts is None or facts.configured is None else facts.configured.get(APPLIED)
    yield _described("rules", cluster, facts, rules, applied)
    for need in parts.environments_on(cluster):
        text = environment_manifests(parts.recipes, need)
        marks = {} if facts is None else facts.namespaces.get(need.namespace, {})
        yield _described("environment", f"{need.name} ({need.namespace})", facts, text, marks.get(APPLIED))
        yield _account(parts, need, facts)
        yield from (_store(name, facts) for name, _ in stores_of(need))


def _described(
    kind: str, name: str, facts: ClusterFacts | None, manifests: str, applied: str | None
) -> PartStatus:
    desired = f"description {fingerprint(manifests)}"
    if facts is None:
        return PartStatus(kind, name, PartState.UNKNOWN, desired, "the cluster does not answer")
    actual = f"description {applied}" if applied else "-"
    state = PartState.OK if actual == desired else PartState.DIFFERS if applied else PartState.MISSING
    return PartStatus(kind, name, state, desired, actual)


def _account(parts: PlatformParts, need: EnvironmentNeed, facts: ClusterFacts | None) -> PartStatus:
    path = parts.instance.kubeconfig(need.name)
    if facts is None:
        return PartStatus("account", need.name, PartState.UNKNOWN, str(path), "the cluster does not answer")
    endpoint = parts.admin(need.cluster).endpoint()
    text = parts.files.read(path)
    usable = account_usable(text, endpoint, need.namespace, parts.clock.now())
    state = PartState.OK if usable else PartState.DIFFERS if text else PartState.MISSING
    return PartStatus("account", need.name, state, str(path), "valid" if usable else "not valid for a week")


def _store(name: str, facts: ClusterFacts | None) -> PartStatus:
    if facts is None:
        return PartStatus("data store", name, PartState.UNKNOWN, "ready", "the cluster does not answer")
    ready = name in facts.ready_stores
    state = PartState.OK if ready else PartState.MISSING
    return PartStatus("data store", name, state, "ready", "ready" if ready else "not ready")
