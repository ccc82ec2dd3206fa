"""No request is lost or done twice while pods go, politely or by force, or while a worker is released."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from tests.integration.accounts import Account
from tests.integration.conftest import Told
from tests.integration.waiting import wait_until

pytestmark = pytest.mark.timeout(900)

SERVICES = ("ingestion", "workflow", "delivery", "package", "dronescheduler")
REQUESTS, PER_SECOND, PATIENCE = 200, 4.0, 300.0
POD = "posting"
_LABELS = {
    "test": POD,
    # The charts let a probe of that name in.
    "app.kubernetes.io/name": "traffic-probe",
    "app.kubernetes.io/component": "probe",
    "app.kubernetes.io/part-of": "dronedelivery",
}


@pytest.fixture
def qa(told: Told) -> Iterator[Account]:
    """The environment with the whole application in it."""
    account = Account.deployer("qa")
    yield account
    account.must("delete", "pod", POD, "--ignore-not-found", "--wait=true", "--grace-period=1")
    account.must("delete", "networkpolicy", POD, "--ignore-not-found")


def test_pods_are_deleted_amid_requests(told: Told, qa: Account) -> None:
    releases = [live_release(told, service) for service in SERVICES]
    run, turns = start_posting(qa, live_image(told, "ingestion")), cycle([True, False])
    while posting(qa):
        for release in releases:  # an odd number of them, so that each is deleted in either way
            delete_pods(qa, release, force=next(turns))
    check_nothing_lost(qa, run)


def test_a_worker_is_released_amid_requests(told: Told, qa: Account) -> None:
    before = live_version(told, "workflow")
    run = start_posting(qa, live_image(told, "ingestion"))
    release_workflow(told)
    assert posting(qa), "the release took longer than the requests: it proves nothing"
    assert live_version(told, "workflow") != before
    check_nothing_lost(qa, run)


def start_posting(qa: Account, image: str) -> str:
    """Start the client; gives the run's name, which every request carries."""
    run = f"run-{uuid.uuid4().hex[:8]}"
    qa.must("delete", "pod", POD, "--ignore-not-found", "--wait=true", "--grace-period=1")
    script = Path(__file__).with_name("posting.py").read_text(encoding="utf-8")
    qa.apply(_policy(), _pod(image, [script, run, str(REQUESTS), str(PER_SECOND), str(PATIENCE)]))
    wait_until(lambda: phase(qa) in ("Running", "Failed"), "the client runs")
    return run


def phase(qa: Account) -> str:
    return str(qa.json("get", "pod", POD)["status"]["phase"])


def posting(qa: Account) -> bool:
    """Whether the client still posts; later it only looks for what it posted."""
    return phase(qa) == "Running" and "posted" not in qa.must("logs", POD).splitlines()


def delete_pods(qa: Account, release: str, *, force: bool) -> None:
    """Delete every pod of a release and wait until it is complete again."""
    by_force = ["--force", "--grace-period=0"] if force else []
    selector = f"--selector=app.kubernetes.io/instance={release},app.kubernetes.io/component!=smoke-test"
    qa.must("delete", "pod", selector, "--wait=true", *by_force)
    wait_until(lambda: complete(qa, release), f"{release} has its pods again")


def complete(qa: Account, release: str) -> bool:
    found = qa.json("get", "deployment", release)
    return bool(found["status"].get("readyReplicas", 0) == found["spec"]["replicas"])


def live_version(told: Told, service: str) -> str:
    rows = told.root.json(f"{service}.status", "--env", "qa")
    [live] = [row for row in rows if row["live"]]
    return str(live["version"])


def live_release(told: Told, service: str) -> str:
    return f"{service}-{live_version(told, service).replace('.', '-')}"


def live_image(told: Told, service: str) -> str:
    """The image of the live version, by digest, as its pods name it."""
    deployment = Account.deployer("qa").json("get", "deployment", live_release(told, service))
    return str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])


def release_workflow(told: Told) -> None:
    """Main's workflow under the next patch version, from the cut to QA's live version."""
    told.developer.must("release.cut", "workflow", "--bump", "patch", "--key", told.key("rhea"), "--push")
    told.agent.git("fetch", "--quiet", "--tags", "origin")
    branches = told.agent.git("branch", "--remotes", "--list", "origin/release/workflow/*").split()
    newest = max(branches, key=lambda name: [int(part) for part in name.rpartition("/v")[2].split(".")])
    told.agent.git("checkout", "--quiet", "-B", newest.removeprefix("origin/"), newest)
    told.agent.must("ci.run")


def check_nothing_lost(qa: Account, run: str) -> None:
    """Each key has exactly one id; it is once in each store, or a dead letter with its reason."""
    wait_until(lambda: phase(qa) != "Running", "the client ends", PATIENCE + 60)
    log = qa.must("logs", POD)
    assert phase(qa) == "Succeeded", log
    found = json.loads(log.splitlines()[-1])
    ids = {key: set(given) for key, given in found["ids"].items()}
    assert len(ids) == REQUESTS
    assert [key for key, given in ids.items() if len(given) != 1] == []
    dead = dead_letters()
    unexplained = {key: where for key, where in found["missing"].items() if not dead.get(min(ids[key]))}
    assert unexplained == {}
    expected = {min(given) for key, given in ids.items() if key not in found["missing"]}
    assert deliveries_of(run) == sorted(expected)
    assert packages_of(run) == sorted(expected)


def dead_letters() -> dict[str, str]:
    """Reasons by request."""
    lines = redis("XRANGE", "deliveryrequests:dead", "-", "+")
    entries = json.loads(lines)
    fields = [dict(zip(entry[1][::2], entry[1][1::2], strict=True)) for entry in entries]
    return {entry["id"]: entry["reason"] for entry in fields}


def deliveries_of(run: str) -> list[str]:
    """Ids of all deliveries of a run, however often they are there."""
    keys = json.loads(redis("KEYS", "delivery:*"))
    values = json.loads(redis("MGET", *keys)) if keys else []
    stored = [json.loads(value) for value in values if value]
    return sorted(delivery["id"] for delivery in stored if delivery["ownerId"] == run)


def packages_of(run: str) -> list[str]:
    query = f"SELECT id FROM packages WHERE tag = '{run}' ORDER BY id COLLATE \"C\""
    return store(
        "postgresql",
        "psql",
        "--username=postgres",
        "--dbname=application",
        "--no-align",
        "--tuples-only",
        f"--command={query}",
    ).split()


def redis(*words: str) -> str:
    return store("redis", "redis-cli", "--json", *words)


def store(kind: str, *argv: str) -> str:
    """What a program says in the pod of one of QA's data stores."""
    return Account.admin("devtest").must("exec", "--namespace=data", f"{kind}-qa-0", "--", *argv)


def _policy() -> dict[str, Any]:
    """The client may ask whom it likes; the charts say who answers it."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": POD},
        "spec": {
            "podSelector": {"matchLabels": {"test": POD}},
            "policyTypes": ["Egress"],
            "egress": [{}],
        },
    }


def _pod(image: str, arguments: list[str]) -> dict[str, Any]:
    container = {
        "name": POD,
        "image": image,
        "command": ["python", "-c", *arguments],
        "resources": {
            "requests": {"cpu": "50m", "memory": "64Mi"},
            "limits": {"cpu": "1", "memory": "192Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    spec = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
    }
    metadata = {"name": POD, "labels": _LABELS}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
