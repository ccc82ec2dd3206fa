"""Probes in the place of the application's services: with the labels and policies of their charts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.integration.accounts import Account
from tests.integration.conftest import ROOT
from tests.integration.probes import MARK, Probe

_VALUES = {
    "reason": "trial",
    "image.registry": "localhost:5001",
    "image.repository": "trial",
    "image.tag": "v0.0.0",
    "image.digest": "sha256:" + "0" * 64,
}


def service_probe(admin: Account, namespace: str, service: str, folder: Path) -> Probe:
    """A probe that policies take for a pod of a service, of a version that is never released.

    The policies of its chart are applied with it.

    :param folder: for a copy of the chart.
    """
    documents = _rendered(service, namespace, folder)
    [deployment] = [d for d in documents if d["kind"] == "Deployment"]
    policies = [d for d in documents if d["kind"] == "NetworkPolicy"]
    assert policies, f"the chart of {service} has no NetworkPolicy"
    for policy in policies:
        policy["metadata"]["labels"][MARK] = service
    stream = json.dumps({"apiVersion": "v1", "kind": "List", "items": policies})
    admin.must("apply", f"--namespace={namespace}", "--filename=-", stdin=stream)
    return Probe(admin, namespace, f"trial-{service}", deployment["spec"]["template"]["metadata"]["labels"])


def _rendered(service: str, namespace: str, folder: Path) -> list[dict[str, Any]]:
    chart = folder / namespace / service
    shutil.copytree(ROOT / "services" / service / "chart", chart)
    shutil.copytree(ROOT / "services" / "shared" / "chart", chart / "charts" / "microservice")
    helm = Path(os.environ["BUILD_TASKS_TOOLS"], "helm")
    values = ",".join(f"{key}={text}" for key, text in _VALUES.items())
    words = [
        "template",
        f"{service}-v0-0-0",
        str(chart),
        f"--namespace={namespace}",
        f"--set-string={values}",
    ]
    done = subprocess.run([helm, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]
