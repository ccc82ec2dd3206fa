"""Pushing a version: image and chart, nothing overwritten."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.images import Digest, Ref
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import candidate_chart, candidate_image
from build_tasks.planning.releases.versions import check_new, next_patch
from build_tasks.steps.artifacts.image_labels import INPUTS_LABEL
from build_tasks.steps.artifacts.inputs import Recipe
from build_tasks.steps.evidence.pushed import is_pushed_from_here, is_vouched_for
from build_tasks.steps.evidence.released import released_versions
from build_tasks.steps.workbench import Workbench


def push(
    bench: Workbench,
    service: Service,
    version: Version,
    made: Recipe,
    chart: Path,
    candidate: Callable[[], Digest],
) -> ReleasedArtifacts:
    """Give a version to the candidate, by its digest, inside the registry, and push the chart under it.

    The same content again is a no-op. "The same" is an equal chart archive, and an image of which an accepted
    builder testified that it is made of these inputs, or that it was pushed as this version from this commit
    (its base images may be others by now); its digest is then the version's.

    :param candidate: publishes the candidate of these inputs, or finds it published; asked for a new version,
        and for one whose image nobody vouches for.
    :raises FlowError: CONFLICT if the version exists with other content, REFUSED if it may not come next.
    """
    image = candidate_image(bench.settings, service.name).tagged(version.tag)
    present = bench.registry.digest(image)
    if present is None:
        check_new(service.name, version, released_versions(bench, service))
    else:
        _check_same(bench, service, version, image.at(present), made, candidate)
    chart_ref = candidate_chart(bench.settings, service.name).tagged(str(version))
    chart_digest = _same_chart(bench, service, version, chart_ref, chart)
    if present is None:
        digest = candidate()
        with bench.reporter.step(f"push {image}", f"{version.tag} is new: candidate {digest.short}"):
            present = bench.registry.copy(image.at(digest), image)
    else:
        bench.reporter.skip(f"push {image}", f"the same content is there as {present.short}")
    if chart_digest is None:
        with bench.reporter.step(f"push chart {chart_ref}", f"{version} is new"):
            chart_digest = bench.registry.push_chart(chart, chart_ref)
    else:
        bench.reporter.skip(f"push chart {chart_ref}", f"the same archive is there as {chart_digest.short}")
    return ReleasedArtifacts(present, chart_digest)


def _check_same(
    bench: Workbench,
    service: Service,
    version: Version,
    image: Ref,
    made: Recipe,
    candidate: Callable[[], Digest],
) -> None:
    """:param image: what the version is in the registry, by digest."""
    assert image.digest is not None
    committed = not bench.source.is_dirty(made.paths)
    if committed and is_pushed_from_here(bench, service, version, image.digest):
        return
    recorded = bench.registry.labels(image).get(INPUTS_LABEL, "")
    if recorded != made.inputs:
        found = f"image built from inputs {recorded[:12] or '(none recorded)'}"
        raise _conflict(bench, service, version, found)
    if not is_vouched_for(bench, service, image.digest, made.inputs) and candidate() != image.digest:
        found = f"image {image.digest.short}, which no builder vouches for"
        raise _conflict(bench, service, version, found)


def _same_chart(
    bench: Workbench, service: Service, version: Version, ref: Ref, archive: Path
) -> Digest | None:
    """The digest of the pushed chart if it is the same archive; None if the version has no chart yet.

    It is looked up once: what is signed for is what was compared, wherever the tag points by then.
    """
    digest = bench.registry.digest(ref)
    if digest is None:
        return None
    pushed = bench.registry.chart_archive_digest(ref.at(digest))
    if pushed is None or str(pushed) != "sha256:" + hashlib.sha256(archive.read_bytes()).hexdigest():
        raise _conflict(bench, service, version, f"chart {(pushed or digest).short}")
    return digest


def _conflict(bench: Workbench, service: Service, version: Version, found: str) -> FlowError:
    following = next_patch(version, [version, *released_versions(bench, service)])
    return FlowError(
        f"push {service.name} {version.tag}",
        f"the version exists with other content ({found}); the branch moved after it was pushed?",
        f"leave it and cut {following.tag}: ./inv release.cut {service.name} --version {following}",
        code=ExitCode.CONFLICT,
    )
