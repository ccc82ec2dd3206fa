"""kubectl and helm with a cluster's administrator account."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from build_tasks.adapters.programs.process import Completed, Processes
from build_tasks.adapters.programs.running import dying_with_us

#: Limit for one request; the API server of a node that just started may be slow.
_REQUEST = "15s"


@dataclass(frozen=True)
class AdminAccount:
    """Which cluster, through which file.

    :param cluster: its name, for messages.
    :param kubeconfig: the administrator's file.
    :param context: the context in it.
    """

    processes: Processes
    cluster: str
    kubeconfig: Path
    context: str

    def _kubectl(
        self,
        what: str,
        *words: str,
        stdin: str | None = None,
        check: bool = True,
        raw: bool = False,
        timeout: str = _REQUEST,
    ) -> Completed:
        return self.processes.run(
            ["kubectl", *self._account("--context"), f"--request-timeout={timeout}", *words],
            # kubectl's cache of the API's types is the instance's, not the user's.
            env={"KUBECACHEDIR": str(self.kubeconfig.parent / "kubectl-cache")},
            stdin=None if stdin is None else stdin.encode(),
            what=f"cluster {self.cluster}: {what}",
            check=check,
            raw_stdout=raw,
        )

    def _helm(self, what: str, *words: str, stdin: str | None = None, check: bool = True) -> Completed:
        return self.processes.run(
            dying_with_us("helm", *self._account("--kube-context"), *words),
            env={"HELM_DRIVER": "configmap"},
            stdin=None if stdin is None else stdin.encode(),
            what=f"cluster {self.cluster}: {what}",
            check=check,
        )

    def _account(self, context: str) -> tuple[str, str]:
        return f"--kubeconfig={self.kubeconfig}", f"{context}={self.context}"
