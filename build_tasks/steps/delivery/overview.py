"""What runs where, and how it came to."""

from __future__ import annotations

from collections.abc import Sequence

from build_tasks.model.environment import Environment
from build_tasks.model.overview import DeployedVersion, HistoryEntry
from build_tasks.model.releases import Revision
from build_tasks.model.service import Service
from build_tasks.steps.delivery.live import active_version, deployed_versions
from build_tasks.steps.delivery.rollout import selector
from build_tasks.steps.delivery.verify import smoke_tests
from build_tasks.steps.workbench import Workbench


def status(bench: Workbench, service: Service, environments: Sequence[Environment]) -> list[DeployedVersion]:
    """Every version of the service that is deployed, by environment."""
    return [row for environment in environments for row in _status(bench, service, environment)]


def history(bench: Workbench, service: Service, environments: Sequence[Environment]) -> list[HistoryEntry]:
    """Deployments and moves of the traffic (or of a worker's work), oldest first, as Helm recorded them."""
    entries = [entry for environment in environments for entry in _history(bench, service, environment)]
    return sorted(entries, key=lambda entry: entry.time)


def _status(bench: Workbench, service: Service, environment: Environment) -> list[DeployedVersion]:
    workloads = bench.environments.workloads(environment)
    workloads.check_cluster()
    releases = bench.environments.releases(environment)
    live = active_version(bench, service, environment)
    rows = []
    for version, listed in deployed_versions(releases, service).items():
        revision = releases.get(listed.release) or listed
        rollouts = workloads.rollouts(selector(listed.release))
        runs = smoke_tests(releases, listed.release)
        rows.append(
            DeployedVersion(
                environment=environment.name,
                service=service.name,
                version=version.tag,
                release=listed.release,
                live=version == live,
                ready=f"{sum(r.available for r in rollouts)}/{sum(r.desired for r in rollouts)}",
                verified=bool(runs) and all(run.phase == "Succeeded" for run in runs),
                image=_digest(revision),
                reason=str(revision.values.get("reason", "")),
            )
        )
    return rows


def _digest(revision: Revision) -> str:
    image = revision.values.get("image")
    return str(image.get("digest", "")) if isinstance(image, dict) else ""


def _history(bench: Workbench, service: Service, environment: Environment) -> list[HistoryEntry]:
    bench.environments.workloads(environment).check_cluster()
    releases = bench.environments.releases(environment)
    names = [service.name, *(r.release for r in deployed_versions(releases, service).values())]
    return [
        HistoryEntry(
            time=revision.updated,
            environment=environment.name,
            release=name,
            revision=revision.number,
            status=revision.status.value,
            version=f"v{revision.app_version}",
            what=(f"{service.share} to " if name == service.name else "deployed: ") + revision.description,
        )
        for name in names
        for revision in releases.history(name)
    ]
