"""A release that somebody was killed over is freed by the next deployment."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from build_tasks.model.instance import Instance
from tests.integration.accounts import Account
from tests.integration.conftest import Told

pytestmark = pytest.mark.timeout(600)
_DEADLINE = 60.0

#: A hook that Helm waits for, so that there is time to kill it.
_HOOK = """\
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-stuck
  annotations:
    helm.sh/hook: pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  restartPolicy: Never
  securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: stuck
      image: {{ .Values.image.registry }}/{{ .Values.image.repository }}@{{ .Values.image.digest }}
      command: [sleep, "600"]
      resources: {limits: {cpu: 100m, memory: 32Mi}}
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"""


def test_a_release_stuck_in_pending_upgrade(told: Told, tmp_path: Path) -> None:
    told.root.must("delivery.deploy", "--env", "dev")
    chart = tmp_path / "chart"
    shutil.copytree(told.root.folder / "services/delivery/chart", chart)
    shutil.copytree(told.root.folder / "services/shared/chart", chart / "charts/microservice")
    (chart / "templates/stuck.yaml").write_text(_HOOK)
    _kill_an_upgrade("delivery-dev", chart)
    freed = told.root.must("delivery.deploy", "--env", "dev", "--reason", "after the kill")
    assert "stuck in pending-upgrade" in freed.said
    rows = told.root.json("delivery.status", "--env", "dev")
    assert [(row["release"], row["ready"]) for row in rows] == [("delivery-dev", "1/1")]
    Account.deployer("dev").must("delete", "pod", "delivery-dev-stuck", "--ignore-not-found")


def _kill_an_upgrade(release: str, chart: Path) -> None:
    argv = [*_helm(), "upgrade", release, str(chart), "--reuse-values"]
    with subprocess.Popen(argv, env=_env(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as helm:
        deadline = time.monotonic() + _DEADLINE
        while _status(release) != "pending-upgrade":
            assert helm.poll() is None, helm.stderr and helm.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.2)
        helm.send_signal(signal.SIGKILL)


def _status(release: str) -> str:
    argv = [*_helm(), "status", release, "--output", "json"]
    done = subprocess.run(argv, env=_env(), capture_output=True, check=True)
    return str(json.loads(done.stdout)["info"]["status"])


def _helm() -> list[str]:
    helm = Path(os.environ["BUILD_TASKS_TOOLS"], "helm")
    kubeconfig = Instance.of(os.environ).kubeconfig("dev")
    return [str(helm), "--kubeconfig", str(kubeconfig), "--namespace", "dev"]


def _env() -> dict[str, str]:
    return {**os.environ, "HELM_DRIVER": "configmap"}
