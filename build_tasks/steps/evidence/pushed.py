"""What a builder testifies of a pushed version: which image, chart and commit it is."""

from __future__ import annotations

from pathlib import Path

from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.images import Digest
from build_tasks.model.proofs import REUSABLE, EvidenceKind, Released
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.evidence.gate import Pushed, Subject, weigh
from build_tasks.planning.names import candidate_chart, candidate_image
from build_tasks.steps.evidence.evidence import attach_evidence, attached_evidence, subject_of
from build_tasks.steps.evidence.released import found_artifacts
from build_tasks.steps.workbench import Workbench

_RELEASE = frozenset({EvidenceKind.RELEASE})


def testify(
    bench: Workbench, service: Service, version: Version, artifacts: ReleasedArtifacts, key: Path
) -> None:
    """Sign what the version is, unless that was done: whoever writes to the registry can move a tag."""
    subject = _subject(bench, service, version, artifacts)
    if _testified(bench, subject, _RELEASE):
        return
    said = Released(str(version), artifacts.chart, bench.source.head().sha, bench.clock.now())
    image = candidate_image(bench.settings, service.name).at(artifacts.image)
    with bench.reporter.step(f"sign what {service.name} {version.tag} is", f"image {artifacts.image.short}"):
        attach_evidence(bench, service, image, subject.inputs, {EvidenceKind.RELEASE: said}, key)


def is_pushed_from_here(bench: Workbench, service: Service, version: Version, image: Digest) -> bool:
    """Whether an accepted builder testified that a version is this image, pushed from the present commit."""
    chart = bench.registry.digest(candidate_chart(bench.settings, service.name).tagged(str(version)))
    if chart is None:
        return False
    artifacts, commit = ReleasedArtifacts(image, chart), bench.source.head().sha
    return _testified(bench, _subject(bench, service, version, artifacts, commit), _RELEASE)


def is_pushed(bench: Workbench, service: Service, version: Version) -> bool:
    """Whether an accepted builder testified what the version's tags stand for: nothing is left to push or to
    sign. A tag alone tells of a push that broke off, or of anybody who writes to the registry.
    """
    found = found_artifacts(bench, service, version)
    return found is not None and _testified(bench, _subject(bench, service, version, found), _RELEASE)


def is_vouched_for(bench: Workbench, service: Service, image: Digest, inputs: str) -> bool:
    """Whether an accepted builder testified that an image is what these inputs make, and that it was tested.

    Its label alone says nothing: whoever writes to the registry can push an image with any label.
    """
    return _testified(bench, Subject(service.name, image, inputs), REUSABLE)


def _subject(
    bench: Workbench, service: Service, version: Version, artifacts: ReleasedArtifacts, commit: str = ""
) -> Subject:
    pushed = Pushed(str(version), artifacts.chart, commit)
    return subject_of(bench, service, artifacts.image, pushed)


def _testified(bench: Workbench, subject: Subject, kinds: frozenset[EvidenceKind]) -> bool:
    """Whether evidence of these kinds counts and speaks for it; nothing else is fetched."""
    image = candidate_image(bench.settings, subject.service).at(subject.image)
    return weigh(subject, attached_evidence(bench, image, kinds)).has(kinds)
