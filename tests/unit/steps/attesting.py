"""Evidence in the shop's registry, as a builder leaves it there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from build_tasks.model.images import Digest, Ref
from build_tasks.model.proofs import (
    Content,
    EvidenceKind,
    MadeFrom,
    Provenance,
    Released,
    Sbom,
    Scanned,
    TestsRun,
)
from build_tasks.model.scan import Finding, ScanReport, Verdict
from build_tasks.planning.names import candidate_tag
from build_tasks.steps.artifacts.image_labels import INPUTS_LABEL
from build_tasks.steps.artifacts.inputs import chart_inputs, recipe
from build_tasks.steps.evidence.evidence import attach_evidence
from tests.fakes.samples import SHA
from tests.unit.steps.shop import Shop

IMAGE = Ref("localhost:5001", "delivery")


def inputs_of(shop: Shop) -> str:
    """What the service would be built from now."""
    return recipe(shop.bench, shop.service).inputs


def contents(shop: Shop, *refused: Finding, scanner: str = "grype") -> dict[EvidenceKind, Content]:
    """A piece of every kind, with nothing to say against the image but what is refused."""
    now = shop.clock.now()
    report = ScanReport(scanner, "1.0", shop.grype.database, now, refused)
    return {
        EvidenceKind.INPUTS: MadeFrom(SHA, shop.origin.url, {}, now, chart_inputs(shop.bench, shop.service)),
        EvidenceKind.TESTS: TestsRun(12, 0, 1, 0.8, "test_put 0.2 s", now),
        EvidenceKind.SCAN: Scanned(report, Verdict(refused), "9" * 64),
        EvidenceKind.SBOM: Sbom(json.loads(shop.bills.document)),
        EvidenceKind.PROVENANCE: Provenance("https://slsa.dev/provenance/v0.2", {"buildType": "b"}),
    }


def released(shop: Shop, chart: Digest, version: str = "1.0.2") -> dict[EvidenceKind, Content]:
    """The piece that says which version the image is."""
    commit, now = shop.source.head().sha, shop.clock.now()
    return {EvidenceKind.RELEASE: Released(version, chart, commit, now)}


def candidate(
    shop: Shop,
    pieces: Mapping[EvidenceKind, Content] | None = None,
    *,
    key: Path | None = None,
    layer: bytes = b"theirs",
    inputs: str = "",
) -> Ref:
    """An image in the registry for the tree's inputs, with its evidence, built by another machine.

    :param pieces: None: everything.
    :param inputs: what it says it is made of.
    """
    made = inputs_of(shop)
    tagged = IMAGE.tagged(candidate_tag(made))
    image = tagged.at(shop.registry.add_image(tagged, {INPUTS_LABEL: inputs or made}, layer))
    attest(shop, image, contents(shop) if pieces is None else pieces, key=key)
    return image


def attest(
    shop: Shop,
    image: Ref,
    pieces: Mapping[EvidenceKind, Content],
    *,
    key: Path | None = None,
    inputs: str = "",
) -> None:
    """Attach evidence to an image, signed by the shop's builder or another key."""
    signed_with = key or shop.keys["builder"]
    attach_evidence(shop.bench, shop.service, image, inputs or inputs_of(shop), pieces, signed_with)


def digest_of(image: Ref) -> Digest:
    assert image.digest
    return image.digest
