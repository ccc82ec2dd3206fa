"""Adapters for the flow's steps."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from build_tasks.adapters.docker.client import DockerClient, Engine
from build_tasks.adapters.docker.engine import DockerEngine
from build_tasks.adapters.helm.charts import HelmCharts
from build_tasks.adapters.helm.program import HelmProgram
from build_tasks.adapters.programs.process_identity import has_ended
from build_tasks.adapters.programs.this_command import this_command
from build_tasks.adapters.provisioning.content_store import ContentStore
from build_tasks.adapters.provisioning.kept_documents import KeptDocuments
from build_tasks.adapters.registry.registry import OrasRegistry
from build_tasks.adapters.signing.ssh import SshSigner
from build_tasks.errors import ExitCode, FlowError
from build_tasks.steps.delivery.holds import Holds
from build_tasks.steps.workbench import Workbench
from build_tasks.wiring.scanning import PROVENANCE, Scanners, bills

if TYPE_CHECKING:
    from build_tasks.adapters.helm.releases import HelmReleases
    from build_tasks.adapters.kubernetes.environments import ToolEnvironments
    from build_tasks.adapters.kubernetes.leases import KubectlLeases
    from build_tasks.adapters.kubernetes.workloads import KubectlWorkloads
    from build_tasks.adapters.programs.command_log import CommandLog
    from build_tasks.model.environment import Environment
    from build_tasks.wiring import Composition


def workbench(composition: Composition) -> Workbench:
    """What the flow's steps work with.

    :raises FlowError: CONFIG for a wrong configuration.
    """
    basis = composition.basis
    processes = composition.processes
    client = engine_client(composition)
    engine = DockerEngine(client, _run_id(composition), composition.reporter.detail)
    helm = HelmProgram(processes, composition.tool("helm"), composition.cache / "helm")
    ssh_keygen = composition.tool("ssh-keygen")
    return Workbench(
        settings=basis.settings,
        services=basis.services,
        reporter=basis.reporter,
        bases=basis.bases,
        source=basis.source,
        clock=SystemClock(composition.log),
        builder=engine,
        registry=OrasRegistry(processes, composition.tool("oras")),
        charts=HelmCharts(helm),
        environments=ClusterEnvironments(composition),
        signer=SshSigner(processes, ssh_keygen),
        bills=bills(composition, engine),
        provenance=KeptDocuments(ContentStore(composition.cache / PROVENANCE), "provenance.json"),
        scanners=Scanners(composition),
        builder_key=composition.builder_key,
        holds=Holds(this_command(processes.clean), has_ended),
    )


def _run_id(composition: Composition) -> str:
    """Leads from a container that outlived its run to that run, and to its log, which is named by process."""
    return f"{composition.instance.name}-{os.getpid()}"


def engine_client(composition: Composition) -> DockerClient:
    """The client of the engine that `platform.up` chose; of the user's own before it has."""
    recorded = composition.instance.folder / "docker-host"
    host = recorded.read_text(encoding="utf-8").strip() if recorded.exists() else ""
    engine = Engine(docker=composition.tool("docker"), buildx=composition.tool("docker-buildx"), host=host)
    return DockerClient(composition.processes, engine)


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock.

    :param log: is told of pauses.
    """

    log: CommandLog | None = None

    def now(self) -> datetime:
        return datetime.now(UTC)

    def elapsed(self) -> float:
        # Where there is no such clock (macOS), the monotonic one goes on during sleep by itself.
        boot = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
        return time.clock_gettime(boot)

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)
        if self.log is not None:
            self.log.waited(seconds)


@dataclass(frozen=True)
class ClusterEnvironments:
    """Helm and kubectl for each environment; importing pyhelm3 takes a fifth of a second and can wait."""

    composition: Composition

    def releases(self, environment: Environment) -> HelmReleases:
        return self._tools.releases(self._checked(environment))

    def workloads(self, environment: Environment) -> KubectlWorkloads:
        return self._tools.workloads(self._checked(environment))

    def leases(self, environment: Environment) -> KubectlLeases:
        return self._tools.leases(self._checked(environment))

    @cached_property
    def _tools(self) -> ToolEnvironments:
        from build_tasks.adapters.kubernetes.environments import ToolEnvironments

        composition = self.composition
        return ToolEnvironments(
            processes=composition.processes,
            helm=composition.tool("helm"),
            kubectl=composition.tool("kubectl"),
            helm_home=composition.cache / "helm",
        )

    def _checked(self, environment: Environment) -> Environment:
        if not Path(environment.kubeconfig).is_file():
            raise FlowError(
                f"reach environment {environment.name}",
                f"there is no kubeconfig {environment.kubeconfig}",
                "run ./inv platform.up, or name yours in [tool.build_tasks.environments]",
                code=ExitCode.UNAVAILABLE,
            )
        return environment
