"""What a volume holds outlives the node: on a CI agent, the engine and all nodes die with every job."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.errors import ToolError
from build_tasks.model.instance import Instance

_CLUSTER = "devtest"
#: Runs as any other service does: without root. Appends a line at each start.
_POD = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: writer}
spec:
  securityContext: {runAsNonRoot: true, runAsUser: 65532}
  containers:
  - name: writer
    image: localhost/build-tasks/busybox:1
    imagePullPolicy: Never
    command: [sh, -c, "echo started >> /data/log; trap exit TERM; sleep 100000 & wait"]
    volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
"""

Kubectl = Callable[..., str]


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    return Processes(CommandLog(tmp_path / "log"))


@pytest.fixture
def kubectl(platform: None, processes: Processes) -> Kubectl:
    """kubectl as the cluster's administrator."""
    instance = Instance.of(os.environ)
    program = [Path(os.environ["BUILD_TASKS_TOOLS"], "kubectl")]
    access = [
        f"--kubeconfig={instance.admin_kubeconfig(_CLUSTER)}",
        f"--context={instance.admin_context(_CLUSTER)}",
    ]

    def run(*words: str, stdin: str = "") -> str:
        return processes.run([*program, *access, *words], stdin=stdin.encode()).stdout

    return run


@pytest.fixture
def namespace(kubectl: Kubectl) -> Iterator[str]:
    name = f"volumes-{uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name)


@pytest.mark.timeout(420)
def test_a_volume_survives_the_death_of_its_node(
    kubectl: Kubectl, namespace: str, processes: Processes
) -> None:
    kubectl("apply", f"--namespace={namespace}", "--filename=-", stdin=_POD)
    _until_ready(kubectl, "--namespace", namespace)
    assert _log(kubectl, namespace) == ["started"]

    docker, node = (
        Path(os.environ["BUILD_TASKS_TOOLS"], "docker"),
        Instance.of(os.environ).node_container(_CLUSTER),
    )
    processes.run([docker, "kill", node])
    processes.run([docker, "start", node])

    _until(lambda: len(_log(kubectl, namespace)) == 2)
    assert _log(kubectl, namespace) == ["started", "started"], "the first line is still there"
    for part in ("kube-system", "data"):
        _until_ready(kubectl, "--namespace", part)


def _log(kubectl: Kubectl, namespace: str) -> list[str]:
    return kubectl("exec", f"--namespace={namespace}", "writer", "--", "cat", "/data/log").split()


def _until_ready(kubectl: Kubectl, *where: str) -> None:
    """Wait until every pod is ready; those that have run to their end need not be."""

    def ready() -> bool:
        pods = json.loads(kubectl("get", "pods", "--output=json", *where))["items"]
        live = [pod["status"] for pod in pods if pod["status"]["phase"] != "Succeeded"]
        conditions = [{c["type"]: c["status"] for c in status.get("conditions", ())} for status in live]
        return bool(live) and all(c.get("Ready") == "True" for c in conditions)

    _until(ready)


def _until(holds: Callable[[], bool]) -> None:
    """The API server may be away meanwhile."""

    @retry(
        stop=stop_after_delay(180),
        wait=wait_fixed(0.5),
        retry=retry_if_exception_type((ToolError, AssertionError)),
        reraise=True,
    )
    def attempt() -> None:
        assert holds()

    attempt()
