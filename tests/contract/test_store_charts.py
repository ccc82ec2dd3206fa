"""The data stores' charts, as Helm renders them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from build_tasks.adapters.programs.process import Processes
from build_tasks.errors import ToolError
from build_tasks.model.data_stores import REDIS, STORES, DataStore
from build_tasks.recipes import FOLDER

_IMAGE = "localhost:5001/infra/store:1@sha256:" + "0" * 64

Render = Callable[..., Mapping[str, Any]]


@pytest.fixture
def render(tool: Callable[[str], Path], processes: Processes) -> Render:
    """Objects of a store's chart by kind, with the values that the platform gives."""

    def run(store: DataStore, **values: str) -> Mapping[str, Any]:
        given = {**store.values, "image": _IMAGE, "credentials": "own", **values}
        words = ("template", store.name("qa"), FOLDER / "charts" / store.kind, "--values=-")
        out = processes.run([tool("helm"), *words], stdin=json.dumps(given).encode()).stdout
        return {document["kind"]: document for document in yaml.safe_load_all(out) if document}

    return run


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.kind)
def test_a_store_is_what_policies_and_addresses_say(render: Render, store: DataStore) -> None:
    made, name = render(store), store.name("qa")
    assert set(made) == {"ConfigMap", "Service", "StatefulSet"}
    assert made["Service"]["metadata"]["name"] == made["StatefulSet"]["metadata"]["name"] == name
    assert made["Service"]["spec"]["ports"][0]["port"] == store.port
    template = made["StatefulSet"]["spec"]["template"]
    assert template["metadata"]["labels"]["app.kubernetes.io/instance"] == name
    claim = made["StatefulSet"]["spec"]["volumeClaimTemplates"][0]["metadata"]["name"]
    mounted = {mount["name"] for mount in template["spec"]["containers"][0]["volumeMounts"]}
    assert claim in mounted


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.kind)
def test_a_store_is_restricted_and_small(render: Render, store: DataStore) -> None:
    pod = render(store)["StatefulSet"]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in [*pod.get("initContainers", []), *pod["containers"]]:
        assert container["image"] == _IMAGE
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        asked = container["resources"]
        assert asked["requests"] == {"cpu": "10m", "memory": "64Mi"}
        assert int(asked["limits"]["memory"].removesuffix("Mi")) <= 320


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.kind)
def test_programs_are_run_in_a_store_only_until_it_has_started(render: Render, store: DataStore) -> None:
    """On two CPUs, asking eight stores by `exec` every three seconds took a fifth of all that was done."""
    container = render(store)["StatefulSet"]["spec"]["template"]["spec"]["containers"][0]
    asked = {kind: set(container[f"{kind}Probe"]) for kind in ("startup", "readiness", "liveness")}
    assert "exec" in asked["startup"]
    assert "tcpSocket" in asked["readiness"] & asked["liveness"]


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.kind)
def test_passwords_come_by_file(render: Render, store: DataStore) -> None:
    """The server reads the key of its own Secret that the platform writes; no argument has it."""
    pod = render(store)["StatefulSet"]["spec"]["template"]["spec"]
    (volume,) = (volume["secret"] for volume in pod["volumes"] if "secret" in volume)
    assert volume["secretName"] == "own"
    assert {item["key"] for item in volume["items"]} == set(store.credentials)


def test_what_redis_answers_is_on_the_disk_and_nothing_is_evicted(render: Render) -> None:
    lines = render(REDIS)["ConfigMap"]["data"]["redis.conf"].splitlines()
    assert {"appendonly yes", "appendfsync always", "maxmemory-policy noeviction"} <= set(lines)


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.kind)
def test_an_image_by_tag_is_refused(render: Render, store: DataStore) -> None:
    with pytest.raises(ToolError):
        render(store, image="localhost:5001/infra/store:1")
