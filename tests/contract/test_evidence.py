"""Evidence with the real things: a registry, `oras` and `ssh-keygen`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from build_tasks.model.images import CacheUse, Digest, LocalImage, Ref
from build_tasks.model.proofs import EVIDENCE_NAMESPACE, OF_CANDIDATES, EvidenceKind
from build_tasks.planning.names import build_cache, candidate_image, production_image, versions_among
from build_tasks.steps.artifacts.build_cache import believed_caches
from build_tasks.steps.artifacts.candidates import find_candidate, publish_candidate
from build_tasks.steps.artifacts.image import build_stage
from build_tasks.steps.artifacts.inputs import recipe
from build_tasks.steps.evidence.attached import signed_for
from tests.contract.fixtures_registry import RegistryLab
from tests.contract.fixtures_signing import SigningLab
from tests.fakes.oci_content import put_image
from tests.unit.steps.attesting import contents
from tests.unit.steps.shop import SIGNERS, Shop

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def shop(oras_registry: RegistryLab, ssh_signing: SigningLab, tmp_path: Path) -> Iterator[Shop]:
    """The shop at a real registry, with a builder who has a real key."""
    root = tmp_path / "shop"
    root.mkdir()
    shop = Shop(root)
    key, public = ssh_signing.key("ci")
    shop.commit({SIGNERS: f'ci namespaces="{EVIDENCE_NAMESPACE}" {public}\n'})
    shop.publish()

    def arrives(image: LocalImage, ref: Ref) -> Digest:
        return put_image(oras_registry.store, ref, image.labels, image.id.encode())

    shop.builder.on_push = arrives
    settings = replace(shop.bench.settings, registry=f"{oras_registry.host}/{oras_registry.prefix}")
    shop.bench = replace(
        shop.bench,
        registry=oras_registry.registry,
        signer=ssh_signing.signer,
        builder_key=key,
        settings=settings,
    )
    yield shop


def publish(shop: Shop) -> Ref:
    made = recipe(shop.bench, shop.service)
    built = build_stage(shop.bench, shop.service, "final", made)
    return publish_candidate(shop.bench, shop.service, made, built, contents(shop), shop.bench.builder_key)


def test_what_is_published_is_found_and_believed(shop: Shop) -> None:
    made = recipe(shop.bench, shop.service)
    assert find_candidate(shop.bench, shop.service, made) is None
    image = publish(shop)
    found = find_candidate(shop.bench, shop.service, made)
    assert found is not None and found.image == image
    assert found.evidence.complete
    assert {piece.builder for piece in found.evidence.accepted.values()} == {"ci"}


@pytest.mark.parametrize("agents", [2, 4])
def test_agents_that_publish_the_same_at_once_lose_nothing(shop: Shop, agents: int) -> None:
    made = recipe(shop.bench, shop.service)
    build_stage(shop.bench, shop.service, "final", made)
    together = threading.Barrier(agents)

    def agent(_number: int) -> Ref:
        together.wait()
        return publish(shop)

    with ThreadPoolExecutor(agents) as pool:
        [image] = set(pool.map(agent, range(agents)))
    for kind in OF_CANDIDATES:
        assert len(shop.bench.registry.attachments(image, kind.artifact_type)) == agents
    found = find_candidate(shop.bench, shop.service, made)
    assert found is not None and found.evidence.complete


def test_evidence_travels_with_a_copy(shop: Shop) -> None:
    image = publish(shop)
    shop.bench.registry.attach(image, EvidenceKind.SCAN.artifact_type, {"statement.json": b"{}"})
    target = production_image(shop.bench.settings, "delivery")
    along = signed_for(shop.bench, image)
    assert shop.bench.registry.copy(image, target.tagged("v1.0.2"), along) == image.digest
    types = [kind.artifact_type for kind in OF_CANDIDATES]
    assert len(shop.bench.registry.attachments(target.tagged("v1.0.2"), *types)) == len(OF_CANDIDATES)
    assert candidate_image(shop.bench.settings, "delivery") != target


def test_a_build_cache_is_believed_for_its_statement(shop: Shop, oras_registry: RegistryLab) -> None:
    cache = build_cache(shop.bench.settings, "delivery", "final")
    shop.builder.on_cache = lambda ref: put_image(oras_registry.store, ref, layer=b"steps")
    built = replace(shop.bench, cache=CacheUse.WRITE, caches={})
    build_stage(built, shop.service, "final", recipe(shop.bench, shop.service))
    left = shop.bench.registry.digest(cache)
    assert left is not None
    assert believed_caches(shop.bench, shop.service) == (cache.at(left),)
    put_image(oras_registry.store, cache, layer=b"evil")
    assert believed_caches(replace(shop.bench, caches={}), shop.service) == ()
    assert versions_among(shop.bench.registry.tags(cache)) == []
