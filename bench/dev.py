"""The environment dev: deployed to by hand, and asked what answers there."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from build_tasks.adapters.programs.process import Processes
from build_tasks.model.environment import Environment
from build_tasks.wiring import Composition
from build_tasks.wiring.flow import engine_client

#: What is typed without the tasks.
SCRIPT = Path(__file__).parent / "bash" / "deploy.sh"


@dataclass(frozen=True)
class Dev:
    """The environment dev, and the programs that reach it."""

    processes: Processes
    environment: Environment
    tools: Path
    docker_host: str
    registry: str

    @property
    def env(self) -> Mapping[str, str]:
        """What ``eval "$(./inv platform.env)"`` would set."""
        path = os.pathsep.join((str(self.tools), os.environ.get("PATH", os.defpath)))
        kubeconfig, context = self.environment.kubeconfig, self.environment.context
        host = {"DOCKER_HOST": self.docker_host} if self.docker_host else {}
        return {
            "PATH": path,
            "KUBECONFIG": kubeconfig,
            "HELM_KUBECONTEXT": context,
            "HELM_DRIVER": "configmap",
            **host,
        }

    def answers(self, service: str, path: str, wanted: str) -> bool:
        """Whether a Service's answer, asked for through the API server, holds the text."""
        place = f"/api/v1/namespaces/{self.environment.namespace}/services/{service}:80/proxy{path}"
        words: list[str | Path] = [
            self.tools / "kubectl",
            f"--context={self.environment.context}",
            "get",
            f"--raw={place}",
        ]
        done = self.processes.run([*words, "--request-timeout=5s"], env=self.env, check=False)
        return done.status == 0 and wanted in done.stdout

    def by_hand(self, repository: Path, service: str, options: Sequence[str]) -> None:
        """Run the script.

        :param options: for `docker buildx build`.
        """
        argv: list[str | Path] = [SCRIPT, service, self.registry, self.environment.namespace, *options]
        self.processes.run(argv, cwd=repository, env=self.env, what=f"deploy {service} by hand")

    def clear(self, service: str) -> None:
        """Remove what the script deployed."""
        words = ["uninstall", release_of(service), "--namespace", self.environment.namespace]
        argv: list[str | Path] = [self.tools / "helm", *words, "--ignore-not-found", "--wait"]
        self.processes.run(argv, env=self.env, what="remove what was deployed by hand")


def release_of(service: str) -> str:
    """The release (and Service) that the script deploys, beside the flow's own."""
    return f"bench-{service}"


def dev_of(composition: Composition, processes: Processes) -> Dev:
    """The environment dev of a repository.

    :raises FlowError: UNAVAILABLE when it does not answer.
    """
    environment = composition.workbench.settings.environments["dev"]
    composition.workbench.environments.workloads(environment).check_cluster()
    return Dev(
        processes,
        environment,
        composition.tool("docker").parent,
        engine_client(composition).engine.host,
        composition.workbench.settings.registry,
    )
