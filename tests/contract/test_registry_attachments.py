"""A registry that keeps the list of attachments under a tag: two writers at once lose nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from build_tasks.adapters.oci import OrasRegistry
from build_tasks.adapters.oci_client import INDEX, OrasClient, canonical
from build_tasks.adapters.process import CommandLog, Processes
from build_tasks.model.images import Digest, Ref
from tests.contract.fixtures_registry import RegistryLab
from tests.fakes.oci_content import put_image

_EVIDENCE = "application/vnd.test.evidence"


@pytest.mark.parametrize("writers", [2, 6])
def test_all_that_attach_at_once_are_listed_at_the_end(
    oras_registry: RegistryLab, tool: Callable[[str], Path], writers: int
) -> None:
    ref = oras_registry.ref("delivery", "v1")
    image = ref.at(put_image(oras_registry.store, ref))
    together = threading.Barrier(writers)

    def attach(number: int) -> Digest:
        # As another machine would: an adapter, and processes, of its own.
        registry = OrasRegistry(Processes(CommandLog(None)), tool("oras"))
        together.wait()
        return registry.attach(image, _EVIDENCE, {"writer": str(number).encode()})

    with ThreadPoolExecutor(writers) as pool:
        written = set(pool.map(attach, range(writers)))
    assert len(written) == writers
    assert set(_listed(oras_registry.store, image)) == written, "what any other client is shown"
    found = oras_registry.registry.attachments(image, _EVIDENCE)
    assert sorted(a.files["writer"] for a in found) == [str(n).encode() for n in range(writers)]


def test_what_another_client_dropped_from_the_list_is_still_found(oras_registry: RegistryLab) -> None:
    ref, image, first = _attached(oras_registry)
    _lose_all(oras_registry.store, image)
    assert [a.digest for a in oras_registry.registry.attachments(ref, _EVIDENCE)] == [first]


def test_the_next_writer_puts_back_what_was_dropped(oras_registry: RegistryLab) -> None:
    ref, image, first = _attached(oras_registry)
    _lose_all(oras_registry.store, image)
    second = oras_registry.registry.attach(ref, _EVIDENCE, {"n": b"2"})
    assert set(_listed(oras_registry.store, image)) == {first, second}


def test_a_copy_takes_along_what_was_dropped_from_the_list(oras_registry: RegistryLab) -> None:
    ref, image, first = _attached(oras_registry)
    _lose_all(oras_registry.store, image)
    target = ref.under("prod")
    oras_registry.registry.copy(ref, target)
    assert image.digest
    assert _listed(oras_registry.store, target.at(image.digest)) == [first]


def _attached(lab: RegistryLab) -> tuple[Ref, Ref, Digest]:
    ref = lab.ref("delivery", "v1")
    image = ref.at(put_image(lab.store, ref))
    first = lab.registry.attach(ref, _EVIDENCE, {"n": b"1"})
    assert _listed(lab.store, image) == [first]
    return ref, image, first


def _lose_all(store: object, image: Ref) -> None:
    """What a writer that read the list before anything was attached does to it."""
    assert isinstance(store, OrasClient)
    empty = canonical({"schemaVersion": 2, "mediaType": INDEX, "manifests": []})
    store.push_manifest(image.tagged(str(image.digest).replace(":", "-")), empty, INDEX)
    assert _listed(store, image) == []


def _listed(store: object, image: Ref) -> Sequence[Digest]:
    assert isinstance(store, OrasClient)
    return [Digest(d["digest"]) for d in store.referrers(image)]
