"""Release records are verified by one rule, wherever they are found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.source import TagObject
from build_tasks.planning.names import candidate_image
from build_tasks.steps.evidence.records import attach_record, attached_record
from build_tasks.steps.evidence.signed_record import verified
from build_tasks.steps.release.cut import cut
from build_tasks.steps.release.progress import Cut
from build_tasks.steps.release.release import allowed_signers, record
from tests.fakes.samples import v
from tests.unit.steps.shop import SIGNERS, Shop

VERSION = v("1.0.2")


@pytest.fixture
def tag(shop: Shop) -> TagObject:
    """The record of a version that was cut, and attached to an image."""
    cut(shop.bench, shop.service, VERSION, None, push=True)
    found = shop.source.signed_tag("record/delivery/v1.0.2")
    assert found is not None
    return found


def everywhere(shop: Shop, tag: TagObject) -> list[str]:
    """Who cut it, by the clone's tag, by its copy beside the image, in the list of versions; else nobody."""
    repository = candidate_image(shop.bench.settings, "delivery")
    image = shop.registry.add_image(repository.tagged("v1.0.2"), {}, b"image")
    attach_record(shop.bench, shop.service, VERSION, image)
    try:
        in_clone = record(shop.bench, shop.service, VERSION).signer.principal
    except FlowError as error:
        assert error.code is ExitCode.REFUSED
        in_clone = ""
    beside = attached_record(shop.bench, shop.service, VERSION, repository.at(image))
    listed = Cut(shop.service, VERSION, tag).record(shop.bench, allowed_signers(shop.bench))
    return [
        in_clone,
        "" if isinstance(beside, str) else beside.signer.principal,
        listed.signer.principal if listed else "",
    ]


def test_who_cut_it(shop: Shop, tag: TagObject) -> None:
    assert everywhere(shop, tag) == ["cutter"] * 3


@pytest.mark.parametrize("namespaces", ["approval@build-tasks", ""])
def test_a_key_that_main_does_not_accept_for_tags(shop: Shop, tag: TagObject, namespaces: str) -> None:
    shop.commit({SIGNERS: shop.signers(**({"cutter": namespaces} if namespaces else {}))})
    shop.publish()
    assert everywhere(shop, tag) == [""] * 3


def test_a_key_whose_time_is_over(shop: Shop, tag: TagObject) -> None:
    """Whatever date the tag bears: its maker wrote it."""
    until = shop.signers(cutter="git").replace('namespaces="git"', 'namespaces="git",valid-before="20260601"')
    assert "valid-before" in until
    shop.commit({SIGNERS: until})
    shop.publish()
    assert everywhere(shop, tag) == ["cutter"] * 3
    shop.bench.signer.now = datetime(2026, 7, 1, tzinfo=UTC)  # type: ignore[attr-defined]
    assert everywhere(shop, tag) == [""] * 3


def test_what_is_no_record_is_refused_with_what_to_do(shop: Shop) -> None:
    shop.source.sign_tag("v9", "HEAD", "hello", shop.keys["cutter"])
    other = shop.source.signed_tag("v9")
    assert other is not None
    with pytest.raises(FlowError) as error:
        verified(shop.bench, other, allowed_signers(shop.bench))
    assert (error.value.code, error.value.fix) == (ExitCode.REFUSED, "cut the next version")
