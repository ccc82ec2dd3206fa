"""Deploying the services together: which version of each, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from build_tasks.model.order import waves
from build_tasks.model.plan import Plan
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.plans.pipeline import deployment, working_tree

#: A plan for each of some services that do not depend on each other, by name.
Wave = Mapping[str, Plan]


@dataclass(frozen=True)
class Wanted:
    """What an environment is to run.

    :param versions: by service; None: the working tree.
    :param source: where that is said, for the reader.
    """

    versions: Mapping[str, Version | None]
    source: str


def wanted_in_dev(services: Collection[str], named: Mapping[str, Version] | None, file: str) -> Wanted:
    """What dev is to run: the versions that its file names, of all others the working tree.

    :param named: what the file says; None if it is not there, or not asked for.
    """
    source = f"{file}, of all others the working tree" if named else "the working tree"
    return Wanted({service: (named or {}).get(service) for service in services}, source)


def application(services: Mapping[str, Service], wanted: Wanted, environment: str) -> list[Wave]:
    """Plans in waves: a service comes after those it calls, so that its smoke test finds them."""
    chosen = {name: services[name] for name in wanted.versions}
    return [
        {name: _plan(chosen[name], wanted, environment) for name in wave}
        for wave in waves({name: service.calls for name, service in chosen.items()})
    ]


def _plan(service: Service, wanted: Wanted, environment: str) -> Plan:
    version = wanted.versions[service.name]
    if version is None:
        return Plan(f"{service.name}: {wanted.source}", tuple(working_tree(service, environment)))
    actions = deployment(service, version, environment)
    return Plan(f"{service.name} {version.tag}: {wanted.source}", tuple(actions))
