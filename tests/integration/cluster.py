"""kubectl with an account of the test instance."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build_tasks.model.instance import Instance


@dataclass(frozen=True)
class Kubectl:
    """An account, and the namespace it looks at."""

    kubeconfig: Path
    namespace: str

    @classmethod
    def deployer(cls, environment: str, namespace: str = "") -> Kubectl:
        """The account that deploys to an environment."""
        return cls(Instance.of(os.environ).kubeconfig(environment), namespace or environment)

    @classmethod
    def admin(cls, cluster: str, namespace: str) -> Kubectl:
        """The administrator of a cluster."""
        return cls(Instance.of(os.environ).admin_kubeconfig(cluster), namespace)

    def run(self, *words: str, stdin: str = "", check: bool = True) -> str:
        """What it prints; a failure fails the test with what it says."""
        program = Path(os.environ["BUILD_TASKS_TOOLS"], "kubectl")
        argv = [str(program), f"--kubeconfig={self.kubeconfig}", f"--namespace={self.namespace}", *words]
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not check, f"{' '.join(words)}: {done.stderr}"
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--output=json"))

    def apply(self, *manifests: object) -> None:
        """Server-side, as the tasks do."""
        stream = "\n---\n".join(json.dumps(manifest) for manifest in manifests)
        self.run("apply", "--server-side", "--force-conflicts", "--filename=-", stdin=stream)


def wait_until(met: Callable[[], bool], what: str, seconds: float = 120) -> None:
    """Look until a condition is met; fail the test after that time."""
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.3)
