"""The release record is beside the image, and can be checked without the repository it came from."""

from __future__ import annotations

import pytest

from build_tasks.model.images import Ref
from build_tasks.model.plan import Action, Verb
from build_tasks.model.proofs import RECORD_TYPE
from build_tasks.steps.evidence.records import attach_record, attached_record
from build_tasks.steps.evidence.released import artifacts
from build_tasks.steps.release.cut import cut
from tests.fakes.samples import v
from tests.unit.steps.attesting import IMAGE
from tests.unit.steps.shop import SIGNERS, Shop

VERSION = v("1.0.2")


def pushed(shop: Shop, version: str = "1.0.2") -> Ref:
    """A release that was cut and pushed; its image."""
    cut(shop.bench, shop.service, v(version), None, push=True)
    shop.run(Action(Verb.PUSH, "delivery", "test", v(version)))
    return IMAGE.at(artifacts(shop.bench, shop.service, v(version)).image)


def read(shop: Shop, image: Ref, version: str = "1.0.2") -> str:
    """Who cut it; else why no record counts."""
    found = attached_record(shop.bench, shop.service, v(version), image)
    return found if isinstance(found, str) else found.signer.principal


def test_a_push_leaves_the_record_beside_the_image(shop: Shop) -> None:
    image = pushed(shop)
    found = attached_record(shop.bench, shop.service, VERSION, image)
    assert not isinstance(found, str)
    assert (found.service, found.version, found.commit) == ("delivery", VERSION, shop.source.head().sha)
    assert found.signer.principal == "cutter"


def test_it_is_left_there_once(shop: Shop) -> None:
    image = pushed(shop)
    shop.run(Action(Verb.PUSH, "delivery", "test", VERSION))
    assert len(shop.registry.attachments(image, RECORD_TYPE)) == 1


def test_two_versions_of_one_image(shop: Shop) -> None:
    image = pushed(shop)
    assert pushed(shop, "1.0.3") == image
    assert read(shop, image) == read(shop, image, "1.0.3") == "cutter"
    assert read(shop, image, "1.0.4") == "no release record is attached to the image"


def test_a_version_that_nobody_cut(shop: Shop) -> None:
    shop.run(Action(Verb.PUSH, "delivery", "test", VERSION))
    image = IMAGE.at(artifacts(shop.bench, shop.service, VERSION).image)
    assert read(shop, image) == "no release record is attached to the image"


def test_main_says_whose_record_counts(shop: Shop) -> None:
    image = pushed(shop)
    shop.commit({SIGNERS: shop.signers(cutter="approval@build-tasks")})
    shop.publish()
    assert "but not for this" in read(shop, image)


@pytest.mark.parametrize("files", [{"x": b"y"}, {"tag": b"nonsense", "tag.sig": b"x"}])
def test_rubbish_is_no_record(shop: Shop, files: dict[str, bytes]) -> None:
    image = pushed(shop)
    shop.registry.attach(image, RECORD_TYPE, files)
    assert read(shop, image) == "cutter"
    other = IMAGE.at(shop.registry.add_image(IMAGE.tagged("other"), {}, b"other"))
    shop.registry.attach(other, RECORD_TYPE, files)
    assert read(shop, other) == "that is not an SSH signature"


def test_a_record_that_was_changed(shop: Shop) -> None:
    image = pushed(shop)
    [item] = shop.registry.attachments(image, RECORD_TYPE)
    files = {**item.files, "tag": item.files["tag"].replace(b"1.0.2", b"1.0.9")}
    shop.registry.attach(image, RECORD_TYPE, files)
    assert read(shop, image, "1.0.9") == "what was signed has been changed since"


def test_another_tag_that_somebody_signed(shop: Shop) -> None:
    """Whoever may cut may sign other tags, too: they are no records."""
    image = pushed(shop)
    shop.source.sign_tag("v9", "HEAD", "hello", shop.keys["cutter"])
    tag = shop.source.signed_tag("v9")
    assert tag is not None
    shop.registry.attach(image, RECORD_TYPE, {"tag": tag.text, "tag.sig": tag.signature})
    assert read(shop, image, "9.0.0") != "cutter"
    attach_record(shop.bench, shop.service, v("9.0.0"), artifacts(shop.bench, shop.service, VERSION).image)
    assert len(shop.registry.attachments(image, RECORD_TYPE)) == 2
