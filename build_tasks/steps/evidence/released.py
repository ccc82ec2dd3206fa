"""What was pushed of a service: its versions, and what each of them is."""

from __future__ import annotations

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.images import Digest
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import candidate_chart, candidate_image, versions_among
from build_tasks.steps.workbench import Workbench


def released_versions(bench: Workbench, service: Service) -> list[Version]:
    """Versions of which an image was pushed, in ascending order."""
    return versions_among(bench.registry.tags(candidate_image(bench.settings, service.name)))


def found_artifacts(bench: Workbench, service: Service, version: Version) -> ReleasedArtifacts | None:
    """What a version's tags stand for; None if one of them is not there."""
    image, chart = _tagged(bench, service, version)
    return ReleasedArtifacts(image, chart) if image is not None and chart is not None else None


def artifacts(bench: Workbench, service: Service, version: Version) -> ReleasedArtifacts:
    """The digests of a pushed version.

    :raises FlowError: USAGE if the version was never pushed, with those that were.
    """
    image, chart = _tagged(bench, service, version)
    if image is not None and chart is not None:
        return ReleasedArtifacts(image, chart)
    known = ", ".join(v.tag for v in released_versions(bench, service)[-5:]) or "none yet"
    what = "its chart" if image else "it"
    raise FlowError(
        f"find {service.name} {version.tag} in {bench.settings.registry}",
        f"{what} was never pushed (the latest versions: {known})",
        f"check --version, or cut it: ./inv release.cut {service.name} --version {version}",
        code=ExitCode.USAGE,
    )


def _tagged(bench: Workbench, service: Service, version: Version) -> tuple[Digest | None, Digest | None]:
    """Image and chart."""
    image = candidate_image(bench.settings, service.name).tagged(version.tag)
    chart = candidate_chart(bench.settings, service.name).tagged(str(version))
    return bench.registry.digest(image), bench.registry.digest(chart)
