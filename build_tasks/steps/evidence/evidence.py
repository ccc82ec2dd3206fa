"""Evidence about an image in the registry: signed and attached, read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from build_tasks.model.images import Attachment, Digest, Ref
from build_tasks.model.proofs import (
    EVIDENCE_NAMESPACE,
    Content,
    EvidenceKind,
    EvidenceStatement,
    SignedEvidence,
)
from build_tasks.model.service import Service
from build_tasks.planning.evidence.gate import Pushed, Subject
from build_tasks.planning.evidence.in_toto import read_evidence, write_evidence
from build_tasks.planning.names import candidate_image
from build_tasks.steps.artifacts.image_labels import INPUTS_LABEL
from build_tasks.steps.evidence.signatures import parts, signed, signer_of
from build_tasks.steps.release.release import allowed_signers
from build_tasks.steps.workbench import Workbench


def attach_evidence(
    bench: Workbench,
    service: Service,
    image: Ref,
    inputs: str,
    contents: Mapping[EvidenceKind, Content],
    key: Path,
) -> None:
    """Sign statements about an image and attach each to it.

    :param image: by digest.
    :param inputs: the inputs hash it is made of.
    """
    pieces = {}
    for kind, content in contents.items():
        data = write_evidence(EvidenceStatement(kind, service.name, _digest(image), inputs, content))
        pieces[kind.artifact_type] = signed(bench, data, key, EVIDENCE_NAMESPACE)
    bench.registry.attach_all(image, pieces)


def attached_evidence(
    bench: Workbench, image: Ref, kinds: Iterable[EvidenceKind] = EvidenceKind
) -> list[SignedEvidence]:
    """Evidence attached to an image, oldest first, with the outcome of checking each signature.

    :param image: by digest.
    :param kinds: what of it is fetched.
    """
    types = {kind.artifact_type: kind for kind in kinds}
    found = bench.registry.attachments(image, *types)
    if not found:
        return []
    signers = allowed_signers(bench)
    return [_checked(bench, types[item.artifact_type], item, signers) for item in found]


def subject_of(bench: Workbench, service: Service, image: Digest, pushed: Pushed | None = None) -> Subject:
    """What evidence about an image has to be about: its label says what it is made of.

    :param pushed: as which version; None: that does not matter.
    """
    ref = candidate_image(bench.settings, service.name).at(image)
    return Subject(service.name, image, bench.registry.labels(ref).get(INPUTS_LABEL, ""), pushed)


def _checked(bench: Workbench, kind: EvidenceKind, item: Attachment, signers: str) -> SignedEvidence:
    data, signature = parts(item.files)
    try:
        statement = read_evidence(data)
    except ValueError as error:
        return SignedEvidence(kind, None, None, str(error))
    signer = signer_of(bench, data, signature, signers, EVIDENCE_NAMESPACE)
    if isinstance(signer, str):
        return SignedEvidence(kind, statement, None, signer)
    return SignedEvidence(kind, statement, signer)


def _digest(image: Ref) -> Digest:
    assert image.digest is not None, f"{image} is no reference by digest"
    return image.digest
