"""What a version is, and is signed to be: of the commit that it was cut at, also if a push goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Digest, Ref
from build_tasks.model.proofs import EvidenceKind
from build_tasks.steps import execute
from build_tasks.steps.artifacts.inputs import recipe
from build_tasks.steps.artifacts.package import package
from build_tasks.steps.artifacts.push import push
from build_tasks.steps.release.cut import cut
from tests.fakes.samples import v
from tests.unit.steps.shop import Shop

IMAGE, CHART = Ref("localhost:5001", "delivery", "v1.0.2"), Ref("localhost:5001", "charts/delivery", "1.0.2")


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Version 1.0.2 was cut."""
    cut(shop.bench, shop.service, v("1.0.2"), None, push=True)
    return shop


def killed_in(shop: Shop, monkeypatch: pytest.MonkeyPatch, place: object, name: str) -> None:
    """A push that ends there."""

    def killed(*_: object) -> Digest:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(place, name, killed)
        shop.pushed("1.0.2")
    assert shop.registry.digest(IMAGE)


def refusal(shop: Shop) -> FlowError:
    with pytest.raises(FlowError) as refused:
        shop.pushed("1.0.2")
    assert refused.value.code is ExitCode.REFUSED
    return refused.value


def statements(shop: Shop) -> int:
    return len(shop.registry.attachments(IMAGE, EvidenceKind.RELEASE.artifact_type))


def test_a_push_without_its_chart_goes_on_with_no_other(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_in(shop, monkeypatch, shop.registry, "push_chart")
    chart = shop.root / "services/delivery/chart/values.yaml"
    before = chart.read_text()
    shop.write({str(chart.relative_to(shop.root)): "image: {pullPolicy: Always}\n"})
    assert "uncommitted changes" in refusal(shop).why
    assert shop.registry.digest(CHART) is None and statements(shop) == 0
    shop.source.dirty.clear()
    Path(chart).write_text(before)
    shop.pushed("1.0.2")
    assert statements(shop) == 1


def test_nobody_signs_for_another_commit(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement about it would stand in the way of the right one for good."""
    killed_in(shop, monkeypatch, execute, "testify")
    shop.commit({"README.md": "moved\n"})
    assert "the branch moved since it was cut" in refusal(shop).why
    assert statements(shop) == 0


def test_what_was_pushed_in_full_is_left_alone_on_a_branch_that_moved(shop: Shop) -> None:
    first = shop.pushed("1.0.2")
    shop.commit({"README.md": "moved\n"})
    assert shop.pushed("1.0.2") == first
    assert statements(shop) == 1


def test_what_was_compared_is_what_is_signed_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may write charts moves the tag between two looks at it."""
    first, look = shop.pushed("1.0.2"), shop.registry.chart_archive_digest
    archive = package(shop.bench, shop.service, v("6.6.6"))
    evil = shop.registry.push_chart(archive, CHART.tagged("6.6.6"))
    made, image = recipe(shop.bench, shop.service), first.image

    def moved_meanwhile(ref: Ref) -> Digest | None:
        found = look(ref)
        shop.registry.copy(CHART.at(evil), CHART)
        return found

    monkeypatch.setattr(shop.registry, "chart_archive_digest", moved_meanwhile)
    same = package(shop.bench, shop.service, v("1.0.2"))
    assert push(shop.bench, shop.service, v("1.0.2"), made, same, lambda: image) == first
