"""A cluster and a registry not of `platform.up`: TLS by an authority of its own, and a password."""

from __future__ import annotations

import ipaddress
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from build_tasks.model.instance import Instance
from build_tasks.model.platform import PlatformImages
from build_tasks.steps.platform.kind_config import config_for_node
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.wiring import Composition
from tests.integration.conftest import ROOT
from tests.integration.outages import docker

#: Of the registry's only user, ``docker``.
PASSWORD = "open-sesame-4711"
#: With the password's bcrypt hash of the least cost: a registry computes it for each of its requests.
_USER = "docker:$2b$04$MDKB9r4..zpVn8uxk8gVwui.oC4ALp9P3R3z5/hU7z/ZBJLKiPoY6\n"
_NODE_TRUST = """\
server = "https://{registry}"
[host."https://{registry}"]
  ca = "/etc/containerd/certs.d/{registry}/ca.crt"
"""


@dataclass(frozen=True)
class Theirs:
    """:param registry: its address.
    :param authority: who vouches for its certificate, PEM.
    :param kubeconfig: the cluster's administrator's file, with the context ``context``.
    """

    registry: str
    authority: bytes
    kubeconfig: Path
    context: str

    def log_in(self, folder: Path, password: str) -> subprocess.CompletedProcess[str]:
        """As docs say, with the password on standard input; ``folder`` gets the ``config.json``."""
        program = Path(os.environ["BUILD_TASKS_TOOLS"], "docker")
        words = ["--config", str(folder), "login", self.registry, "--username=docker", "--password-stdin"]
        return subprocess.run([program, *words], input=password, capture_output=True, text=True, check=False)

    def believed_in(self, folder: Path) -> None:
        """Put the authority where Docker looks for it, below a user's ``~/.config``."""
        trust = folder / "docker" / "certs.d" / self.registry
        trust.mkdir(parents=True)
        (trust / "ca.crt").write_bytes(self.authority)


@contextmanager
def made_by_hand(folder: Path) -> Iterator[Theirs]:
    """Made by hand: kind and a container, which are gone afterwards; what a killed test left goes before."""
    instance = Instance.of(os.environ)
    parts = Composition(ROOT, os.environ).platform.parts
    name = instance.cluster_name("theirs")
    network, container = f"build-tasks-{name}", f"{name}-registry"
    kubeconfig = folder / "admin"
    _clear(parts, name, network, container, kubeconfig)
    parts.objects.create_network(network, {})
    address = _address(network)
    registry = f"{address}:5000"
    authority = trustme.CA()
    try:
        images = parts.supplies.image_names()
        _start_registry(images, network, container, address, authority, folder)
        _trust_of_engine(images, registry, authority)
        _start_cluster(parts, images, name, network, kubeconfig)
        node = f"{name}-control-plane"
        certificates = f"/etc/containerd/certs.d/{registry}"
        parts.objects.write_file(node, f"{certificates}/ca.crt", authority.cert_pem.bytes().decode())
        parts.objects.write_file(node, f"{certificates}/hosts.toml", _NODE_TRUST.format(registry=registry))
        yield Theirs(registry, authority.cert_pem.bytes(), kubeconfig, f"kind-{name}")
    finally:
        _clear(parts, name, network, container, kubeconfig)
        _trust_of_engine(parts.supplies.image_names(), registry, None)


def _clear(parts: PlatformParts, name: str, network: str, container: str, kubeconfig: Path) -> None:
    if parts.objects.cluster_containers(name):
        parts.clusters.delete(name, kubeconfig)
    parts.objects.remove_container(container)
    parts.objects.remove_network(network)


def _address(network: str) -> str:
    """One in the upper half of its subnet, which the engine does not give out by itself."""
    [subnet] = docker(
        "network", "inspect", network, "--format={{range .IPAM.Config}}{{.Subnet}}{{end}}"
    ).split()
    return str(ipaddress.ip_network(subnet)[-9])


def _start_registry(
    images: PlatformImages, network: str, container: str, address: str, authority: trustme.CA, folder: Path
) -> None:
    certificate = authority.issue_cert(address)
    own = folder / "registry"
    own.mkdir()
    (own / "tls.crt").write_bytes(b"".join(one.bytes() for one in certificate.cert_chain_pems))
    (own / "tls.key").write_bytes(certificate.private_key_pem.bytes())
    (own / "users").write_text(_USER)
    settings = {
        "REGISTRY_HTTP_TLS_CERTIFICATE": "/own/tls.crt",
        "REGISTRY_HTTP_TLS_KEY": "/own/tls.key",
        "REGISTRY_AUTH_HTPASSWD_REALM": "theirs",
        "REGISTRY_AUTH_HTPASSWD_PATH": "/own/users",
    }
    variables = [f"--env={key}={value}" for key, value in settings.items()]
    where = (f"--network={network}", f"--ip={address}", f"--name={container}")
    docker("create", *where, *variables, images.registry)
    docker("cp", str(own), f"{container}:/own")
    docker("start", container)


def _trust_of_engine(images: PlatformImages, registry: str, authority: trustme.CA | None) -> None:
    """Through the engine, whose host need not be this one; without an authority, none is left."""
    folder = f"/certs.d/{registry}"
    make = f"mkdir -p {folder} && cat > {folder}/ca.crt" if authority else f"rm -rf {folder}"
    words = ("run", "--rm", "--interactive", "--network=none", "--user=0", "--entrypoint=sh")
    mount = "--volume=/etc/docker/certs.d:/certs.d"
    certificate = authority.cert_pem.bytes().decode() if authority else ""
    docker(*words, mount, images.stores["redis"], "-c", make, stdin=certificate)


def _start_cluster(
    parts: PlatformParts, images: PlatformImages, name: str, network: str, kubeconfig: Path
) -> None:
    config = config_for_node(parts.kind_config, images.node, parts.cache / "packet-filters" / "theirs")
    parts.clusters.create(
        name, image=images.node.image, config=config, network=network, kubeconfig=kubeconfig
    )
    ready = ("kubectl", "wait", "--for=condition=Ready", "nodes", "--all", "--timeout=180s")
    docker("exec", "--env=KUBECONFIG=/etc/kubernetes/admin.conf", f"{name}-control-plane", *ready)
