"""Candidates: images in the registry that any machine finds by what they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from build_tasks.model.images import Digest, LocalImage, Ref
from build_tasks.model.proofs import OF_CANDIDATES, REUSABLE, Content, EvidenceKind, MadeFrom
from build_tasks.model.service import Service
from build_tasks.model.weighed import EvidenceFound
from build_tasks.planning.evidence.gate import Subject, charts, weigh
from build_tasks.planning.names import candidate_image, candidate_tag
from build_tasks.steps.artifacts.image_labels import INPUTS_LABEL
from build_tasks.steps.artifacts.inputs import Recipe
from build_tasks.steps.evidence.evidence import attach_evidence, attached_evidence
from build_tasks.steps.workbench import Workbench


@dataclass(frozen=True)
class Candidate:
    """An image that is made of what would be built now.

    :param image: by digest.
    :param evidence: what counts of what is attached to it.
    :param charts: inputs hashes of the charts that were found good to deploy it with.
    """

    image: Ref
    evidence: EvidenceFound
    charts: frozenset[str] = frozenset()

    @property
    def reusable(self) -> bool:
        """Nobody has to build or test it again. A scan may have become old, or the policy stricter."""
        return set(self.evidence.accepted) == OF_CANDIDATES and self.evidence.has(REUSABLE)

    @property
    def digest(self) -> Digest:
        assert self.image.digest is not None
        return self.image.digest


def find_candidate(bench: Workbench, service: Service, made: Recipe) -> Candidate | None:
    """The registry's candidate for these inputs, with its evidence weighed; None if there is none.

    :raises FlowError: UNAVAILABLE if the registry does not answer; CONFIG if main does not say who may sign.
    """
    tagged = _tagged(bench, service, made)
    digest = bench.registry.digest(tagged)
    if digest is None:
        return None
    image = tagged.at(digest)
    recorded = bench.registry.labels(image).get(INPUTS_LABEL, "")
    if recorded != made.inputs:
        bench.reporter.warn(f"{tagged} is made of other inputs ({recorded[:12] or 'it does not say'})")
        return None
    subject, attached = Subject(service.name, digest, made.inputs), attached_evidence(bench, image)
    return Candidate(image, weigh(subject, attached), charts(subject, attached))


def publish_candidate(
    bench: Workbench,
    service: Service,
    made: Recipe,
    built: LocalImage,
    contents: Mapping[EvidenceKind, Content],
    key: Path,
) -> Ref:
    """Push a runtime image as the candidate for its inputs, with its evidence; gives it by digest.

    It is pushed by its id: that is what was scanned, whatever its name may have come to mean.

    A candidate of these inputs that was there before is replaced: its evidence did not do, or somebody asked
    for a new one. Its image stays, as long as anything else names it.
    """
    tagged = _tagged(bench, service, made)
    with bench.reporter.step(f"publish {tagged}", f"the candidate for inputs {made.inputs[:12]}"):
        image = tagged.at(bench.builder.push(built.id, tagged))
        attach_evidence(bench, service, image, made.inputs, contents, key)
    return image


def add_chart(
    bench: Workbench, service: Service, made: Recipe, candidate: Candidate, chart: str, key: Path
) -> None:
    """Testify that a chart was found good to deploy a candidate with, unless that was said before.

    :param chart: its inputs hash; empty: none was looked at.
    """
    if not chart or chart in candidate.charts:
        return
    said = candidate.evidence.accepted[EvidenceKind.INPUTS].statement.content
    assert isinstance(said, MadeFrom), "evidence of a kind holds what belongs to it"
    contents = {EvidenceKind.INPUTS: replace(said, chart=chart)}
    title = f"testify to the chart of {service.name}"
    with bench.reporter.step(title, f"candidate {candidate.digest.short} is there, this chart of it is new"):
        attach_evidence(bench, service, candidate.image, made.inputs, contents, key)


def _tagged(bench: Workbench, service: Service, made: Recipe) -> Ref:
    return candidate_image(bench.settings, service.name).tagged(candidate_tag(made.inputs))
