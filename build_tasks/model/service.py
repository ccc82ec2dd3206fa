"""A microservice of the monorepo, as its ``service.toml`` describes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ServiceKind(StrEnum):
    """How a service gets its work."""

    API = "api"
    WORKER = "worker"


@dataclass(frozen=True)
class Service:
    """One service.

    :param kind: an api answers requests through a Service; a worker fetches its work and has none.
    :param folder: its folder, relative to the repository's root, with ``/``.
    :param dockerfile: its Dockerfile, relative to the repository's root; the build context is the root.
    :param chart: its Helm chart's folder, relative to the repository's root.
    :param environments: where a release goes before production, in that order.
    :param switch_automatic: move the traffic as soon as a version is verified.
    :param drain_path: where a version is told to drain; empty if it cannot be.
    :param keep_versions: how many versions stay deployed side by side.
    :param calls: the services it calls; where all are deployed together, those come first.
    :param inputs: patterns, as in .dockerignore, of what it is built from besides what can be derived.
    """

    name: str
    kind: ServiceKind
    owner: str
    description: str
    folder: str
    dockerfile: str
    chart: str
    environments: tuple[str, ...]
    switch_automatic: bool
    drain_path: str
    keep_versions: int
    port: int
    calls: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()

    @property
    def is_worker(self) -> bool:
        return self.kind is ServiceKind.WORKER

    @property
    def share(self) -> str:
        """What a live version has: the traffic, or a worker's work."""
        return "work" if self.is_worker else "traffic"

    @property
    def toml(self) -> str:
        """Where it is described, for messages."""
        return f"{self.folder}/service.toml"
