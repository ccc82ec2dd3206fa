"""What is typed without the tasks: scripts in bash, and what they need of the platform."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from build_tasks.adapters.programs.process import Processes
from build_tasks.model.environment import Environment
from build_tasks.model.service import Service
from build_tasks.steps.artifacts.inputs import contexts, recipe
from build_tasks.wiring import Composition
from build_tasks.wiring.flow import engine_client

SCRIPTS = Path(__file__).parent / "bash"


@dataclass(frozen=True)
class Hands:
    """Runs programs as whoever has said ``eval "$(./inv platform.env)"``.

    :param env: the variables that this sets.
    """

    processes: Processes
    env: Mapping[str, str]

    def run(self, argv: Sequence[str | Path], *, cwd: Path | None = None, check: bool = True) -> float:
        """Seconds that a command takes.

        :raises ToolError: it failed, and it was not to.
        """
        what = f"run {Path(argv[0]).name} by hand"
        return self.processes.run(argv, cwd=cwd, env=self.env, what=what, check=check).seconds

    def script(self, name: str, *words: str, cwd: Path, **variables: str) -> float:
        """Seconds that one of the scripts takes.

        :raises ToolError: it failed.
        """
        env = {**self.env, **variables}
        argv: list[str | Path] = [SCRIPTS / name, *words]
        return self.processes.run(argv, cwd=cwd, env=env, what=f"run {name} by hand").seconds


def hands(composition: Composition, environments: Iterable[Environment] = ()) -> Hands:
    """For the platform of a repository.

    :raises FlowError: UNAVAILABLE when an environment does not answer.
    """
    wanted = list(environments)
    for environment in wanted:
        composition.workbench.environments.workloads(environment).check_cluster()
    tools = composition.tool("docker").parent
    host = engine_client(composition).engine.host
    env = {
        "PATH": os.pathsep.join((str(tools), os.environ.get("PATH", os.defpath))),
        "KUBECONFIG": os.pathsep.join(environment.kubeconfig for environment in wanted),
        "HELM_DRIVER": "configmap",
        "REGISTRY": composition.workbench.settings.registry,
        **({"DOCKER_HOST": host} if host else {}),
    }
    return Hands(composition.processes, env)


def build_options(composition: Composition, services: Iterable[Service]) -> tuple[str, ...]:
    """What `docker buildx build` is told by hand, for all of these services.

    Where base images cannot be pulled, both sides build on the platform's stand-ins.
    """
    bench = composition.workbench
    named: dict[str, str] = {}
    for service in services:
        named |= contexts(bench, recipe(bench, service))
    return tuple(f"--build-context={name}={image}" for name, image in sorted(named.items()))
