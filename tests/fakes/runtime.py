"""Environments in memory: what Helm changes, Kubernetes shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from build_tasks.model.environment import Environment
from tests.fakes.charts import Render, values_as_configmap
from tests.fakes.leases import FakeLeases
from tests.fakes.releases import FakeReleases, ScriptedTest
from tests.fakes.workloads import FakeWorkloads

__all__ = ["FakeEnvironments", "FakeLeases", "FakeNamespace", "FakeReleases", "FakeWorkloads", "ScriptedTest"]


@dataclass
class FakeNamespace:
    """Both sides of an environment, and its Leases.

    An upgrade makes a Deployment whose pods are ready at once; ``workloads.troubles[release]`` gives it other
    pods, ``releases.on_change`` other habits.
    """

    workloads: FakeWorkloads = field(default_factory=FakeWorkloads)
    releases: FakeReleases = field(default_factory=FakeReleases)
    leases: FakeLeases = field(default_factory=FakeLeases)

    def __post_init__(self) -> None:
        self.releases.on_change = self.workloads.change


@dataclass
class FakeEnvironments:
    """A namespace for each environment that is asked for, by the environment's name.

    :param render: as Helm renders charts there.
    """

    render: Render = values_as_configmap
    namespaces: dict[str, FakeNamespace] = field(default_factory=dict)

    def namespace(self, name: str) -> FakeNamespace:
        """Both sides of an environment, for a test to script and to look at."""
        if name not in self.namespaces:
            self.namespaces[name] = FakeNamespace(releases=FakeReleases(namespace=name, render=self.render))
        return self.namespaces[name]

    def releases(self, environment: Environment) -> FakeReleases:
        return self.namespace(environment.name).releases

    def workloads(self, environment: Environment) -> FakeWorkloads:
        return self.namespace(environment.name).workloads

    def leases(self, environment: Environment) -> FakeLeases:
        return self.namespace(environment.name).leases
