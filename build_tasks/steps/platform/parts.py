"""What the platform's steps work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from build_tasks.model.instance import Instance
from build_tasks.model.local_platform import EngineChoice, EnvironmentNeed
from build_tasks.ports.artifacts import ImageBuilder, Registry
from build_tasks.ports.host import Host, KeyMaker, PrivateFiles
from build_tasks.ports.platform import (
    ClusterAdmin,
    EngineObjects,
    LocalClusters,
    ManagedEngine,
)
from build_tasks.ports.reporting import Clock, Reporter
from build_tasks.ports.supplies import Supplies
from build_tasks.steps.side_by_side import Crew, side_by_side

Item = TypeVar("Item")
Answer = TypeVar("Answer")

#: Things that are done at the same time.
_AT_ONCE = 8


@dataclass(frozen=True)
class PlatformParts:
    """One instance of the platform: what it should consist of, and the ports to reach it.

    :param kind_config: kind's configuration of a cluster (kind-config.yaml), without the image.
    :param recipes: the folder of the shipped recipes.
    :param cache: the folder with everything that may be thrown away; the managed engine's data is in it.
    :param end_programs: ends every program that a thread waits for, when the work is interrupted.
    """

    instance: Instance
    environments: tuple[EnvironmentNeed, ...]
    kind_config: str
    recipes: Path
    cache: Path
    engine: EngineChoice
    managed: ManagedEngine
    supplies: Supplies
    objects: EngineObjects
    clusters: LocalClusters
    admin: Callable[[str], ClusterAdmin]
    images: ImageBuilder
    registry: Registry
    host: Host
    files: PrivateFiles
    keys: KeyMaker
    clock: Clock
    reporter: Reporter
    end_programs: Callable[[], None]

    @property
    def lock_path(self) -> Path:
        """Held while the instance is changed; not in its folder, which goes away with it."""
        return self.cache / "locks" / f"{self.instance.name}.lock"

    @property
    def cluster_names(self) -> tuple[str, ...]:
        """Short names of the clusters that the environments live on, in their order."""
        return tuple(dict.fromkeys(environment.cluster for environment in self.environments))

    def environments_on(self, cluster: str) -> tuple[EnvironmentNeed, ...]:
        return tuple(e for e in self.environments if e.cluster == cluster)

    def has_production(self, cluster: str) -> bool:
        return any(environment.production for environment in self.environments_on(cluster))

    def side_by_side(self, ask: Callable[[Item], Answer], items: tuple[Item, ...]) -> tuple[Answer, ...]:
        """Do the same for several things at once (mostly waiting for programs); answers in their order.

        :raises FlowError: the first of them, when all have ended.
        """
        crew = Crew(_AT_ONCE, self.clock, self.end_programs)
        numbers = [str(number) for number in range(len(items))]
        try:
            ended = side_by_side(crew, "", numbers, lambda number: ask(items[int(number)]))
        except KeyboardInterrupt:
            raise KeyboardInterrupt from None  # numbers say nothing; the steps that were cut short do
        return tuple(one.result() for one in ended)
