"""What a builder testifies of a pushed version: which image, chart and commit it is."""

from __future__ import annotations

from pathlib import Path

from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.images import Digest
from build_tasks.model.proofs import REUSABLE, EvidenceKind, Released
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.model.weighed import EvidenceFound
from build_tasks.planning.evidence import Pushed, Subject, weigh
from build_tasks.planning.names import candidate_image
from build_tasks.steps.evidence import attach_evidence, attached_evidence
from build_tasks.steps.workbench import Workbench


def testify(
    bench: Workbench,
    service: Service,
    version: Version,
    artifacts: ReleasedArtifacts,
    inputs: str,
    key: Path,
) -> None:
    """Sign what the version is, unless that was done: a tag can be moved by whoever writes to the registry.

    :param inputs: the inputs hash that the image is made of.
    """
    pushed = Pushed(str(version), artifacts.chart)
    found = _weighed(bench, Subject(service.name, artifacts.image, inputs, pushed))
    if found.has(frozenset({EvidenceKind.RELEASE})):
        return
    said = Released(str(version), artifacts.chart, bench.source.head().sha, bench.clock.now())
    image = candidate_image(bench.settings, service.name).at(artifacts.image)
    with bench.reporter.step(f"sign what {service.name} {version.tag} is", f"image {artifacts.image.short}"):
        attach_evidence(bench, service, image, inputs, {EvidenceKind.RELEASE: said}, key)


def is_vouched_for(bench: Workbench, service: Service, image: Digest, inputs: str) -> bool:
    """Whether an accepted builder testified that an image is what these inputs make, and that it was tested.

    Its label alone says nothing: whoever writes to the registry can push an image with any label.
    """
    return _weighed(bench, Subject(service.name, image, inputs)).has(REUSABLE)


def _weighed(bench: Workbench, subject: Subject) -> EvidenceFound:
    image = candidate_image(bench.settings, subject.service).at(subject.image)
    return weigh(subject, attached_evidence(bench, image))
