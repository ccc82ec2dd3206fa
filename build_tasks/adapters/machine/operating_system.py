"""What differs between the operating systems that the tasks run on: names and places, all of them here.

Linux is what everything is tried on. What is said of macOS comes from the documentation that each line names;
it was never run on a Mac.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from build_tasks.model.upstream import Target

#: Go's names of processors, which publishers use, by the operating system's.
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_MAC = "darwin"
_SYSTEM_SOCKET = Path("/var/run/docker.sock")
#: Where Docker's client looks for its plugins: cli-plugins/manager/manager_unix.go of github.com/docker/cli.
_PLUGINS = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)


@dataclass(frozen=True)
class OperatingSystem:
    """The operating system of a machine.

    :param system: ``linux`` or ``darwin``.
    :param machine: Go's name of the processor.
    """

    system: str
    machine: str
    home: Path
    environ: Mapping[str, str]

    @classmethod
    def here(cls, environ: Mapping[str, str] = os.environ) -> OperatingSystem:
        """This machine's."""
        return cls.named(platform.system(), platform.machine(), Path.home(), environ)

    @classmethod
    def named(cls, system: str, machine: str, home: Path, environ: Mapping[str, str]) -> OperatingSystem:
        """As Python's module ``platform`` names system and processor."""
        return cls(system.lower(), _MACHINES.get(machine.lower(), machine.lower()), home, environ)

    @property
    def target(self) -> Target:
        """What to look for among publishers' files."""
        from build_tasks.model.upstream import Target  # every command asks for the folders alone

        return Target(self.system, self.machine)

    @property
    def builds_from_packages(self) -> bool:
        """Whether tools and images can be made from package registries: recipes are Debian's and Go's."""
        return self.system == "linux"

    @property
    def engine_sockets(self) -> tuple[Path, ...]:
        """Where engines of the user's own listen, the likeliest first."""
        colima = Path(self.environ.get("COLIMA_HOME") or self.home / ".colima") / "default/docker.sock"
        if self.system == _MAC:
            # Docker Desktop: https://docs.docker.com/desktop/setup/install/mac-permission-requirements/
            # colima: https://github.com/abiosoft/colima/blob/main/docs/FAQ.md
            return (self.home / ".docker/run/docker.sock", _SYSTEM_SOCKET, colima)
        # rootless: https://docs.docker.com/engine/security/rootless/; then Docker Desktop for Linux
        runtime = self.environ.get("XDG_RUNTIME_DIR")
        rootless = (Path(runtime) / "docker.sock",) if runtime else ()
        return (_SYSTEM_SOCKET, *rootless, self.home / ".docker/desktop/docker.sock", colima)

    def engine_advice(self, oldest: int) -> str:
        """How to get a container engine of that version or later."""
        if self.system == _MAC:
            return (
                "install and start Docker Desktop (https://docs.docker.com/desktop/setup/install/mac-install/)"
                " or colima (`brew install colima docker docker-buildx`, `colima start`)"
            )
        return f"install Docker Engine {oldest} or later (https://docs.docker.com/engine/install/)"

    @property
    def plugin_folders(self) -> tuple[Path, ...]:
        """Where programs may be that Docker's client finds and PATH does not lead to."""
        own = Path(self.environ.get("DOCKER_CONFIG") or self.home / ".docker") / "cli-plugins"
        return (own, *map(Path, _PLUGINS))


def cache_folder() -> Path:
    """What may be thrown away at any moment, shared by all instances and repositories."""
    from platformdirs import user_cache_path

    return user_cache_path("build-tasks")


def state_folder() -> Path:
    """What instances of the platform keep on this machine: kubeconfig files, links to tools."""
    from platformdirs import user_state_path

    return user_state_path("build-tasks")
