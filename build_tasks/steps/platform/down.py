"""`platform.down`: removes what `platform.up` made for an instance, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from build_tasks.steps.platform.parts import PlatformParts


def down(parts: PlatformParts) -> None:
    """Remove the instance's clusters, registry with its data, networks and files; the cache stays.

    The managed engine ends with the last instance on it. May be ended at any point and run again.
    """
    instance, reporter = parts.instance, parts.reporter
    with parts.files.lock(parts.lock_path):
        if _engine_answers(parts):
            for cluster in parts.cluster_names:
                _remove_cluster(parts, cluster)
            _remove_registry(parts)
            _remove_networks(parts)
            _stop_engine(parts)
        else:
            reporter.skip("remove clusters, registry and networks", "the managed engine never ran")
        removed = parts.files.remove_folder(instance.folder)
        reporter.note(f"{instance.folder} {'is removed' if removed else 'does not exist'}")


def _engine_answers(parts: PlatformParts) -> bool:
    """A managed engine that does not run is started: its data root still holds the instance's containers."""
    running = not parts.engine.managed or parts.managed.answers()
    if not running and not parts.managed.has_data():
        return False
    # They are found through the instance's folder, which the last `down` removed.
    parts.supplies.tools()
    if not running:
        with parts.reporter.step("start the managed container engine", "it holds what is to be removed"):
            parts.managed.start()
    return True


def _remove_cluster(parts: PlatformParts, cluster: str) -> None:
    name = parts.instance.cluster_name(cluster)
    exists = bool(parts.objects.cluster_containers(name))
    kubeconfig = parts.instance.admin_kubeconfig(cluster)
    _remove(parts, f"cluster {name}", exists, lambda: parts.clusters.delete(name, kubeconfig))


def _remove_registry(parts: PlatformParts) -> None:
    container, volume = parts.instance.registry_container, parts.instance.registry_volume
    exists = container in parts.objects.containers([container])
    _remove(parts, "registry", exists, lambda: parts.objects.remove_container(container))
    exists = volume in parts.objects.volumes([volume])
    _remove(parts, "the registry's data", exists, lambda: parts.objects.remove_volume(volume))


def _remove_networks(parts: PlatformParts) -> None:
    names = tuple(parts.instance.network_name(cluster) for cluster in parts.cluster_names)
    found = parts.objects.networks(names)
    for name in names:
        _remove(parts, f"network {name}", name in found, partial(parts.objects.remove_network, name))


def _remove(parts: PlatformParts, title: str, exists: bool, act: Callable[[], None]) -> None:
    if not exists:
        parts.reporter.skip(f"remove {title}", "it does not exist")
        return
    with parts.reporter.step(f"remove {title}", f"instance {parts.instance.name} is taken down"):
        act()


def _stop_engine(parts: PlatformParts) -> None:
    if not parts.engine.managed:
        return
    others = parts.objects.all_containers()
    if others:
        parts.reporter.skip("stop the managed container engine", f"others use it: {', '.join(others[:4])}")
        return
    with parts.reporter.step("stop the managed container engine", "nothing is left on it; its images stay"):
        parts.managed.stop()
