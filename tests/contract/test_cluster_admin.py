"""kubectl as a cluster's administrator, and its fake, see and change a cluster alike."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from build_tasks.adapters.kubernetes.admin import KubernetesAdmin
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.errors import FlowError
from build_tasks.model.instance import Instance
from build_tasks.ports.platform import ClusterAdmin
from tests.contract.chart_files import write_chart
from tests.contract.fixtures_runtime import needed
from tests.fakes.clusters import FakeAdmin, FakeKind
from tests.fakes.platform import FakeWorld

_NAMESPACE = """
apiVersion: v1
kind: Namespace
metadata:
  name: {name}
  labels: {{ app.kubernetes.io/part-of: build-tasks-platform }}
---
apiVersion: v1
kind: ServiceAccount
metadata: {{ name: deployer, namespace: {name} }}
"""


@pytest.fixture
def namespace() -> str:
    return f"contract-{uuid4().hex[:10]}"


@pytest.fixture
def real(tool: Callable[[str], Path], namespace: str, tmp_path: Path) -> Iterator[ClusterAdmin]:
    """The administrator of devtest; the namespace goes away afterwards."""
    folder = Path(needed("BUILD_TASKS_KUBECONFIGS"))
    instance = Instance(folder.name, folder.parent)
    path = os.pathsep.join((str(tool("kubectl").parent), os.environ["PATH"]))
    processes = Processes(CommandLog(tmp_path / "log"), {**os.environ, "PATH": path})
    kubeconfig, context = instance.admin_kubeconfig("devtest"), instance.admin_context("devtest")
    yield KubernetesAdmin(processes, "devtest", kubeconfig, context)
    words = ["kubectl", f"--kubeconfig={kubeconfig}", "delete", "namespace", namespace]
    processes.run([*words, "--ignore-not-found", "--wait=false"])


@pytest.fixture
def fake() -> ClusterAdmin:
    world, kubeconfig = FakeWorld(), Path("/state/admin")
    FakeKind(world).create("devtest", image="node", config="", network="net", kubeconfig=kubeconfig)
    return FakeAdmin(world, "devtest", kubeconfig)


@pytest.fixture(params=["fake", "real"])
def admin(request: pytest.FixtureRequest) -> ClusterAdmin:
    made: ClusterAdmin = request.getfixturevalue(request.param)
    return made


def test_a_cluster_that_runs_answers(admin: ClusterAdmin) -> None:
    assert admin.answers()
    admin.wait_nodes(60)
    admin.wait_ready(60)
    assert admin.endpoint().server.startswith("https://127.0.0.1:")
    assert admin.endpoint().ca


def test_namespaces_and_their_annotations_are_seen(admin: ClusterAdmin, namespace: str) -> None:
    assert namespace not in admin.facts().namespaces
    admin.apply(_NAMESPACE.format(name=namespace))
    admin.apply(_NAMESPACE.format(name=namespace))
    assert namespace in admin.facts().namespaces
    admin.annotate("namespace", namespace, "", {"build-tasks/applied": "one", "build-tasks/other": "x"})
    admin.annotate("namespace", namespace, "", {"build-tasks/applied": "two"})
    found = admin.facts().namespaces[namespace]
    assert (found["build-tasks/applied"], found["build-tasks/other"]) == ("two", "x")


def test_secrets(admin: ClusterAdmin, namespace: str) -> None:
    admin.apply(_NAMESPACE.format(name=namespace))
    assert admin.secret(namespace, "credentials", "password") == ""
    admin.put_secret(namespace, "credentials", {"password": "first ü", "user": "ann"})
    admin.put_secret(namespace, "credentials", {"password": "second", "user": "ann"})
    assert admin.secret(namespace, "credentials", "password") == "second"
    assert admin.secret(namespace, "credentials", "absent") == ""


def test_nothing_is_made_in_a_namespace_that_is_not_there(admin: ClusterAdmin, namespace: str) -> None:
    with pytest.raises(FlowError):
        admin.put_secret(namespace, "credentials", {"password": "secret"})
    with pytest.raises(FlowError):
        admin.token(namespace, "deployer", 1)


def test_a_token_tells_its_end(admin: ClusterAdmin, namespace: str) -> None:
    admin.apply(_NAMESPACE.format(name=namespace))
    payload = admin.token(namespace, "deployer", 24).split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["exp"] > 0


def test_images_of_every_workload_are_seen(real: KubernetesAdmin, namespace: str) -> None:
    real.apply(_NAMESPACE.format(name=namespace))
    template = {
        "metadata": {"labels": {"app": "x"}},
        "spec": {
            "initContainers": [{"name": "i", "image": "localhost:1/init:1"}],
            "containers": [{"name": "c", "image": "localhost:1/dev/app@sha256:" + "0" * 64}],
        },
    }
    body = {"replicas": 0, "selector": {"matchLabels": {"app": "x"}}, "template": template}
    meta = {"name": "idle", "namespace": namespace}
    real.apply(json.dumps({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": body}))
    assert {"localhost:1/init:1", "localhost:1/dev/app@sha256:" + "0" * 64} <= real.images()


def test_no_secret_gets_into_the_log(real: KubernetesAdmin, namespace: str, tmp_path: Path) -> None:
    real.apply(_NAMESPACE.format(name=namespace))
    real.put_secret(namespace, "credentials", {"password": "correct-horse"})
    again = KubernetesAdmin(
        Processes(CommandLog(tmp_path / "second"), real.processes._env),
        real.cluster,
        real.kubeconfig,
        real.context,
    )
    assert again.secret(namespace, "credentials", "password") == "correct-horse"
    token = again.token(namespace, "deployer", 1)
    logged = (tmp_path / "log").read_text() + (tmp_path / "second").read_text()
    encoded = base64.b64encode(b"correct-horse").decode()
    assert not [secret for secret in ("correct-horse", encoded, token) if secret in logged]


def test_pods_are_run_to_their_end_and_removed(real: KubernetesAdmin, namespace: str) -> None:
    real.apply(_NAMESPACE.format(name=namespace))

    def pod(script: str, image: str = "localhost/build-tasks/busybox:1") -> dict[str, object]:
        container = {"name": "c", "image": image, "imagePullPolicy": "Never", "command": ["sh", "-c", script]}
        spec = {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0, "containers": [container]}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "run-"}, "spec": spec}

    good = real.run_pod(namespace, pod("echo hello"), 60)
    assert (good.succeeded, good.log) == (True, "hello\n")
    bad = real.run_pod(namespace, pod("echo no; exit 3"), 60)
    assert (bad.phase, bad.log) == ("Failed", "no\n")
    stuck = real.run_pod(namespace, pod("true", "localhost/absent:1"), 5)
    assert not stuck.succeeded
    assert "ErrImageNeverPull" in stuck.message
    refused = real.run_pod("kube-nowhere", pod("true"), 5)
    assert refused.phase == "Refused"
    assert "not found" in refused.message


_NOWHERE = """
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-0
  labels: { app.kubernetes.io/instance: {{ .Release.Name }} }
spec:
  nodeSelector: { build-tasks.invalid/there: "no" }
  containers: [{ name: c, image: "localhost/absent:1" }]
"""


def test_what_does_not_get_ready_is_explained(real: KubernetesAdmin, namespace: str, tmp_path: Path) -> None:
    """A pod that no node takes has no state that could say so; its events do."""
    real.apply(_NAMESPACE.format(name=namespace))
    chart = write_chart(tmp_path / "chart", extra=f"---{_NOWHERE}")
    with pytest.raises(FlowError) as caught:
        dataclasses.replace(real, patience=2).install("store", namespace, chart, {"image": "none"})
    scheduling = re.compile(r"event: \d+s FailedScheduling pod/store-0: .*node.*")
    assert any(map(scheduling.fullmatch, caught.value.details)), caught.value.details
