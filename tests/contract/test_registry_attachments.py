"""A registry that keeps the list of attachments under a tag: two writers at once lose nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.registry.client import INDEX, MANIFEST, OrasClient, canonical, digest_of
from build_tasks.adapters.registry.registry import OrasRegistry
from build_tasks.model.images import Digest, Ref
from tests.contract.fixtures_registry import RegistryLab, configure, serving
from tests.fakes.oci_content import put_image

_EVIDENCE = "application/vnd.test.evidence"
_TITLE = "org.opencontainers.image.title"


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
    oras_registry.registry.copy(ref, target, [first])
    assert image.digest
    assert _listed(oras_registry.store, target.at(image.digest)) == [first]


def test_what_was_dropped_from_the_copy_s_list_is_still_found(oras_registry: RegistryLab) -> None:
    """It has a tag of its own there as well."""
    ref, image, first = _attached(oras_registry)
    oras_registry.registry.copy(ref, ref.under("prod"), [first])
    assert image.digest
    _lose_all(oras_registry.store, ref.under("prod").at(image.digest))
    assert [a.digest for a in oras_registry.registry.attachments(ref.under("prod"), _EVIDENCE)] == [first]


@pytest.mark.parametrize("copies", [3])
def test_copies_and_attachments_at_once_lose_nothing(
    oras_registry: RegistryLab, tool: Callable[[str], Path], copies: int
) -> None:
    ref = oras_registry.ref("delivery", "v1")
    image = ref.at(put_image(oras_registry.store, ref))
    wanted = [oras_registry.registry.attach(image, _EVIDENCE, {"n": bytes([n])}) for n in range(copies)]
    target, together = ref.under("prod"), threading.Barrier(copies + 1)
    oras_registry.registry.copy(image, target)

    def copy(number: int) -> None:
        registry = OrasRegistry(Processes(CommandLog(None)), tool("oras"))
        together.wait()
        if number < copies:
            registry.copy(image, target, [wanted[number]])
        else:
            registry.attach(target, _EVIDENCE, {"n": b"rejected"})

    with ThreadPoolExecutor(copies + 1) as pool:
        list(pool.map(copy, range(copies + 1)))
    found = oras_registry.registry.attachments(target, _EVIDENCE)
    assert {a.digest for a in found} >= set(wanted) and len(found) == copies + 1


@pytest.mark.parametrize("pretender", ["image", "other subject", "index", "file in a folder"])
def test_what_only_pretends_to_be_an_attachment_stays_behind(
    oras_registry: RegistryLab, pretender: str
) -> None:
    """Below prod/ a cluster runs whatever it is told by its digest."""
    ref = oras_registry.ref("delivery", "v1")
    store, image = oras_registry.store, ref.at(put_image(oras_registry.store, ref))
    evil = put_image(store, ref.tagged("evil"), layer=b"evil")
    assert isinstance(store, OrasClient) and image.digest
    digest = _pretend(store, image, ref.at(evil), pretender)
    assert digest in _listed(store, image), "any client is shown it"
    target = ref.under("prod")
    oras_registry.registry.copy(ref, target, [digest])
    assert oras_registry.registry.digest(target) == image.digest
    for there in (digest, evil):
        assert oras_registry.registry.digest(target.at(there)) is None


def _pretend(store: OrasClient, image: Ref, evil: Ref, pretender: str) -> Digest:
    """Push what bears the type of evidence and the image as its subject; or lists something else as such."""
    manifest = dict(store.manifest(evil) or {})
    if pretender in ("other subject", "file in a folder"):
        empty = {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2}
        empty["digest"] = str(store.push_bytes(image, b"{}"))
        names = ["statement.json", "folder/file"] if pretender == "file in a folder" else ["statement.json"]
        manifest |= {"config": empty, "layers": [{**empty, "annotations": {_TITLE: name}} for name in names]}
    if pretender == "other subject":
        manifest["subject"] = store.descriptor(evil)
    elif pretender == "index":
        manifest = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [store.descriptor(evil)]}
    content = canonical({"artifactType": _EVIDENCE, "subject": store.descriptor(image), **manifest})
    made = image.at(digest_of(content))
    store.push_manifest(made, content, manifest["mediaType"])
    entry = {**store.descriptor(made), "artifactType": _EVIDENCE}
    listed = canonical({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]})
    store.push_manifest(image.tagged(str(image.digest).replace(":", "-")), listed, INDEX)
    return digest_of(content)


def test_what_oras_refuses_to_fetch_does_not_hide_the_rest(oras_registry: RegistryLab) -> None:
    """A name that leads out of the folder, say; else whoever attaches it could stop every release."""
    ref, image, first = _attached(oras_registry)
    store = oras_registry.store
    assert isinstance(store, OrasClient)
    empty = {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2}
    empty["digest"] = str(store.push_bytes(image, b"{}"))
    layer = {**empty, "annotations": {_TITLE: "../../file"}}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": _EVIDENCE, "config": empty}
    content = canonical({**manifest, "layers": [layer], "subject": store.descriptor(image)})
    store.push_manifest(image.at(digest_of(content)), content)
    found = {item.digest: item.files for item in oras_registry.registry.attachments(ref, _EVIDENCE)}
    assert found == {first: {"n": b"1"}, digest_of(content): {}}


def test_layers_do_not_come_through_this_machine(
    tool: Callable[[str], Path], processes: Processes, tmp_path: Path
) -> None:
    """The registry mounts them: nobody fetches them, nobody uploads them."""
    host = configure(tmp_path, access_log=True)
    with serving(tool("registry"), tmp_path, host):
        registry, store = OrasRegistry(processes, tool("oras")), OrasClient(processes, tool("oras"))
        ref = Ref(host, "delivery", "v1")
        digest = put_image(store, ref, layer=b"large" * 100_000)
        before = len((tmp_path / "log").read_text())
        registry.copy(ref, ref.under("prod"))
        assert registry.digest(ref.under("prod")) == digest
        asked = (tmp_path / "log").read_text()[before:]
    manifest_requests = asked.count("/v2/prod/delivery/manifests/")
    assert manifest_requests > 0, "the log is one of requests"
    assert "mount=" in asked
    assert '"GET /v2/delivery/blobs/' not in asked and '"PUT /v2/prod/delivery/blobs/' not in asked


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
