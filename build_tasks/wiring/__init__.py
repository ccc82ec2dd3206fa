"""The composition root: picks adapters for the steps. The only place that knows both.

Whatever a task may not need is imported and made when it is first asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from build_tasks.adapters.machine.credentials import credentials_of
from build_tasks.adapters.machine.operating_system import cache_folder, state_folder
from build_tasks.adapters.programs.command_log import CommandLog
from build_tasks.adapters.programs.process import Processes
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.instance import BUILDER_KEY, VARIABLE, Instance
from build_tasks.model.routes import ROUTES_VARIABLE, Route, routes_of
from build_tasks.wiring.logs import new_log

if TYPE_CHECKING:
    from build_tasks.model.event import Told
    from build_tasks.model.settings import Settings
    from build_tasks.ports.commands import Commands
    from build_tasks.ports.reporting import Reporter
    from build_tasks.steps.checkout import Checkout
    from build_tasks.steps.workbench import Basis, Workbench
    from build_tasks.wiring.platform import PlatformComposition


class Composition:
    """The adapters of one command in one repository.

    :param root: the repository's folder.
    :param environ: the process's environment.
    """

    def __init__(self, root: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.root = root
        self._environ = environ

    @cached_property
    def instance(self) -> Instance:
        """The platform's instance that the environment names.

        :raises FlowError: USAGE for a name that cannot be one.
        """
        try:
            return Instance.of(self._environ, state_folder())
        except ValueError as error:
            fix = f"correct or unset {VARIABLE}"
            raise FlowError(f"read {VARIABLE}", str(error), fix, code=ExitCode.USAGE) from None

    @cached_property
    def cache(self) -> Path:
        """What may be thrown away at any moment, shared by all instances and repositories."""
        return cache_folder()

    @cached_property
    def log(self) -> CommandLog:
        """Every command of this run and its output."""
        return new_log(self.root / ".build" / "logs")

    @cached_property
    def processes(self) -> Processes:
        """Runs programs; passwords of proxies and mirrors never get into what they are seen to say."""
        processes = Processes(self.log, self._environ)
        processes.redact(credentials_of(self._environ))
        return processes

    @cached_property
    def reporter(self) -> Reporter:
        """Progress, on standard error: standard output is for answers."""
        from build_tasks.presentation.console import open_console

        verbose = bool(self._environ.get("BUILD_TASKS_VERBOSE"))
        timings = self.cache / "timings.json"
        return open_console(sys.stderr, self._environ, timings=timings, verbose=verbose)

    @cached_property
    def told(self) -> Told:
        """What a CI system says of the event that this process was started for.

        :raises FlowError: it says what nobody can build from.
        """
        from build_tasks.adapters.ci.surroundings import told_by

        return told_by(self._environ)

    @cached_property
    def settings(self) -> Settings:
        from build_tasks.config.loading import load_settings

        return load_settings(self.root, self.instance)

    @property
    def routes(self) -> tuple[Route, ...]:
        """Where tools and images come from: what the environment says, else the settings.

        :raises FlowError: USAGE for routes that there are not.
        """
        text = self._environ.get(ROUTES_VARIABLE, "")
        try:
            return routes_of(text) if text else self.settings.routes
        except ValueError as error:
            fix = f"correct or unset {ROUTES_VARIABLE}"
            raise FlowError(f"read {ROUTES_VARIABLE}", str(error), fix, code=ExitCode.USAGE) from None

    @cached_property
    def checkout(self) -> Checkout:
        """Settings, services and git."""
        return self.checkout_at(self.root)

    def checkout_at(self, root: Path) -> Checkout:
        """The same with the settings and services that another folder describes."""
        from build_tasks.wiring.checkout import checkout

        return checkout(self, root)

    @cached_property
    def basis(self) -> Basis:
        """What says what services are made of."""
        from build_tasks.wiring.basis import basis

        return basis(self)

    @cached_property
    def workbench(self) -> Workbench:
        """What the flow's steps work with."""
        from build_tasks.wiring.flow import workbench

        return workbench(self)

    @cached_property
    def platform(self) -> PlatformComposition:
        """What the platform's steps work with."""
        from build_tasks.wiring.platform import PlatformComposition

        return PlatformComposition(self)

    @cached_property
    def commands(self) -> Commands:
        """A terminal for the demonstration."""
        from build_tasks.adapters.programs.user_commands import UserCommands

        return UserCommands(self.processes, self.tool("ssh-keygen"))

    @property
    def builder_key(self) -> Path:
        """The key that evidence is signed with: what a CI system gives, else the local platform's own."""
        given = self._environ.get(BUILDER_KEY, "")
        return Path(given).expanduser().absolute() if given else self.instance.builder_key

    def tool(self, program: str) -> Path:
        """A program of the platform, where `platform.up` provides it; starting it tells whether it has."""
        return self.instance.folder / "tools" / program
