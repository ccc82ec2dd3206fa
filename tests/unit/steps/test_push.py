"""Pushing a version: new, the same again, and other content that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.images import Digest, Ref
from build_tasks.model.plan import Action, Verb
from build_tasks.planning.dockerfiles.dockerfile import FINAL
from build_tasks.planning.names import candidate_tag, local_image
from build_tasks.steps.artifacts.image import build_stage
from build_tasks.steps.artifacts.image_labels import INPUTS_LABEL
from build_tasks.steps.artifacts.inputs import Recipe, recipe
from build_tasks.steps.artifacts.package import package
from build_tasks.steps.artifacts.push import push
from build_tasks.steps.evidence.released import artifacts, released_versions
from tests.fakes.samples import v, vs
from tests.unit.steps.attesting import attest
from tests.unit.steps.attesting import contents as contents_of
from tests.unit.steps.shop import BASE, Shop

IMAGE, CHART = Ref("localhost:5001", "delivery"), Ref("localhost:5001", "charts/delivery")


def pushed(shop: Shop, version: str = "1.0.2") -> ReleasedArtifacts:
    made = recipe(shop.bench, shop.service)
    build_stage(shop.bench, shop.service, FINAL, made)
    archive = package(shop.bench, shop.service, v(version))
    return push(shop.bench, shop.service, v(version), made, archive, lambda: candidate(shop, made))


def candidate(shop: Shop, made: Recipe) -> Digest:
    """What a run gives: the engine's image, under the name that is made from its inputs."""
    tagged = IMAGE.tagged(candidate_tag(made.inputs))
    return shop.builder.push(local_image(shop.bench.settings, "delivery", FINAL, made.inputs), tagged)


def refused(shop: Shop, version: str = "1.0.2") -> FlowError:
    before = contents(shop)
    with pytest.raises(FlowError) as error:
        pushed(shop, version)
    assert contents(shop) == before, "something is half done"
    return error.value


def contents(shop: Shop) -> dict[str, Digest | None]:
    tags = {
        str(ref.tagged(tag)): ref.tagged(tag) for ref in (IMAGE, CHART) for tag in shop.registry.tags(ref)
    }
    return {name: shop.registry.digest(ref) for name, ref in tags.items()}


def test_a_new_version(shop: Shop) -> None:
    found = pushed(shop)
    assert contents(shop) == {
        f"localhost:5001/delivery:{candidate_tag(recipe(shop.bench, shop.service).inputs)}": found.image,
        "localhost:5001/delivery:v1.0.2": found.image,
        "localhost:5001/charts/delivery:1.0.2": found.chart,
    }
    assert artifacts(shop.bench, shop.service, v("1.0.2")) == found
    assert (
        shop.reporter.reasons["push localhost:5001/delivery:v1.0.2"]
        == f"v1.0.2 is new: candidate {found.image.short}"
    )


def test_the_same_again_does_nothing(shop: Shop) -> None:
    first = pushed(shop)
    shop.reporter.forget()
    assert pushed(shop) == first
    assert len(shop.builder.pushed) == 1
    assert not any(title.startswith("push") for title in shop.reporter.done)
    assert "the same content is there" in shop.reporter.skipped["push localhost:5001/delivery:v1.0.2"]


def test_the_registry_s_digest_is_adopted_for_the_same_inputs(shop: Shop) -> None:
    """Another machine built the same inputs, and testified it: other bits, the same content."""
    made = recipe(shop.bench, shop.service)
    theirs = shop.registry.add_image(IMAGE.tagged("v1.0.2"), {INPUTS_LABEL: made.inputs}, b"other bits")
    attest(shop, IMAGE.at(theirs), contents_of(shop))
    assert pushed(shop).image == theirs
    assert shop.builder.pushed == {}


@pytest.mark.parametrize("key", ["", "stranger"])
def test_a_label_alone_is_no_proof(shop: Shop, key: str) -> None:
    made = recipe(shop.bench, shop.service)
    theirs = shop.registry.add_image(IMAGE.tagged("v1.0.2"), {INPUTS_LABEL: made.inputs}, b"other bits")
    if key:
        attest(shop, IMAGE.at(theirs), contents_of(shop), key=shop.keys[key])
    with pytest.raises(FlowError) as error:
        pushed(shop)
    assert error.value.code is ExitCode.CONFLICT
    assert f"image {theirs.short}, which no builder vouches for" in error.value.why
    assert "--version 1.0.3" in error.value.fix


