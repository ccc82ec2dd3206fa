"""Helm and kubectl for each environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from build_tasks.adapters.helm.program import HelmProgram
from build_tasks.adapters.helm.releases import HelmReleases
from build_tasks.adapters.kubernetes.leases import KubectlLeases
from build_tasks.adapters.kubernetes.workloads import KubectlWorkloads
from build_tasks.adapters.programs.process import Processes
from build_tasks.model.environment import Environment


@dataclass(frozen=True)
class ToolEnvironments:
    """Implements :class:`build_tasks.ports.runtime.Environments`.

    :param timeout: seconds that hooks, tests and an uninstallation may take.
    """

    processes: Processes
    helm: Path
    kubectl: Path
    helm_home: Path
    timeout: int = 120
    _workloads: dict[Environment, KubectlWorkloads] = field(default_factory=dict, compare=False)

    def releases(self, environment: Environment) -> HelmReleases:
        delete = self.workloads(environment).delete
        return HelmReleases(self._program, environment, delete, timeout=self.timeout)

    def workloads(self, environment: Environment) -> KubectlWorkloads:
        """The same one every time: it checks its cluster once."""
        made = KubectlWorkloads(self.processes, self.kubectl, environment)
        return self._workloads.setdefault(environment, made)

    def leases(self, environment: Environment) -> KubectlLeases:
        return KubectlLeases(self.processes, self.kubectl, environment)

    @cached_property
    def _program(self) -> HelmProgram:
        """One for all: it asks Helm for its version once."""
        return HelmProgram(self.processes, self.helm, self.helm_home)
