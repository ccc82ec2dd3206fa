"""kind and its clusters in memory."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.local_platform import ClusterFacts, ContainerState, Endpoint, PodRun
from tests.fakes.platform import FakeCluster, FakeWorld

#: End of the tokens' life, in seconds since 1970: 2026-03-31.
TOKEN_END = 1774915200


@dataclass
class FakeKind:
    """The port ``LocalClusters``. A cluster is made in two changes: its node, and what kubeadm does in it."""

    world: FakeWorld

    def create(self, cluster: str, *, image: str, config: str, network: str, kubeconfig: Path) -> None:
        node = f"{cluster}-control-plane"
        if node in self.world.containers:
            raise FlowError(f"create {cluster}", "node(s) already exist", code=ExitCode.TOOL_FAILED)
        self.world.created += 1
        made = FakeCluster(f"https://127.0.0.1:{40000 + self.world.created}", config=config)
        state = ContainerState(node, "running", image, {}, {network: "172.30.0.2"})
        self.world.act(f"run {node}", lambda: self._run(cluster, node, state))
        self.world.act(f"kubeadm in {node}", lambda: self._finish(cluster, made, kubeconfig))

    def delete(self, cluster: str, kubeconfig: Path) -> None:
        self.world.act(f"delete {cluster}", lambda: self._delete(cluster))

    def export(self, cluster: str, kubeconfig: Path) -> None:
        if cluster not in self.world.clusters:
            raise FlowError(f"export {cluster}", "no such file: admin.conf", code=ExitCode.TOOL_FAILED)
        self.world.files[kubeconfig] = self.world.clusters[cluster].server

    def _run(self, cluster: str, node: str, state: ContainerState) -> None:
        self.world.containers[node] = state
        self.world.kind_nodes[node] = cluster

    def _finish(self, cluster: str, made: FakeCluster, kubeconfig: Path) -> None:
        self.world.clusters[cluster] = made
        self.world.files[kubeconfig] = made.server

    def _delete(self, cluster: str) -> None:
        for node in [name for name, of in self.world.kind_nodes.items() if of == cluster]:
            del self.world.kind_nodes[node], self.world.containers[node]
            for key in [key for key in self.world.files_inside if key[0] == node]:
                del self.world.files_inside[key]
        self.world.clusters.pop(cluster, None)


@dataclass
class FakeAdmin:
    """The port ``ClusterAdmin``.

    :param runs: how a pod ends that is run, by default with every connection open.
    """

    world: FakeWorld
    cluster: str
    kubeconfig: Path
    run: PodRun = field(default_factory=lambda: PodRun("Succeeded", "dns open\n"))

    def answers(self) -> bool:
        node = self.world.containers.get(f"{self.cluster}-control-plane")
        return self.cluster in self.world.clusters and node is not None and node.running

    def wait_ready(self, seconds: float, since: datetime | None = None) -> None:
        self.wait_nodes(seconds)

    def wait_nodes(self, seconds: float) -> None:
        self._there().node_ready = True

    def facts(self) -> ClusterFacts:
        there = self._there()
        namespaces = {
            name: there.annotations.get(("namespace", name), {})
            for k, _, name in there.objects
            if k == "Namespace"
        }
        configured = ("ConfigMap", "kube-public", "local-registry-hosting") in there.objects
        marks = there.annotations.get(("configmap", "local-registry-hosting"), {})
        ready = frozenset(there.releases)
        return ClusterFacts(namespaces, marks if configured else None, ready, there.network)

    def exists(self, kind: str, name: str) -> bool:
        return (kind.capitalize(), "", name) in self._there().objects

    def apply(self, manifests: str, owner: str = "build-tasks") -> None:
        there = self._there()
        for document in _documents(manifests):
            meta = document["metadata"]
            key = (document["kind"], meta.get("namespace", ""), meta["name"])
            self._check_namespace(meta.get("namespace", ""))
            self.world.act(f"apply {key}", lambda k=key, d=document: there.objects.update({k: d}))  # type: ignore[misc]

    def annotate(self, kind: str, name: str, namespace: str, annotations: Mapping[str, str]) -> None:
        marks = self._there().annotations.setdefault((kind, name), {})
        self.world.act(f"annotate {name}", lambda: marks.update(annotations))

    def secret(self, namespace: str, name: str, key: str) -> str:
        return self._there().secrets.get((namespace, name), {}).get(key, "")

    def put_secret(self, namespace: str, name: str, values: Mapping[str, str], kind: str = "Opaque") -> None:
        there = self._there()
        self._check_namespace(namespace)
        self.world.act(f"secret {name}", lambda: there.secrets.update({(namespace, name): dict(values)}))

    def images(self) -> frozenset[str]:
        return frozenset(self._there().images)

    def install(self, release: str, namespace: str, chart: Path, values: Mapping[str, object]) -> None:
        there = self._there()
        if not there.node_ready:
            raise FlowError(f"install {release}", "no node is ready", code=ExitCode.TOOL_FAILED)
        if (namespace, str(values["credentials"])) not in there.secrets:
            raise FlowError(f"install {release}", "its Secret is missing", code=ExitCode.TOOL_FAILED)
        self.world.act(f"install {release}", lambda: there.releases.update({release: values}))

    def token(self, namespace: str, account: str, hours: int) -> str:
        self._check_namespace(namespace)
        claims = base64.urlsafe_b64encode(json.dumps({"exp": TOKEN_END, "sub": namespace}).encode())
        return f"header.{claims.decode().rstrip('=')}.signature"

    def endpoint(self) -> Endpoint:
        return Endpoint(self.world.files[self.kubeconfig], "Y2E=")

    def may(self, account: str, verb: str, resource: str, namespace: str) -> bool:
        return account.partition(":")[0] == namespace and resource != "secrets"

    def refusal(self, namespace: str, manifest: Mapping[str, object]) -> str:
        return "violates PodSecurity; only images from prod/ run here"

    def run_pod(self, namespace: str, manifest: Mapping[str, object], seconds: float) -> PodRun:
        return self.run

    def _there(self) -> FakeCluster:
        if not self.answers():
            raise FlowError(f"ask {self.cluster}", "it does not answer", code=ExitCode.UNAVAILABLE)
        return self.world.clusters[self.cluster]

    def _check_namespace(self, namespace: str) -> None:
        if (
            namespace not in ("", "kube-public", "kube-system")
            and ("Namespace", "", namespace) not in self._there().objects
        ):
            raise FlowError("apply", f"namespace {namespace} not found", code=ExitCode.TOOL_FAILED)


@cache
def _documents(manifests: str) -> tuple[dict[str, Any], ...]:
    """Parsed once: reading YAML takes most of the time of a test otherwise."""
    return tuple(yaml.safe_load_all(manifests))
