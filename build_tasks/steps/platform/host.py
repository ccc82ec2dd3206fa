"""Sees to it that the host has the packages that the platform relies on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import HostPackages
from build_tasks.ports.provisioning import HostSystem
from build_tasks.ports.reporting import Reporter


class ProvideHostPackages:
    """Installs groups of host packages.

    :param groups: every group there is, by name.
    """

    def __init__(self, groups: Mapping[str, HostPackages], host: HostSystem, reporter: Reporter) -> None:
        self._groups = groups
        self._host = host
        self._reporter = reporter

    def __call__(self, names: Iterable[str] | None = None) -> Mapping[str, Path]:
        """Install what is missing of the named groups (default: all); gives their programs by name.

        :raises FlowError: with the command to type, when something is missing and we may not install it.
        """
        groups = [self._groups[name] for name in (names if names is not None else self._groups)]
        for group in groups:
            missing = self._host.missing(group)
            if missing:
                with self._reporter.step(f"install {', '.join(missing)}", group.why):
                    self._host.install(group, self._reporter.detail)
        programs = {name: path for group in groups for name, path in group.programs.items()}
        self._check(programs)
        return programs

    def _check(self, programs: Mapping[str, Path]) -> None:
        absent = [str(path) for path in programs.values() if not path.exists()]
        if absent:
            raise FlowError(
                "find the host's programs",
                f"the packages are installed, but {', '.join(absent)} is not there",
                "reinstall the package with apt-get install --reinstall",
                code=ExitCode.UNAVAILABLE,
            )
