"""Pods that listen and that can be told to connect: who reaches whom is tried, never read from a policy."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.integration.accounts import Account, container

#: In every node; where images are admitted by name it needs no registry.
IMAGE = "localhost/build-tasks/busybox:1"
PORT = 8080
#: On everything made here, for taking it away again.
MARK = "build-tasks/trial"
#: What a connection may come to: it is dropped, so it times out.
OPEN, CLOSED = "open", "closed"
#: Seconds a change of policies may take to be seen everywhere; it takes less than one.
_PATIENCE = 20.0
#: One line a target, all tried at once: its name, and `open`, `closed` or what went wrong instead.
_SCRIPT = """
try() {
    said=$(timeout 5 nc -w 2 "$2" "$3" < /dev/null 2>&1 > /dev/null) && { echo "$1 open"; return; }
    case $said in *"timed out"*) echo "$1 closed";; *) echo "$1 failed: $said";; esac
}
"""

#: Host and port by the name of the target.
Targets = Mapping[str, tuple[str, int]]


@dataclass(frozen=True)
class Probe:
    """A pod with a Service of the same name in front of it (port 80).

    :param labels: what policies know it by, besides its namespace.
    """

    admin: Account
    namespace: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)

    def objects(self) -> list[dict[str, Any]]:
        """The pod and its Service."""
        metadata = {"name": self.name, "namespace": self.namespace}
        small = {"requests": {"cpu": "5m", "memory": "8Mi"}, "limits": {"cpu": "200m", "memory": "32Mi"}}
        listening = {
            **container(IMAGE),
            "imagePullPolicy": "Never",
            "command": ["httpd", "-f", "-p", str(PORT), "-h", "/tmp"],
            "resources": small,
            "readinessProbe": {"tcpSocket": {"port": PORT}, "periodSeconds": 1},
        }
        pod = {"automountServiceAccountToken": False, "terminationGracePeriodSeconds": 0}
        own = {MARK: self.name}
        service = {"selector": own, "ports": [{"port": 80, "targetPort": PORT}]}
        return [
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {**metadata, "labels": {**self.labels, **own}},
                "spec": {**pod, "containers": [listening]},
            },
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {**metadata, "labels": own},
                "spec": service,
            },
        ]

    def address(self) -> str:
        return pod_address(self.admin, self.namespace, self.name)

    def targets(self) -> dict[str, tuple[str, int]]:
        """Both ways to it: by its pod's address, and by its Service's name."""
        where = f"{self.name}.{self.namespace}"
        return {
            f"{where}/pod": (self.address(), PORT),
            f"{where}/service": (f"{where}.svc.cluster.local", 80),
        }

    def connect(self, targets: Targets) -> dict[str, str]:
        """What comes of connecting to each, tried at once from inside the pod."""
        lines = [f"try {name} {host} {port} &" for name, (host, port) in targets.items()]
        script = "\n".join([_SCRIPT, *lines, "wait"])
        words = ("exec", self.name, f"--namespace={self.namespace}", "--", "sh", "-c", script)
        pairs = (line.partition(" ") for line in self.admin.must(*words).splitlines())
        return {name: found for name, _, found in pairs}


def pod_address(admin: Account, namespace: str, pod: str) -> str:
    words = ("get", "pod", pod, f"--namespace={namespace}", "--output=jsonpath={.status.podIP}")
    return admin.must(*words)


def start(probes: Sequence[Probe]) -> None:
    """Make them, and wait until every one listens."""
    admin = probes[0].admin
    items = [made for probe in probes for made in probe.objects()]
    admin.must(
        "apply", "--filename=-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    )
    for namespace in sorted({probe.namespace for probe in probes}):
        ready = ("--for=condition=Ready", "pod", f"--selector={MARK}", "--timeout=60s")
        admin.must("wait", *ready, f"--namespace={namespace}")


def take_away(admin: Account, namespaces: Iterable[str]) -> None:
    """All that is marked in these namespaces."""
    for namespace in namespaces:
        words = (f"--selector={MARK}", f"--namespace={namespace}", "--timeout=30s", "--ignore-not-found")
        admin.kubectl("delete", "pods,services,networkpolicies", *words)


def outcomes(questions: Mapping[Probe, Targets]) -> dict[tuple[str, str], str]:
    """What comes of every connection, by who tries and what is tried."""
    with ThreadPoolExecutor(max(1, len(questions))) as pool:
        answers = pool.map(lambda item: item[0].connect(item[1]), questions.items())
        found = zip(questions, answers, strict=True)
        return {(f"{p.name}.{p.namespace}", to): came for p, a in found for to, came in a.items()}


def differing(
    questions: Mapping[Probe, Targets], expected: Mapping[tuple[str, str], str]
) -> dict[tuple[str, str], str]:
    """Connections that do not come to what is expected of them, when policies have had time to take hold."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        found = outcomes(questions)
        assert found.keys() == expected.keys()
        wrong = {pair: came for pair, came in found.items() if came != expected[pair]}
        if not wrong or time.monotonic() > deadline:
            return wrong
