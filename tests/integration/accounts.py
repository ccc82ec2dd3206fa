"""Accounts of the clusters, and pods that the clusters admit."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build_tasks.model.instance import Instance


@dataclass(frozen=True)
class Account:
    """An account of a cluster, by its kubeconfig file, which also says the namespace it looks at."""

    kubeconfig: Path

    @classmethod
    def deployer(cls, environment: str) -> Account:
        """The one that deploys to an environment of the test instance; looks at its namespace."""
        return cls(Instance.of(os.environ).kubeconfig(environment))

    @classmethod
    def admin(cls, cluster: str) -> Account:
        """The administrator of a cluster of the test instance."""
        return cls(Instance.of(os.environ).admin_kubeconfig(cluster))

    def kubectl(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        program = Path(os.environ["BUILD_TASKS_TOOLS"], "kubectl")
        argv: list[str | Path] = [program, f"--kubeconfig={self.kubeconfig}", *words]
        return subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)

    def must(self, *words: str, stdin: str = "") -> str:
        """What a command prints that must succeed."""
        done = self.kubectl(*words, stdin=stdin)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.must(*words, "--output=json"))

    def apply(self, *manifests: object) -> None:
        """Server-side, as the tasks do."""
        stream = "\n---\n".join(json.dumps(manifest) for manifest in manifests)
        self.must("apply", "--server-side", "--force-conflicts", "--filename=-", stdin=stream)

    def try_to_create(self, namespace: str, manifest: Mapping[str, Any]) -> str:
        """Why it is refused; empty if it is not."""
        words = ("create", f"--namespace={namespace}", "--dry-run=server", "--filename=-")
        done = self.kubectl(*words, stdin=json.dumps(manifest))
        return "" if done.returncode == 0 else done.stderr


def container(image: str, **security: Any) -> dict[str, Any]:
    """One that Pod Security `restricted` admits, unless ``security`` spoils it."""
    context = {
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
        **security,
    }
    return {"name": "app", "image": image, "securityContext": context}
