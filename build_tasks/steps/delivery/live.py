"""Which version is live in an environment, and which were: what Helm recorded.

A microservice has a Helm release of its own, named like it, whose appVersion is the live version: `helm
history delivery` is the history of the traffic (of an api) or of who did the work (a worker).
"""

from __future__ import annotations

from collections.abc import Sequence

from build_tasks.errors import FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.releases import Revision
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.ports.runtime import Releases
from build_tasks.steps.workbench import Workbench


def active_version(bench: Workbench, service: Service, environment: Environment) -> Version | None:
    """The live version; None while none is."""
    return next(iter(traffic_history(bench.environments.releases(environment), service)), None)


def traffic_history(releases: Releases, service: Service) -> list[Version]:
    """Versions that were live, newest first, the one that is at the front."""
    return effective(releases.history(service.name))


def effective(history: Sequence[Revision]) -> list[Version]:
    """The versions of those revisions that took effect, newest first."""
    return [_version(revision) for revision in reversed(history) if revision.status.took_effect]


def deployed_versions(releases: Releases, service: Service) -> dict[Version, Revision]:
    """The versions that are deployed in an environment, ascending, each with its release."""
    found = releases.list(selector=f"service={service.name},role=version")
    return dict(sorted(((_version(r), r) for r in found), key=lambda pair: pair[0]))


def _version(revision: Revision) -> Version:
    try:
        return Version.parse(revision.app_version)
    except ValueError as error:
        fix = "find out who made it; the flow needs that name for itself"
        raise FlowError(f"read the release {revision.release}", str(error), fix) from None
