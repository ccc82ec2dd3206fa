"""Whom the data stores let in, tried with pods that may ask anybody: their own environment, and nobody else.

Needs a node network that enforces NetworkPolicies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from build_tasks.model.data_stores import STORES
from tests.integration.accounts import Account, container
from tests.integration.waiting import wait_until

_NAMESPACES = {"dev": "dev", "qa": "qa", "staging": "staging", "prod": "backend"}
_DEVTEST = ("dev", "qa", "staging")
_LABEL = {"test": "data-isolation"}
_LET_OUT = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": _LABEL["test"]},
    "spec": {"podSelector": {"matchLabels": _LABEL}, "policyTypes": ["Egress"], "egress": [{}]},
}
#: Prints one line for each `name=host:port`.
_SCRIPT = """
for target; do
    at=${target#*=}
    word=closed
    timeout 3 bash -c "exec 3<>/dev/tcp/${at%:*}/${at##*:}" 2>/dev/null && word=open
    echo "${target%%=*} $word"
done
"""


class Lab:
    """Pods in the environments of the platform under test, made by their clusters' administrators."""

    def __init__(self) -> None:
        self._made: list[tuple[str, str]] = []

    def kubectl(self, environment: str, *words: str, stdin: str = "") -> str:
        return Account.admin("prod" if environment == "prod" else "devtest").must(*words, stdin=stdin)

    def start(self, environment: str, *command: str) -> str:
        """Run a command in a pod of the environment, in the data store's image; gives the pod's name."""
        where = f"--namespace={_NAMESPACES[environment]}"
        path = "jsonpath={.spec.template.spec.containers[0].image}"
        words = ("get", "statefulset", f"redis-{environment}", "--namespace=data", f"--output={path}")
        name = f"isolation-{uuid4().hex[:8]}"
        self._made.append((environment, name))
        manifest = _pod(name, self.kubectl(environment, *words), command)
        self.kubectl(environment, "create", where, "--filename=-", stdin=json.dumps(manifest))
        return name

    def let_out(self, environment: str) -> None:
        """Its pods of this test may ask anybody: what stays closed is closed by who is asked."""
        where = f"--namespace={_NAMESPACES[environment]}"
        self.kubectl(environment, "apply", where, "--filename=-", stdin=json.dumps(_LET_OUT))

    def status(self, environment: str, pod: str) -> Any:
        where = f"--namespace={_NAMESPACES[environment]}"
        return json.loads(self.kubectl(environment, "get", "pod", pod, where, "--output=json"))["status"]

    def tried(self, environment: str, targets: Mapping[str, str]) -> dict[str, str]:
        """Which of the targets (host:port by name) a pod of the environment can connect to."""
        words = [f"{name}={at}" for name, at in targets.items()]
        pod = self.start(environment, "bash", "-c", _SCRIPT, "bash", *words)
        wait_until(lambda: self.status(environment, pod)["phase"] == "Succeeded", "all targets are tried")
        log = self.kubectl(environment, "logs", pod, f"--namespace={_NAMESPACES[environment]}")
        return dict(line.split() for line in log.splitlines())

    def clean(self) -> None:
        for environment, pod in self._made:
            for what in (f"pod/{pod}", f"networkpolicy/{_LABEL['test']}"):
                words = ("delete", what, f"--namespace={_NAMESPACES[environment]}", "--ignore-not-found")
                self.kubectl(environment, *words, "--wait=false", "--grace-period=1")


@pytest.fixture
def lab(platform: None) -> Iterator[Lab]:
    made = Lab()
    yield made
    made.clean()


@pytest.mark.parametrize("environment", _NAMESPACES)
def test_an_environment_reaches_its_own_stores_and_no_other(lab: Lab, environment: str) -> None:
    neighbours = ("prod",) if environment == "prod" else _DEVTEST
    stores = {s.name(other): (other, s.port) for other in neighbours for s in STORES}
    targets = {name: f"{name}.data.svc.cluster.local:{port}" for name, (_, port) in stores.items()}
    expected = {name: "open" if of == environment else "closed" for name, (of, _) in stores.items()}
    own = {name: targets[name] for name, word in expected.items() if word == "open"}
    lab.let_out(environment)
    wait_until(
        lambda: set(lab.tried(environment, own).values()) == {"open"}, f"{environment} is let out to {own}"
    )
    assert lab.tried(environment, targets) == expected


def _pod(name: str, image: str, command: tuple[str, ...]) -> dict[str, Any]:
    running = {**container(image), "command": list(command)}
    spec = {"restartPolicy": "Never", "automountServiceAccountToken": False, "containers": [running]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": _LABEL}, "spec": spec}