@pytest.mark.parametrize("labels", [{INPUTS_LABEL: "f" * 64}, {}])
def test_other_content_is_refused_with_the_next_version(shop: Shop, labels: dict[str, str]) -> None:
    shop.registry.add_image(IMAGE.tagged("v1.0.2"), labels, b"other bits")
    shop.registry.add_image(IMAGE.tagged("v1.0.3"), labels, b"more bits")
    error = refused(shop)
    assert error.code is ExitCode.CONFLICT
    assert "exists with other content" in error.why
    assert "--version 1.0.4" in error.fix


def test_a_branch_that_moved_after_its_push(shop: Shop) -> None:
    pushed(shop)
    shop.commit({"services/delivery/app.py": "moved\n"})
    error = refused(shop)
    assert error.code is ExitCode.CONFLICT
    assert "cut v1.0.3" in error.fix


def test_the_same_release_on_other_base_images(shop: Shop) -> None:
    """Its pipeline runs once more after a machine took updates; it was pushed from this very commit."""
    first = shop.pushed("1.0.2")
    shop.another_machine()
    shop.bases.stand_ins[BASE] = "stand-in/updated"
    assert shop.pushed("1.0.2") == first
    assert "the same content is there" in shop.reporter.skipped["push localhost:5001/delivery:v1.0.2"]


def test_other_base_images_are_no_excuse_for_other_code(shop: Shop) -> None:
    shop.pushed("1.0.2")
    shop.write({"services/delivery/app.py": "uncommitted\n"})
    assert refused(shop).code is ExitCode.CONFLICT
    shop.commit({"services/delivery/app.py": "committed\n"})
    assert refused(shop).code is ExitCode.CONFLICT


def test_another_chart_is_refused(shop: Shop) -> None:
    pushed(shop)
    shop.commit({"services/delivery/chart/values.yaml": "image: {pullPolicy: Always}\n"})
    error = refused(shop)
    assert error.code is ExitCode.CONFLICT
    assert "(chart " in error.why


def test_a_chart_conflict_keeps_a_new_image_out(shop: Shop) -> None:
    pushed(shop)
    shop.registry.push_chart(package(shop.bench, shop.service, v("1.0.3")), CHART.tagged("1.0.3"))
    shop.commit({"services/delivery/chart/values.yaml": "image: {pullPolicy: Always}\n"})
    assert refused(shop, "1.0.3").code is ExitCode.CONFLICT


def test_a_push_that_was_interrupted_goes_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(archive: Path, ref: Ref) -> Digest:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shop.registry, "push_chart", killed)
        with pytest.raises(KeyboardInterrupt):
            pushed(shop)
    with pytest.raises(FlowError, match="its chart was never pushed"):
        artifacts(shop.bench, shop.service, v("1.0.2"))
    found = pushed(shop)
    assert artifacts(shop.bench, shop.service, v("1.0.2")) == found
    assert len(shop.builder.pushed) == 1


def test_versions_do_not_go_back_in_their_line(shop: Shop) -> None:
    pushed(shop, "1.0.2")
    error = refused(shop, "1.0.1")
    assert (error.code, error.fix) == (ExitCode.REFUSED, "take v1.0.3")
    pushed(shop, "1.1.0")
    pushed(shop, "1.0.3")
    assert released_versions(shop.bench, shop.service) == vs("1.0.2", "1.0.3", "1.1.0")


def test_the_same_digest_under_two_versions(shop: Shop) -> None:
    """What was built and validated once is what is released, however often."""
    assert pushed(shop, "1.0.2").image == pushed(shop, "1.0.3").image


def test_a_version_that_was_never_pushed(shop: Shop) -> None:
    with pytest.raises(FlowError) as error:
        artifacts(shop.bench, shop.service, v("1.0.2"))
    assert error.value.code is ExitCode.USAGE
    assert error.value.why == "it was never pushed (the latest versions: none yet)"
    pushed(shop, "1.0.1")
    with pytest.raises(FlowError, match=r"the latest versions: v1.0.1\)"):
        artifacts(shop.bench, shop.service, v("1.0.2"))


def test_a_registry_that_does_not_answer(shop: Shop) -> None:
    shop.registry.down.add("localhost:5001")
    with pytest.raises(FlowError) as error:
        pushed(shop)
    assert error.value.code is ExitCode.UNAVAILABLE


def test_no_image_that_breaks_a_convention_is_pushed(shop: Shop) -> None:
    shop.builder.users["final"] = "root"
    with pytest.raises(FlowError) as error:
        shop.run(Action(Verb.PUSH, "delivery", "", v("1.0.2")))
    assert error.value.code is ExitCode.IMAGE_REFUSED
    assert shop.builder.pushed == {}
    assert released_versions(shop.bench, shop.service) == []
