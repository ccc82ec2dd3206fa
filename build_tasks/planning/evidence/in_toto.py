"""Evidence as in-toto statements, and back (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md).

Every statement has two subjects: the image by its digest, and what it was made of by the inputs hash. What
was tested are the inputs, what was scanned is the image; who reads a statement holds both against what is
there.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from build_tasks.model.images import Digest
from build_tasks.model.proofs import EvidenceKind, EvidenceStatement, Provenance
from build_tasks.planning.evidence.predicates import read_predicate, write_predicate

_TYPE = "https://in-toto.io/Statement/v1"
_PREDICATES = {
    EvidenceKind.INPUTS: "urn:build-tasks:inputs:v1",
    EvidenceKind.TESTS: "https://in-toto.io/attestation/test-result/v0.1",
    EvidenceKind.SCAN: "https://in-toto.io/attestation/vulns/v0.2",
    EvidenceKind.SBOM: "https://cyclonedx.org/bom",
    EvidenceKind.RELEASE: "urn:build-tasks:release:v1",
}
_PROVENANCE = re.compile(r"https://slsa\.dev/provenance/v[0-9.]+")
_HASH = re.compile(r"[0-9a-f]{64}")


class _Subject(msgspec.Struct):
    name: str
    digest: dict[str, str]


class _Statement(msgspec.Struct, rename={"type": "_type", "predicate_type": "predicateType"}):
    type: str
    subject: list[_Subject]
    predicate_type: str
    predicate: dict[str, Any]


def to_sign(document: object) -> bytes:
    """The bytes of a statement that are signed: JSON with sorted keys, an indented line for each."""
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=1) + b"\n"


def write_evidence(statement: EvidenceStatement) -> bytes:
    """The bytes that are signed, see :func:`to_sign`."""
    content = statement.content
    kind = content.type if isinstance(content, Provenance) else _PREDICATES[statement.kind]
    image = statement.image.text.removeprefix("sha256:")
    document = {
        "_type": _TYPE,
        "subject": [
            {"name": statement.service, "digest": {"sha256": image}},
            {"name": _inputs_of(statement.service), "digest": {"sha256": statement.inputs}},
        ],
        "predicateType": kind,
        "predicate": write_predicate(content, statement.inputs),
    }
    return to_sign(document)


def read_evidence(data: bytes) -> EvidenceStatement:
    """Read a statement.

    :raises ValueError: it is none of ours.
    """
    try:
        read = msgspec.json.decode(data, type=_Statement)
        kind = _kind(read)
        service, image, inputs = _subjects(read)
        content = read_predicate(kind, read.predicate_type, read.predicate)
    except (msgspec.MsgspecError, RecursionError, OverflowError) as error:
        raise ValueError(f"not a statement of evidence: {error}") from None
    return EvidenceStatement(kind, service, image, inputs, content)


def _kind(read: _Statement) -> EvidenceKind:
    if read.type != _TYPE:
        raise ValueError(f"not an in-toto statement but {read.type!r}")
    if _PROVENANCE.fullmatch(read.predicate_type):
        return EvidenceKind.PROVENANCE
    for kind, predicate in _PREDICATES.items():
        if predicate == read.predicate_type:
            return kind
    raise ValueError(f"nothing is known of the predicate {read.predicate_type!r}")


def _subjects(read: _Statement) -> tuple[str, Digest, str]:
    """The service, its image's digest and the inputs hash."""
    if len(read.subject) != 2:
        raise ValueError(f"it has {len(read.subject)} subjects instead of an image and its inputs")
    image, inputs = read.subject
    if inputs.name != _inputs_of(image.name):
        raise ValueError(f"its second subject is {inputs.name!r}, not the inputs of {image.name!r}")
    hashes = [subject.digest.get("sha256", "") for subject in read.subject]
    if not all(map(_HASH.fullmatch, hashes)):
        raise ValueError("a subject has no sha256 digest")
    return image.name, Digest(f"sha256:{hashes[0]}"), hashes[1]


def _inputs_of(service: str) -> str:
    return f"{service}:inputs"
