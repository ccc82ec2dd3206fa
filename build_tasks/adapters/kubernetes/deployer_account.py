"""kubectl with an environment's own account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from build_tasks.adapters.kubernetes.failures import cluster_failure
from build_tasks.adapters.programs.process import Completed, Processes
from build_tasks.errors import ToolError
from build_tasks.model.environment import Environment

#: Without a user's own defaults and aliases (kuberc).
KUBECTL_ENV = {"KUBERC": "off"}


@dataclass(frozen=True)
class DeployerAccount:
    """File, context and namespace are named in every command: what a user's shell is set to makes no
    difference.
    """

    processes: Processes
    kubectl: Path
    environment: Environment

    def _checked(self, *words: str, what: str, stdin: bytes | None = None) -> Completed:
        done = self._run(*words, what=what, stdin=stdin)
        if done.status != 0:
            raise cluster_failure(what, self.environment, done, self.processes.log.path)
        return done

    def _run(
        self,
        *words: str,
        what: str,
        stdin: bytes | None = None,
        timeout: float | None = None,
        uninterrupted: bool = False,
    ) -> Completed:
        try:
            return self.processes.run(
                self._argv(words),
                env=KUBECTL_ENV,
                stdin=stdin,
                what=what,
                check=False,
                timeout=timeout,
                uninterrupted=uninterrupted,
            )
        except ToolError as error:  # it did not end in time
            return Completed((), error.status or 1, error.stdout, error.stderr or error.why, timeout or 0)

    def _argv(self, words: Sequence[str]) -> list[str | Path]:
        account = ["--kubeconfig", self.environment.kubeconfig, "--context", self.environment.context]
        return [self.kubectl, *account, "--namespace", self.environment.namespace, *words]
