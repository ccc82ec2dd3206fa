"""What another machine built is found by what it is made of, and believed for its evidence alone."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.proofs import OF_CANDIDATES, EvidenceKind
from build_tasks.planning.evidence.gate import told
from build_tasks.planning.names import candidate_tag
from build_tasks.steps.artifacts.candidates import Candidate, find_candidate, publish_candidate
from build_tasks.steps.artifacts.image import build_stage
from build_tasks.steps.artifacts.inputs import recipe
from build_tasks.steps.evidence.signatures import SIGNATURE, STATEMENT
from tests.unit.steps.attesting import IMAGE, attest, candidate, contents, inputs_of
from tests.unit.steps.shop import SIGNERS, Shop

TESTS = EvidenceKind.TESTS


def found(shop: Shop) -> Candidate | None:
    return find_candidate(shop.bench, shop.service, recipe(shop.bench, shop.service))


def problems(shop: Shop) -> list[str]:
    there = found(shop)
    assert there is not None
    return told(there.evidence)


def test_nothing_was_built_yet(shop: Shop) -> None:
    assert found(shop) is None


def test_what_another_machine_built_tested_and_scanned(shop: Shop) -> None:
    image = candidate(shop)
    there = found(shop)
    assert there is not None and there.image == image
    assert there.evidence.complete
    assert {piece.builder for piece in there.evidence.accepted.values()} == {"builder"}


def test_other_inputs_are_another_candidate(shop: Shop) -> None:
    candidate(shop)
    shop.commit({"services/delivery/app.py": "changed\n"})
    assert found(shop) is None


def test_a_tag_that_somebody_moved(shop: Shop) -> None:
    """The image itself says what it is made of, and its evidence names its digest."""
    candidate(shop, inputs="f" * 64)
    assert found(shop) is None
    assert "is made of other inputs (ffffffffffff)" in shop.reporter.warnings[-1]


def test_evidence_about_another_image(shop: Shop) -> None:
    first = candidate(shop)
    second = candidate(shop, {}, layer=b"evil")
    for kind in OF_CANDIDATES:
        for item in shop.registry.attachments(first, kind.artifact_type):
            shop.registry.attach(second, kind.artifact_type, item.files)
    assert all("about image" in problem for problem in problems(shop))
    assert len(problems(shop)) == len(OF_CANDIDATES)


def test_evidence_by_a_key_that_main_does_not_accept(shop: Shop) -> None:
    for name in ("stranger", "ann"):
        candidate(shop, key=shop.keys[name], layer=name.encode())
        assert len(problems(shop)) == len(OF_CANDIDATES)
        assert all("signed by no accepted builder" in problem for problem in problems(shop))


def test_a_builder_that_was_struck_off(shop: Shop) -> None:
    candidate(shop)
    shop.commit({SIGNERS: shop.signers(cutter="git", builder="git")})
    shop.publish()
    assert all("signed by no accepted builder" in problem for problem in problems(shop))


def test_evidence_that_was_tampered_with(shop: Shop) -> None:
    image = candidate(shop, {TESTS: contents(shop)[TESTS]})
    [item] = shop.registry.attachments(image, TESTS.artifact_type)
    files = {**item.files, STATEMENT: item.files[STATEMENT].replace(b"12", b"13")}
    other = candidate(shop, {}, layer=b"other")
    shop.registry.attach(other, TESTS.artifact_type, files)
    assert "signed by no accepted builder: what was signed has been changed since" in problems(shop)[1]


@pytest.mark.parametrize(
    "files", [{"x": b""}, {STATEMENT: b"{"}, {STATEMENT: b"{}", SIGNATURE: b""}, {SIGNATURE: b"x"}]
)
def test_rubbish_that_is_attached(shop: Shop, files: dict[str, bytes]) -> None:
    image = candidate(shop, {})
    shop.registry.attach(image, TESTS.artifact_type, files)
    assert problems(shop)[1].startswith("test results: cannot be read: not a statement of evidence")
    attest(shop, image, contents(shop))
    assert problems(shop) == [], "what counts is there"


def test_approvals_are_no_evidence(shop: Shop) -> None:
    """A key that may approve may not testify, and the other way round."""
    shop.commit({SIGNERS: shop.signers(cutter="git", builder="approval@build-tasks")})
    shop.publish()
    candidate(shop)
    assert all("but not for this" in problem for problem in problems(shop))


def test_a_registry_that_does_not_answer(shop: Shop) -> None:
    shop.registry.down.add("localhost:5001")
    with pytest.raises(FlowError) as refused:
        found(shop)
    assert refused.value.code is ExitCode.UNAVAILABLE


def test_publishing(shop: Shop) -> None:
    made = recipe(shop.bench, shop.service)
    built = build_stage(shop.bench, shop.service, "final", made)
    image = publish_candidate(shop.bench, shop.service, made, built, contents(shop), shop.keys["builder"])
    assert shop.registry.digest(IMAGE.tagged(candidate_tag(inputs_of(shop)))) == image.digest
    there = found(shop)
    assert there is not None and there.image == image and there.evidence.complete


def test_publishing_twice_loses_nothing(shop: Shop) -> None:
    """Two agents at the same candidate: both attach, and either's evidence does."""
    made = recipe(shop.bench, shop.service)
    built, key = build_stage(shop.bench, shop.service, "final", made), shop.keys["builder"]
    first = publish_candidate(shop.bench, shop.service, made, built, contents(shop), key)
    assert publish_candidate(shop.bench, shop.service, made, built, contents(shop), key) == first
    assert len(shop.registry.attachments(first, TESTS.artifact_type)) == 2
    assert problems(shop) == []
