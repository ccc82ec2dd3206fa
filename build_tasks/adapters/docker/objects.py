"""Networks, containers and volumes of an engine, through Docker's client."""

from __future__ import annotations

import io
import ipaddress
import tarfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from build_tasks.adapters.docker.client import DockerClient
from build_tasks.adapters.docker.objects_json import ContainerJson, NetworkJson, VolumeJson
from build_tasks.model.local_platform import ContainerSpec, ContainerState, NetworkState

#: kind's label on the containers of a cluster, https://github.com/kubernetes-sigs/kind.
_KIND_CLUSTER = "io.x-k8s.kind.cluster"


@dataclass(frozen=True)
class DockerObjects:
    """Implements :class:`build_tasks.ports.platform.EngineObjects`."""

    client: DockerClient

    def containers(self, names: Collection[str]) -> Mapping[str, ContainerState]:
        found = msgspec.json.decode(self._inspect("container", names), type=list[ContainerJson])
        return {state.name: state for state in (container.state_of() for container in found)}

    def networks(self, names: Collection[str]) -> Mapping[str, NetworkState]:
        found = msgspec.json.decode(self._inspect("network", names), type=list[NetworkJson])
        return {network.name: network.state_of() for network in found}

    def volumes(self, names: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        found = msgspec.json.decode(self._inspect("volume", names), type=list[VolumeJson])
        return {volume.name: volume.labels or {} for volume in found}

    def cluster_containers(self, cluster: str) -> Sequence[str]:
        return self._names("--filter", f"label={_KIND_CLUSTER}={cluster}")

    def all_containers(self) -> Sequence[str]:
        return self._names()

    def create_network(self, name: str, labels: Mapping[str, str]) -> None:
        """Twice: fixed addresses need a subnet that was asked for, and only the engine knows a free one."""
        what = f"create network {name}"
        self._run(what, "network", "create", *_labels(labels), name)
        subnet = self.networks([name])[name].subnet
        self._run(what, "network", "rm", name)
        self._run(
            what, "network", "create", f"--subnet={subnet}", *_lower_half(subnet), *_labels(labels), name
        )

    def create_volume(self, name: str, labels: Mapping[str, str]) -> None:
        self._run(f"create volume {name}", "volume", "create", *_labels(labels), name)

    def create_container(self, spec: ContainerSpec) -> None:
        what = f"create container {spec.name}"
        options = ["--pull=never", "--restart=unless-stopped", f"--name={spec.name}", *_labels(spec.labels)]
        options += [f"--network={spec.network}", f"--ip={spec.address}"]
        options += [f"--publish={host}:{port}" for port, host in spec.ports.items()]
        options += [f"--volume={volume}:{path}" for volume, path in spec.volumes.items()]
        options += [f"--env={key}={value}" for key, value in spec.env.items()]
        options += [f"--sysctl={key}={value}" for key, value in spec.sysctls.items()]
        self._run(what, "create", *options, spec.image, *spec.command)
        for path, text in spec.files.items():
            self._put(spec.name, path, text)
        self.start(spec.name)

    def connect(self, network: str, container: str, address: str) -> None:
        what = f"connect {container} to {network}"
        self._run(what, "network", "connect", f"--ip={address}", network, container)

    def start(self, container: str) -> None:
        self._run(f"start container {container}", "start", container)

    def stop(self, container: str) -> None:
        self._run(f"stop container {container}", "stop", container)

    def run_once(self, image: str, command: Sequence[str], volumes: Mapping[str, str]) -> str:
        options = [f"--volume={volume}:{path}" for volume, path in volumes.items()]
        words = ("run", "--rm", "--pull=never", "--network=none", *options, image, *command)
        return self._run(f"run {' '.join(command)}", *words)

    def remove_container(self, name: str) -> None:
        # --force makes a missing container no error.
        self._run(f"remove container {name}", "rm", "--force", "--volumes", name)

    def remove_network(self, name: str) -> None:
        if name in self.networks([name]):
            self._run(f"remove network {name}", "network", "rm", name)

    def remove_volume(self, name: str) -> None:
        self._run(f"remove volume {name}", "volume", "rm", "--force", name)

    def read_file(self, container: str, path: str) -> str | None:
        what = f"read {path} in {container}"
        done = self.client.call("exec", container, "cat", path, what=what)
        return done.stdout if done.status == 0 else None

    def write_file(self, container: str, path: str, text: str) -> None:
        """Written beside the target and renamed, so that nobody reads half of it."""
        folder = path.rpartition("/")[0]
        as_root = ("exec", "--user=0", container)
        self._run(f"make {folder} in {container}", *as_root, "mkdir", "-p", folder)
        self._put(container, f"{path}.new", text)
        self._run(f"write {path} in {container}", *as_root, "mv", f"{path}.new", path)

    def _put(self, container: str, path: str, text: str) -> None:
        self._run(f"write {path} in {container}", "cp", "-", f"{container}:/", stdin=_tar(path, text))

    def _names(self, *filters: str) -> Sequence[str]:
        done = self._run("list containers", "ps", "--all", "--format={{.Names}}", *filters)
        return done.split()

    def _inspect(self, kind: str, names: Collection[str]) -> str:
        """Missing ones make the client fail, but it prints those that it found all the same."""
        what = f"look at {kind} {', '.join(names)}"
        done = self.client.call(kind, "inspect", *sorted(names), what=what)
        if done.status != 0 and not any(text in done.stderr.lower() for text in ("no such", "not found")):
            raise self.client.failure(done, what)
        return done.stdout.strip() or "[]"

    def _run(self, what: str, *words: str, stdin: bytes | None = None) -> str:
        done = self.client.call(*words, what=what, stdin=stdin)
        return self.client.checked(done, what).stdout


def _labels(labels: Mapping[str, str]) -> list[str]:
    return [f"--label={key}={value}" for key, value in sorted(labels.items())]


def _lower_half(subnet: str) -> list[str]:
    """Addresses given out by the engine come from the lower half; the upper one is for fixed addresses."""
    network = ipaddress.ip_network(subnet)
    return [f"--ip-range={next(network.subnets())}", f"--gateway={network[1]}"]


def _tar(path: str, text: str) -> bytes:
    data = text.encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo(path.lstrip("/"))
        entry.size, entry.mode = len(data), 0o644
        archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
