"""The networks of the clusters, and the registry that is on all of them."""

from __future__ import annotations

import ipaddress

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.local_platform import ContainerSpec, ContainerState, NetworkState
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.recipe_texts import fingerprint, render
from build_tasks.steps.platform.waiting import until

#: Label with the fingerprint of what the registry's container was made from.
SPEC_LABEL = "build-tasks.spec"
_PORT = 5000
_CONFIG = "/etc/build-tasks-registry.yaml"
#: Seconds for the registry to answer, and for the engine to give up a removed container's port.
_PATIENCE, _RELEASE = 30.0, 5.0


def ensure_networks(parts: PlatformParts) -> tuple[NetworkState, ...]:
    """One network for each cluster; gives them in the clusters' order."""
    names = tuple(parts.instance.network_name(cluster) for cluster in parts.cluster_names)
    found = parts.objects.networks(names)
    for name in names:
        if name in found:
            parts.reporter.skip(f"network {name}", "it exists")
        else:
            with parts.reporter.step(f"create network {name}", "it does not exist"):
                parts.objects.create_network(name, parts.instance.labels)
    if len(found) < len(names):
        found = parts.objects.networks(names)
    return tuple(found[name] for name in names)


def registry_address(network: NetworkState) -> str:
    """A fixed address at the network's end, so that a node gets the first one again after every restart."""
    return str(ipaddress.ip_network(network.subnet)[-6])


def registry_spec(parts: PlatformParts, networks: tuple[NetworkState, ...]) -> ContainerSpec:
    """The container of the registry, as it should be."""
    instance, image = parts.instance, parts.supplies.image_names().registry
    config = render(parts.recipes, "registry.yaml")
    key = fingerprint(image, config, str(instance.registry_port), "1")
    return ContainerSpec(
        name=instance.registry_container,
        image=image,
        command=("serve", _CONFIG),
        network=networks[0].name,
        address=registry_address(networks[0]),
        labels={**instance.labels, SPEC_LABEL: key},
        files={_CONFIG: config},
        ports={_PORT: f"127.0.0.1:{instance.registry_port}"},
        volumes={instance.registry_volume: "/var/lib/registry"},
        env={"OTEL_TRACES_EXPORTER": "none"},
        # It is on every cluster's network and must not be a way from one to the other.
        sysctls={"net.ipv4.ip_forward": "0"},
    )


def ensure_registry(parts: PlatformParts, networks: tuple[NetworkState, ...]) -> None:
    """The registry runs, answers on the host and is on every network; its data is in a volume."""
    spec = registry_spec(parts, networks)
    found = parts.objects.containers([spec.name]).get(spec.name)
    reason = _reason_to_make(spec, found)
    if found is not None and not reason and not found.running:
        with parts.reporter.step("start the registry", f"its container is {found.status}"):
            parts.objects.start(spec.name)
    elif not reason:
        parts.reporter.skip("registry", f"it runs on {parts.instance.registry_host}")
    if not reason and not _answers(parts):
        reason = "it does not answer"
    if reason:
        with parts.reporter.step("make the registry", reason):
            _make(parts, networks)
        found = None
    _connect(parts, networks, found)


def _reason_to_make(spec: ContainerSpec, found: ContainerState | None) -> str:
    if found is None:
        return "it does not exist"
    if found.status == "created":
        return "a run that was ended left it half-made"
    return "" if found.labels.get(SPEC_LABEL) == spec.labels[SPEC_LABEL] else "its image or settings changed"


def _make(parts: PlatformParts, networks: tuple[NetworkState, ...]) -> None:
    instance = parts.instance
    parts.objects.remove_container(instance.registry_container)
    if not until(lambda: parts.host.port_free(instance.registry_port), _RELEASE, parts.clock):
        raise FlowError(
            "make the registry",
            f"port {instance.registry_port} of this machine is in use",
            "end what listens there, or choose another instance name (BUILD_TASKS_INSTANCE)",
            code=ExitCode.UNAVAILABLE,
        )
    if instance.registry_volume not in parts.objects.volumes([instance.registry_volume]):
        parts.objects.create_volume(instance.registry_volume, instance.labels)
    parts.supplies.images()
    spec = registry_spec(parts, networks)  # only now it is certain which image it is
    parts.objects.create_container(spec)
    if not _answers(parts):
        raise FlowError(
            "make the registry",
            f"it does not answer on http://{instance.registry_host}/v2/",
            f"see `docker logs {spec.name}`",
            code=ExitCode.UNAVAILABLE,
        )


def _answers(parts: PlatformParts) -> bool:
    url = f"http://{parts.instance.registry_host}/v2/"
    return until(lambda: parts.host.http_ok(url), _PATIENCE, parts.clock)


def _connect(parts: PlatformParts, networks: tuple[NetworkState, ...], found: ContainerState | None) -> None:
    name = parts.instance.registry_container
    state = found or parts.objects.containers([name])[name]
    for network in networks:
        if network.name not in state.networks:
            with parts.reporter.step(f"connect the registry to {network.name}", "it is not on that network"):
                parts.objects.connect(network.name, name, registry_address(network))
