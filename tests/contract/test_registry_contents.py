"""What is in a registry: `oras` in front of a real one and the fake agree; and collecting garbage is safe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.registry.client import OrasClient
from build_tasks.adapters.registry.contents import OrasContents
from build_tasks.model.images import Digest, Ref
from build_tasks.model.pruning import StoredImage
from build_tasks.ports.pruning import RegistryContents
from tests.contract.fixtures_registry import RegistryLab, configure, serving
from tests.fakes.oci_content import put_image, put_index, put_platform
from tests.fakes.registry import FakeRegistry
from tests.fakes.registry_contents import FakeContents

BUILT = "2026-02-03T04:05:06.789Z"


@pytest.fixture
def contents(registry_lab: RegistryLab) -> RegistryContents:
    if isinstance(registry_lab.registry, FakeRegistry):
        return FakeContents(registry_lab.registry)
    assert isinstance(registry_lab.store, OrasClient)
    return OrasContents(registry_lab.store)


def found(lab: RegistryLab, contents: RegistryContents) -> Mapping[str, StoredImage]:
    """What is there of one test, by its first tag."""
    images = [image for image in contents.images(lab.host) if image.ref.repository.startswith(lab.prefix)]
    return {image.tags[0]: image for image in images}


def test_images_of_all_repositories_with_age_and_parts(
    registry_lab: RegistryLab, contents: RegistryContents
) -> None:
    one, two = registry_lab.ref("dev/delivery", "v1"), registry_lab.ref("dev/package", "v2")
    digest = put_image(registry_lab.store, one, created=BUILT)
    put_image(registry_lab.store, one.tagged("again"), created=BUILT)
    put_image(registry_lab.store, two, layer=b"something longer")
    images = found(registry_lab, contents)
    assert set(images) == {"again", "v2"}
    assert images["again"].ref == one.at(digest)
    assert images["again"].tags == ("again", "v1")
    assert images["again"].created == datetime(2026, 2, 3, 4, 5, 6, 789000, UTC)
    assert images["v2"].created is None
    assert len(images["v2"].blobs) == 3, "manifest, configuration, layer"
    assert len("something longer") in images["v2"].blobs.values()
    assert str(digest) in images["again"].blobs


def test_an_index_consists_of_its_images(registry_lab: RegistryLab, contents: RegistryContents) -> None:
    ref = registry_lab.ref("dev/delivery", "v1")
    entry = put_platform(registry_lab.store, ref.tagged("child"), created=BUILT)
    put_index(registry_lab.store, ref, [entry])
    image = found(registry_lab, contents)["v1"]
    assert entry["digest"] in image.blobs
    assert len(image.blobs) == 4
    assert image.created is not None


def test_what_is_deleted_is_gone_with_all_its_tags(
    registry_lab: RegistryLab, contents: RegistryContents
) -> None:
    ref = registry_lab.ref("dev/delivery", "v1")
    digest = put_image(registry_lab.store, ref)
    put_image(registry_lab.store, ref.tagged("same"))
    put_image(registry_lab.store, ref.tagged("other"), layer=b"other")
    put_image(registry_lab.store, ref.under("prod"))
    contents.delete(ref.at(digest))
    contents.delete(ref.at(digest))
    assert set(registry_lab.registry.tags(ref)) == {"other"}
    assert registry_lab.registry.digest(ref.at(digest)) is None
    assert registry_lab.registry.digest(ref.under("prod")) == digest, "another repository keeps it"


def test_a_collection_takes_what_nothing_refers_to_and_no_more(
    tool: Callable[[str], Path], processes: Processes, tmp_path: Path
) -> None:
    host, client = configure(tmp_path), OrasClient(processes, tool("oras"))
    gone, kept, copy = (Ref(host, name, "v1") for name in ("dev/gone", "dev/kept", "prod/copy"))
    with serving(tool("registry"), tmp_path, host):
        digest = put_image(client, gone, {"is": "gone"}, b"only here")
        put_image(client, kept, {"is": "kept"}, b"shared")
        put_image(client, gone.tagged("v2"), {"is": "kept"}, b"shared")
        untagged = put_image(client, Ref(host, "dev/kept"), {"is": "untagged"}, b"by digest")
        client.copy(kept, copy)
        before = {image.ref: image.blobs for image in OrasContents(client).images(host)}
        OrasContents(client).delete(gone.at(digest))
    said = processes.run([tool("registry"), "garbage-collect", tmp_path / "config.yml"]).stdout
    assert said.count("blob eligible for deletion") == 3
    with serving(tool("registry"), tmp_path, host):
        after = {image.ref: image.blobs for image in OrasContents(client).images(host)}
        assert after == {ref: blobs for ref, blobs in before.items() if ref.digest != digest}
        for ref, blobs in after.items():
            for number, blob in enumerate(blobs):
                if blob != str(ref.digest):
                    client.fetch_blob(ref, Digest(blob), tmp_path / f"blob-{number}")
        assert client.manifest(kept.at(untagged)), "what has no tag may be what runs"
        assert put_image(client, gone, {"is": "gone"}, b"only here") == digest, "it can be pushed again"
        assert client.config(gone, _config_of(client, gone))["config"]["Labels"] == {"is": "gone"}


def _config_of(client: OrasClient, ref: Ref) -> Digest:
    manifest = client.manifest(ref)
    assert manifest
    return Digest(manifest["config"]["digest"])


def test_what_is_attached_to_an_image_tells_when(oras_registry: RegistryLab) -> None:
    """And is named by the image's digest, so that it can go with it."""
    ref = oras_registry.ref("delivery", "v1")
    image = put_image(oras_registry.store, ref)
    before = datetime.now(UTC)
    oras_registry.registry.attach(ref, "application/vnd.test.evidence", {"a": b"12345"})
    assert isinstance(oras_registry.store, OrasClient)
    images = OrasContents(oras_registry.store).images(oras_registry.host)
    beside = [one for one in images if one.ref.repository == ref.repository and one.tags != ("v1",)]
    assert len(beside) == 2, "the attachment and the list of attachments"
    for one in beside:
        assert one.created is not None and before <= one.created <= datetime.now(UTC)
        assert all(tag.startswith(str(image).replace(":", "-")) for tag in one.tags)
