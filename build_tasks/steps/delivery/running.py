"""What runs in an environment, of all services in one look."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from build_tasks.model.environment import Environment
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import release_name
from build_tasks.steps.delivery.live import effective
from build_tasks.steps.workbench import Workbench


@dataclass(frozen=True)
class Running:
    """The releases of an environment.

    :param releases: their names.
    :param live: the version of each service that is live there.
    """

    environment: str
    releases: Collection[str]
    live: Mapping[str, Version]

    def runs(self, service: Service, version: Version) -> bool:
        """Whether a version is deployed there."""
        return release_name(service.name, version) in self.releases


def running_in(bench: Workbench, environment: Environment) -> Running:
    """What runs in an environment.

    :raises FlowError: WRONG_CLUSTER, UNAVAILABLE.
    """
    bench.environments.workloads(environment).check_cluster()
    releases = bench.environments.releases(environment)
    current = {revision.release: revision for revision in releases.list()}
    live: dict[str, Version] = {}
    for name in bench.services:
        if name in current:
            # A move of the traffic that failed left it where it was.
            moved = current[name].status.took_effect
            for version in effective([current[name]] if moved else releases.history(name))[:1]:
                live[name] = version
    return Running(environment.name, frozenset(current), live)
