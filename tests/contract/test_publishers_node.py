"""What makes a publisher's node say what connects its pods: a label on a DaemonSet that others applied."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from build_tasks.adapters.kubernetes.admin import KubernetesAdmin
from build_tasks.adapters.kubernetes.admin_json import facts_of
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.model.instance import Instance
from build_tasks.recipes import FOLDER
from tests.contract.fixtures_runtime import needed

#: As kind applies it, but for a node that there is not.
_KINDNET: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "metadata": {"name": "kindnet", "labels": {"app": "kindnet"}},
    "spec": {
        "selector": {"matchLabels": {"app": "kindnet"}},
        "template": {
            "metadata": {"labels": {"app": "kindnet"}},
            "spec": {
                "nodeSelector": {"build-tasks/nowhere": "true"},
                "containers": [{"name": "kindnet-cni", "image": "kindest/kindnetd:1"}],
            },
        },
    },
}

Kubectl = Callable[..., str]


@pytest.fixture
def admin(tool: Callable[[str], Path]) -> KubernetesAdmin:
    folder = Path(needed("BUILD_TASKS_KUBECONFIGS"))
    instance = Instance(folder.name, folder.parent)
    path = os.pathsep.join((str(tool("kubectl").parent), os.environ["PATH"]))
    processes = Processes(CommandLog(None), {**os.environ, "PATH": path})
    kubeconfig, context = instance.admin_kubeconfig("devtest"), instance.admin_context("devtest")
    return KubernetesAdmin(processes, "devtest", kubeconfig, context)


@pytest.fixture
def kubectl(admin: KubernetesAdmin) -> Kubectl:
    def run(*words: str, document: Mapping[str, Any] | None = None) -> str:
        given = json.dumps(document).encode() if document else None
        argv = ["kubectl", f"--kubeconfig={admin.kubeconfig}", *words]
        return admin.processes.run(argv, stdin=given).stdout

    return run


@pytest.fixture
def namespace(kubectl: Kubectl) -> Iterator[str]:
    """In place of kube-system, where the real one says what is true."""
    name = f"contract-{uuid4().hex[:10]}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


def test_a_label_is_added_and_nothing_else_changed(
    admin: KubernetesAdmin, kubectl: Kubectl, namespace: str
) -> None:
    kubectl("apply", f"--namespace={namespace}", "--filename=-", document=_KINDNET)
    text = (FOLDER / "cluster" / "pod-network.yaml").read_text()
    admin.apply(text.replace("namespace: kube-system", f"namespace: {namespace}"))
    said = kubectl("get", "daemonset", "kindnet", f"--namespace={namespace}", "--output=json")
    found = json.loads(said)
    assert found["metadata"]["labels"] == {
        "app": "kindnet",
        "app.kubernetes.io/part-of": "build-tasks-platform",
    }
    assert found["spec"]["template"]["spec"]["containers"][0]["image"] == "kindest/kindnetd:1"
    objects = ("configmap/pod-network", "daemonset/kindnet")
    listed = kubectl("get", *objects, f"--namespace={namespace}", "--output=json")
    network = facts_of(listed.replace(f'"{namespace}"', '"kube-system"')).network
    assert network is not None
    assert (network.plugin, network.ready) == ("kindnet", False), "no pod of it runs"
