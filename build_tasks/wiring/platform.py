"""Adapters for the platform's steps."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from build_tasks.adapters.docker.client import DockerClient, Engine
from build_tasks.adapters.docker.dockerd import EngineFolders, ManagedEngine
from build_tasks.adapters.docker.engine import DockerEngine
from build_tasks.adapters.docker.objects import DockerObjects
from build_tasks.adapters.docker.user_engines import UserEngines
from build_tasks.adapters.kubernetes.admin import KubernetesAdmin
from build_tasks.adapters.kubernetes.kind import Kind
from build_tasks.adapters.machine.credentials import credentials_of
from build_tasks.adapters.machine.host import Machine
from build_tasks.adapters.machine.operating_system import OperatingSystem
from build_tasks.adapters.machine.private_files import LocalPrivateFiles
from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.registry.registry import OrasRegistry
from build_tasks.adapters.signing.ssh_keys import SshKeys
from build_tasks.config.platform_lock import load_pins
from build_tasks.model.local_platform import EngineChoice, EnvironmentNeed
from build_tasks.model.platform import Toolbox
from build_tasks.model.upstream import Pins
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.engine import choose_engine
from build_tasks.steps.platform.kind_config import shape_of_clusters
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.wiring.basis import provisioning
from build_tasks.wiring.flow import SystemClock
from build_tasks.wiring.provisioning import Provisioning
from build_tasks.wiring.recorded_tools import TOOLS, record
from build_tasks.wiring.scanning import security_suite
from build_tasks.wiring.supplies import PlatformSupplies

if TYPE_CHECKING:
    from build_tasks.wiring import Composition

#: Socket, process ids and state of the managed engine: one per host, gone with a reboot.
ENGINE_RUN = Path("/run/build-tasks")


class PlatformComposition:
    """The platform of one instance."""

    def __init__(self, composition: Composition) -> None:
        self._composition = composition
        self._instance = composition.instance

    @cached_property
    def provisioning(self) -> Provisioning:
        """What brings tools and images, as settings and platform.lock say."""
        return self.provisioning_under(load_pins(self._composition.root))

    def provisioning_under(self, pins: Pins) -> Provisioning:
        """The same, where other files and images are accepted from publishers."""
        return provisioning(self._composition, pins)

    @cached_property
    def parts(self) -> PlatformParts:
        """What the platform's steps work with.

        :raises FlowError: UNAVAILABLE when no engine fits and none can be started.
        """
        composition, choice, client = self._composition, self.engine_choice, self.client
        return PlatformParts(
            instance=self._instance,
            environments=self._environments(),
            kind_config=shape_of_clusters(FOLDER, composition.root),
            recipes=FOLDER,
            cache=composition.cache,
            engine=choice,
            managed=self.managed_engine,
            supplies=PlatformSupplies(self, client, managed_engine=choice.managed),
            objects=DockerObjects(client),
            clusters=Kind(self.processes, choice.host, composition.reporter.detail),
            admin=self._admin,
            images=DockerEngine(client, on_line=composition.reporter.detail),
            registry=OrasRegistry(self.processes, Path("oras")),
            host=Machine(),
            files=LocalPrivateFiles(),
            keys=SshKeys(self.processes, self.tools_folder / "ssh-keygen"),
            clock=SystemClock(composition.log),
            reporter=composition.reporter,
            end_programs=self.processes.end_running,
        )

    @cached_property
    def client(self) -> DockerClient:
        """The client of the engine that the platform uses."""
        return DockerClient(self.processes, self._engine(self.engine_choice))

    @cached_property
    def managed_engine(self) -> ManagedEngine:
        folders = EngineFolders(ENGINE_RUN, self._composition.cache / "engine", self.tools_folder)
        return ManagedEngine(self.processes, folders)

    @property
    def tools_folder(self) -> Path:
        """Links to the tools, as the rest of the tasks finds them."""
        return self._instance.folder / TOOLS

    def take_updates(self) -> None:
        """Have base images made anew that lack security updates."""
        suite = security_suite(self._composition)
        self.provisioning.updates(self.client, suite, SystemClock())

    def record_tools(self, toolbox: Toolbox) -> None:
        """Let the rest of the tasks find the tools and the engine."""
        record(self._instance.folder, toolbox, self.engine_choice.host)

    def _admin(self, cluster: str) -> KubernetesAdmin:
        instance = self._instance
        return KubernetesAdmin(
            self.processes, cluster, instance.admin_kubeconfig(cluster), instance.admin_context(cluster)
        )

    @cached_property
    def engine_choice(self) -> EngineChoice:
        """The engine that the platform uses; asking starts none."""
        # Before any of our tools is on PATH: it is the user's own environment that is asked.
        users = UserEngines(self._composition.processes, os.environ, OperatingSystem.here())
        return choose_engine(users, self.managed_engine)

    @cached_property
    def processes(self) -> Processes:
        """Programs by name are those that the platform provides."""
        path = os.pathsep.join((str(self.tools_folder), os.environ.get("PATH", os.defpath)))
        # What a user's shell is set to makes no difference.
        environ = {**os.environ, "PATH": path, "KUBECONFIG": os.devnull}
        processes = Processes(self._composition.log, environ)
        processes.redact(credentials_of(environ))
        return processes

    def _engine(self, choice: EngineChoice) -> Engine:
        return Engine(
            docker=self.tools_folder / "docker", buildx=self.tools_folder / "docker-buildx", host=choice.host
        )

    def _environments(self) -> tuple[EnvironmentNeed, ...]:
        """Those of the configuration whose cluster is the local platform's."""
        return tuple(
            EnvironmentNeed.of(e)
            for e in self._composition.settings.environments.values()
            if e.context == self._instance.context(e.name)
        )
