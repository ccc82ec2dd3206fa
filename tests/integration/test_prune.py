"""Making room on a platform that runs: old working trees go, whatever a workload names stays."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.registry.client import OrasClient, digest_of
from build_tasks.model.images import Digest, Ref
from build_tasks.model.instance import Instance
from tests.fakes.oci_content import put_image
from tests.integration.accounts import Account, container
from tests.integration.conftest import Terminal

_BUILT = "2020-01-01T00:00:00Z"
#: Older than anything that a machine has of itself, so that only what is made here goes.
_RULES = ("--older-than=200w", "--keep=0")
_NAME = "prune-trial"


class Yard:
    """The registry of the platform under test."""

    def __init__(self, folder: Path) -> None:
        self.instance = Instance.of(os.environ)
        self.processes = Processes(CommandLog(folder / "log"))
        self.oras = OrasClient(self.processes, Path(os.environ["BUILD_TASKS_TOOLS"], "oras"))

    def ref(self, number: int) -> Ref:
        return Ref(self.instance.registry_host, f"dev/{_NAME}", f"v0.0.0-dev.i{number:012}")

    def add(self, number: int) -> Digest:
        return put_image(self.oras, self.ref(number), layer=_layer(number), created=_BUILT)

    def blob_status(self, digest: str) -> int:
        """How the registry answers to the question for a blob."""
        connection = http.client.HTTPConnection(self.instance.registry_host, timeout=10)
        try:
            connection.request("HEAD", f"/v2/dev/{_NAME}/blobs/{digest}")
            return connection.getresponse().status
        finally:
            connection.close()


@pytest.fixture
def yard(platform: None, tmp_path: Path) -> Iterator[Yard]:
    made = Yard(tmp_path)
    yield made
    Account.deployer("dev").must("delete", "deployment", _NAME, "--ignore-not-found")


def test_old_working_trees_go_but_for_what_is_deployed(fresh_clone: Terminal, yard: Yard) -> None:
    gone, kept = yard.add(1), yard.add(2)
    Account.deployer("dev").must("create", "--filename=-", stdin=json.dumps(_idle(yard.ref(2).at(kept))))
    layers = [_digest_of(number) for number in (1, 2)]

    planned = fresh_clone.json("platform.prune", *_RULES, "--dry-run")["leftovers"]
    mine = [one for one in planned if _NAME in one["name"]]
    assert [one["name"] for one in mine] == [str(yard.ref(1).at(gone))]
    assert mine[0]["size"] >= len(_layer(1))
    assert [yard.blob_status(layer) for layer in layers] == [200, 200], "a dry run removes nothing"

    said = fresh_clone.must("platform.prune", *_RULES).said
    assert "freed" in said
    assert yard.oras.resolve(yard.ref(1)) is None
    assert yard.oras.resolve(yard.ref(2)) == kept
    assert [yard.blob_status(layer) for layer in layers] == [404, 200]

    again = fresh_clone.json("platform.prune", *_RULES, "--dry-run")["leftovers"]
    assert [one for one in again if _NAME in one["name"]] == []
    assert {part["state"] for part in fresh_clone.json("platform.status")["parts"]} == {"ok"}
    assert yard.add(1) == gone, "what is gone can be pushed again"
    assert yard.blob_status(layers[0]) == 200


def test_what_is_no_age_is_refused(platform: None, fresh_clone: Terminal) -> None:
    typed = fresh_clone.inv("platform.prune", "--older-than=soon", "--dry-run")
    assert typed.status == 2
    assert "like 12h, 7d or 2w" in typed.said


def _layer(number: int) -> bytes:
    return f"layer {number} of {_NAME}".encode() * 100


def _digest_of(number: int) -> str:
    return str(digest_of(_layer(number)))


def _idle(image: Ref) -> dict[str, Any]:
    """A Deployment without pods: what it could be scaled up to counts as running."""
    labels = {"app": _NAME}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container(str(image))]}}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": _NAME}, "spec": spec}
