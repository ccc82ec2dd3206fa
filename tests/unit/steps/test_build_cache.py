"""The registry's build cache is believed for a builder's signature over its digest, and for nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.model.build_cache import CACHE_TYPE, CacheStatement
from build_tasks.model.images import BuildRequest, CacheUse, Digest, Ref
from build_tasks.model.plan import Action, Verb
from build_tasks.model.proofs import EVIDENCE_NAMESPACE
from build_tasks.planning.dockerfiles.dockerfile import BUILD, FINAL, TESTRUNNER
from build_tasks.planning.evidence.cache_statements import write_cache_statement
from build_tasks.planning.plans.pipeline import publication
from build_tasks.steps.artifacts.image import build_stage
from build_tasks.steps.artifacts.inputs import recipe
from build_tasks.steps.evidence.released import released_versions
from tests.unit.steps.shop import SIGNERS, Shop

CACHE = Ref("localhost:5001", "delivery", "cache")
TESTRUNNERS = CACHE.tagged("cache-testrunner")
MAIN = publication("delivery", "changed")


def build(shop: Shop, stage: str = FINAL, *, force: bool = True) -> BuildRequest:
    """What the builder was asked for."""
    build_stage(shop.bench, shop.service, stage, recipe(shop.bench, shop.service), force=force)
    return shop.builder.built[-1]


def another_machine(shop: Shop, cache: CacheUse = CacheUse.READ) -> None:
    shop.another_machine()
    shop.bench = replace(shop.bench, cache=cache, caches={})


@pytest.fixture
def main(shop: Shop) -> Shop:
    """Main has built, and left both caches; now somebody else builds."""
    shop.run(*MAIN)
    another_machine(shop)
    return shop


def by_digest(shop: Shop, *tagged: Ref) -> tuple[Ref, ...]:
    found = [(ref, shop.registry.digest(ref)) for ref in tagged]
    return tuple(ref.at(digest) for ref, digest in found if digest)


def vouch(shop: Shop, ref: Ref, said: CacheStatement, key: str = "builder", namespace: str = "") -> None:
    """Attach a statement to whatever the tag means now."""
    data = write_cache_statement(said)
    signature = shop.signer.sign(data, shop.keys[key], namespace or EVIDENCE_NAMESPACE)
    shop.registry.attach(ref, CACHE_TYPE, {"statement.json": data, "statement.json.sig": signature})


def of(shop: Shop, ref: Ref, service: str = "delivery", stage: str = FINAL) -> CacheStatement:
    digest = shop.registry.digest(ref)
    assert digest
    return CacheStatement(service, stage, digest, shop.clock.now())


def notes(shop: Shop) -> list[str]:
    return [note for note in shop.reporter.notes if "cache" in note]


@pytest.mark.parametrize("use", [CacheUse.READ, CacheUse.WRITE])
@pytest.mark.parametrize("stage", [BUILD, TESTRUNNER, FINAL])
def test_what_main_left_is_taken_by_its_digest(main: Shop, use: CacheUse, stage: str) -> None:
    """With a key or without: the same rule."""
    there = by_digest(main, CACHE, TESTRUNNERS)
    another_machine(main, use)
    assert build(main, stage).cache_from == there
    assert notes(main) == []


@pytest.mark.parametrize(("stage", "kept"), [(FINAL, CACHE), (TESTRUNNER, TESTRUNNERS), (BUILD, None)])
def test_where_candidates_are_made_the_cache_is_left_for_others(
    shop: Shop, stage: str, kept: Ref | None
) -> None:
    assert build(shop, stage).cache_to is None, "a pull request leaves nothing"
    another_machine(shop, CacheUse.WRITE)
    assert build(shop, stage).cache_to == kept


def test_the_first_build_of_all(shop: Shop) -> None:
    assert build(shop).cache_from == ()
    assert notes(shop) == [], "there is nothing to tell"


def test_a_cache_that_nobody_signed_for(shop: Shop) -> None:
    shop.registry.add_image(CACHE, {}, b"evil")
    assert build(shop).cache_from == ()
    assert notes(shop) == [f"the build cache {CACHE} is not used: no builder signed for it"]


def test_a_tag_that_was_moved(main: Shop) -> None:
    """The statement about what was there before is no statement about what is there now."""
    [item] = main.registry.attachments(CACHE, CACHE_TYPE)
    [testrunners] = by_digest(main, TESTRUNNERS)
    main.registry.add_image(CACHE, {}, b"evil")
    main.registry.attach(CACHE, CACHE_TYPE, item.files)
    assert build(main).cache_from == (testrunners,)
    [note] = notes(main)
    assert "what builder signed is about another cache" in note


def test_one_stage_s_cache_under_the_other_s_tag(main: Shop) -> None:
    digest = main.registry.digest(TESTRUNNERS)
    assert digest
    main.registry.copy(TESTRUNNERS.at(digest), CACHE)
    assert CACHE.at(digest) == TESTRUNNERS.at(digest)
    assert notes(main) == [] and build(main).cache_from == (CACHE.at(digest),)
    assert notes(main) == [
        f"the build cache {CACHE} is not used: what builder signed is about delivery, stage testrunner"
    ]


def test_another_service_s_cache(shop: Shop) -> None:
    shop.registry.add_image(CACHE, {}, b"the workflow's")
    vouch(shop, CACHE, of(shop, CACHE, service="workflow"))
    assert build(shop).cache_from == ()
    assert "is about workflow, stage final" in notes(shop)[0]


@pytest.mark.parametrize(
    ("key", "namespace"), [("stranger", ""), ("ann", ""), ("builder", "approval@build-tasks")]
)
def test_a_signature_that_does_not_count(shop: Shop, key: str, namespace: str) -> None:
    shop.registry.add_image(CACHE, {}, b"evil")
    vouch(shop, CACHE, of(shop, CACHE), key, namespace)
    assert build(shop).cache_from == ()
    assert "signed by no accepted builder" in notes(shop)[0]


@pytest.mark.parametrize("files", [{}, {"statement.json": b"{}"}, {"statement.json.sig": b"x"}])
def test_rubbish_beside_a_statement_that_counts(main: Shop, files: dict[str, bytes]) -> None:
    """Nobody can make builds slow by attaching something."""
    main.registry.attach(CACHE, CACHE_TYPE, files)
    assert build(main).cache_from == by_digest(main, CACHE, TESTRUNNERS)


def test_a_builder_that_was_struck_off(main: Shop) -> None:
    main.commit({SIGNERS: main.signers(cutter="git", builder="git")})
    main.publish()
    assert build(main).cache_from == ()
    assert len(notes(main)) == 2, "one line for each"


def test_nobody_says_who_may_sign(main: Shop) -> None:
    """It costs time, and stops nobody."""
    main.commit({SIGNERS: None})
    main.publish()
    assert build(main).cache_from == ()
    assert notes(main) == [f"no build cache is used for delivery: {SIGNERS} is not on main"]


def test_a_registry_that_does_not_answer(main: Shop) -> None:
    main.registry.down.add("localhost:5001")
    assert build(main).cache_from == ()
    build(main, BUILD)
    assert notes(main) == [
        "no build cache is used for delivery: the registry localhost:5001 does not answer"
    ], "asked once"


def test_it_is_asked_for_once_a_command_and_only_for_a_build(main: Shop) -> None:
    main.registry.asked.clear()
    build(main)
    asked = len(main.registry.asked)
    assert asked > 0
    build(main, TESTRUNNER)
    assert build(main, force=False) == main.builder.built[1], "nothing was built"
    assert len(main.registry.asked) == asked
    another_machine(main, CacheUse.NONE)
    build(main)
    assert len(main.registry.asked) == asked


def test_what_the_engine_has_calls_for_no_cache(shop: Shop) -> None:
    build(shop)
    shop.bench = replace(shop.bench, caches={})
    shop.registry.asked.clear()
    build(shop, force=False)
    assert shop.registry.asked == []


def test_what_is_signed_for_is_what_the_builder_left(shop: Shop) -> None:
    """Between its build and its signature somebody may move the tag: that is not what gets the signature."""
    arrives = shop.builder.on_cache

    def and_is_replaced(ref: Ref) -> Digest | None:
        left = arrives(ref)
        shop.registry.add_image(ref, {}, b"evil")
        return left

    shop.builder.on_cache = and_is_replaced
    shop.run(*MAIN)
    another_machine(shop)
    assert build(shop).cache_from == ()
    assert len(notes(shop)) == 2


def test_an_unchanged_cache_is_signed_for_once(main: Shop) -> None:
    digest = main.registry.digest(CACHE)
    another_machine(main, CacheUse.WRITE)
    main.builder.on_cache = lambda _ref: digest
    build(main)
    assert len(main.registry.attachments(CACHE, CACHE_TYPE)) == 1


def test_a_build_whose_cache_the_registry_did_not_take(shop: Shop) -> None:
    another_machine(shop, CacheUse.WRITE)
    shop.builder.on_cache = lambda _ref: None
    build(shop)
    assert shop.registry.digest(CACHE) is None and shop.reporter.warnings == []


def test_a_statement_that_the_registry_does_not_take_stops_no_build(shop: Shop) -> None:
    another_machine(shop, CacheUse.WRITE)
    arrives = shop.builder.on_cache

    def and_no_more(ref: Ref) -> Digest | None:
        left = arrives(ref)
        shop.registry.read_only = True
        return left

    shop.builder.on_cache = and_no_more
    build(shop)
    assert shop.reporter.warnings == [
        "nobody else will use the build cache of delivery: the registry localhost:5001 does not let this"
        " account do that"
    ]


def test_what_is_attached_to_a_cache_is_no_version(main: Shop) -> None:
    main.run(Action(Verb.PUBLISH, "delivery", "asked for"))
    assert any(tag.startswith("sha256-") for tag in main.registry.tags(CACHE))
    assert released_versions(main.bench, main.service) == []
