"""Accounts of the clusters, and pods that the clusters admit."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Account:
    """An account of a cluster, by its kubeconfig file."""

    kubeconfig: Path

    def kubectl(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        program = Path(os.environ["BUILD_TASKS_TOOLS"], "kubectl")
        argv: list[str | Path] = [program, f"--kubeconfig={self.kubeconfig}", *words]
        return subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)

    def must(self, *words: str, stdin: str = "") -> str:
        """What a command prints that must succeed."""
        done = self.kubectl(*words, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

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
