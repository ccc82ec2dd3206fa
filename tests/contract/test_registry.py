"""The port ``Registry``: `oras` in front of a real registry, and the fake, agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Digest, Ref
from tests.contract.fixtures_registry import RegistryLab
from tests.fakes.oci_content import put_image, put_index, put_platform

_NOTHING = Digest("sha256:" + "0" * 64)
_EVIDENCE, _APPROVAL = "application/vnd.test.evidence", "application/vnd.test.approval"


def test_a_digest_is_that_of_the_content(registry_lab: RegistryLab) -> None:
    ref = registry_lab.ref("delivery", "v1.0.2")
    digest = put_image(registry_lab.store, ref, {"a": "b"})
    assert registry_lab.registry.digest(ref) == digest
    assert registry_lab.registry.digest(ref.at(digest)) == digest


def test_what_is_missing_has_no_digest(registry_lab: RegistryLab) -> None:
    ref = registry_lab.ref("delivery", "v1.0.2")
    assert registry_lab.registry.digest(ref) is None, "no such repository"
    put_image(registry_lab.store, ref)
    assert registry_lab.registry.digest(ref.tagged("v1.0.3")) is None, "no such tag"
    assert registry_lab.registry.digest(ref.at(_NOTHING)) is None, "no such digest"


def test_a_registry_that_is_down_is_named(registry_lab: RegistryLab) -> None:
    ref = Ref(registry_lab.stopped, "delivery", "v1.0.2")
    for ask in (registry_lab.registry.digest, registry_lab.registry.tags, registry_lab.registry.labels):
        with pytest.raises(FlowError) as caught:
            ask(ref)
        assert caught.value.code is ExitCode.UNAVAILABLE
        assert registry_lab.stopped in caught.value.why
        assert "./inv platform.up" in caught.value.fix


def test_labels_of_an_image(registry_lab: RegistryLab) -> None:
    ref = registry_lab.ref("delivery", "v1")
    put_image(registry_lab.store, ref, {"org.opencontainers.image.revision": "abc", "x": "y"})
    assert registry_lab.registry.labels(ref) == {"org.opencontainers.image.revision": "abc", "x": "y"}


def test_an_image_without_labels(registry_lab: RegistryLab) -> None:
    ref = registry_lab.ref("delivery", "v1")
    put_image(registry_lab.store, ref)
    assert registry_lab.registry.labels(ref) == {}


def test_labels_of_an_index_are_those_of_its_image(registry_lab: RegistryLab) -> None:
    ref = registry_lab.ref("delivery", "v1")
    proof = put_platform(registry_lab.store, ref, {"is": "attestation"})
    notes = {"vnd.docker.reference.type": "attestation-manifest"}
    image = put_platform(registry_lab.store, ref, {"is": "image"}, b"other")
    put_index(registry_lab.store, ref, [{**proof, "annotations": notes}, image])
    assert registry_lab.registry.labels(ref) == {"is": "image"}


def test_labels_of_nothing_are_an_error(registry_lab: RegistryLab) -> None:
    with pytest.raises(FlowError, match="no such image"):
        registry_lab.registry.labels(registry_lab.ref("delivery", "v1"))


def test_tags(registry_lab: RegistryLab) -> None:
    ref = registry_lab.ref("delivery", "v1.0.2")
    assert registry_lab.registry.tags(ref) == ()
    put_image(registry_lab.store, ref)
    put_image(registry_lab.store, ref.tagged("v1.0.3-rc.1"))
    assert set(registry_lab.registry.tags(ref)) == {"v1.0.2", "v1.0.3-rc.1"}


def test_a_copy_is_the_same_digest_with_the_attachments_that_are_named(registry_lab: RegistryLab) -> None:
    registry, source = registry_lab.registry, registry_lab.ref("delivery", "v1.0.2")
    digest = put_image(registry_lab.store, source, {"a": "b"})
    ours = registry.attach(source, _EVIDENCE, {"tests.json": b"{}"})
    theirs = registry.attach(source, _APPROVAL, {"virus": b"!"})
    target = source.under("prod")
    for origin in (source, source.at(digest)):
        assert registry.copy(origin, target, [ours]) == digest
    assert registry.digest(target) == digest
    assert registry.labels(target) == {"a": "b"}
    assert registry.attachments(target, _EVIDENCE) == registry.attachments(source, _EVIDENCE) != []
    assert list(registry.attachments(target, _APPROVAL)) == []
    assert registry.digest(target.at(theirs)) is None, "it is not there at all"
    assert len(registry.attachments(source, _APPROVAL)) == 1


def test_a_copy_alone(registry_lab: RegistryLab) -> None:
    registry, source = registry_lab.registry, registry_lab.ref("delivery", "i-abc")
    digest = put_image(registry_lab.store, source)
    registry.attach(source, _EVIDENCE, {"tests.json": b"{}"})
    assert registry.copy(source.at(digest), source.tagged("v1")) == digest
    assert len(registry.attachments(source.tagged("v1"), _EVIDENCE)) == 1, "in one repository they are shared"
    registry.copy(source.at(digest), source.under("prod"))
    assert list(registry.attachments(source.under("prod"), _EVIDENCE)) == []


def test_copying_again_brings_what_was_attached_since(registry_lab: RegistryLab) -> None:
    registry, source = registry_lab.registry, registry_lab.ref("delivery", "v1.0.2")
    put_image(registry_lab.store, source)
    first = registry.attach(source, _EVIDENCE, {"tests.json": b"{}"})
    registry.copy(source, source.under("prod"), [first])
    second = registry.attach(source, _APPROVAL, {"approval.json": b"yes"})
    registry.copy(source, source.under("prod"), [first, second])
    assert len(registry.attachments(source.under("prod"), _EVIDENCE)) == 1
    assert [a.files for a in registry.attachments(source.under("prod"), _APPROVAL)] == [
        {"approval.json": b"yes"}
    ]


def test_a_copy_by_digest_alone_brings_what_was_attached_since(registry_lab: RegistryLab) -> None:
    registry, source = registry_lab.registry, registry_lab.ref("delivery", "v1.0.2")
    image = source.at(put_image(registry_lab.store, source))
    registry.copy(image, source.under("prod"))
    registry.attach(image, _APPROVAL, {"approval.json": b"no"})
    since = [item.digest for item in registry.attachments(image, _APPROVAL)]
    registry.copy(image, image.under("prod"), since)
    assert (
        registry.attachments(image.under("prod"), _APPROVAL) == registry.attachments(image, _APPROVAL) != []
    )


def test_an_index_is_copied_whole(registry_lab: RegistryLab) -> None:
    ref = registry_lab.ref("delivery", "v1")
    entry = put_platform(registry_lab.store, ref, {"is": "image"})
    index = put_index(registry_lab.store, ref, [entry])
    image = Digest(entry["digest"])
    target = ref.under("prod")
    assert registry_lab.registry.copy(ref, target) == index
    assert registry_lab.registry.digest(target.at(image)) == image


def test_a_copy_to_a_bare_repository_is_found_by_digest(registry_lab: RegistryLab) -> None:
    ref = registry_lab.ref("delivery", "v1")
    digest = put_image(registry_lab.store, ref)
    target = registry_lab.ref("elsewhere")
    assert registry_lab.registry.copy(ref, target) == digest
    assert registry_lab.registry.digest(target.at(digest)) == digest


def test_nothing_cannot_be_copied(registry_lab: RegistryLab) -> None:
    ref = registry_lab.ref("delivery", "v1")
    with pytest.raises(FlowError, match="no such image"):
        registry_lab.registry.copy(ref, ref.under("prod"))
    assert registry_lab.registry.digest(ref.under("prod")) is None


def test_attachments_come_back_by_type_oldest_first(registry_lab: RegistryLab) -> None:
    registry, ref = registry_lab.registry, registry_lab.ref("delivery", "v1")
    image = put_image(registry_lab.store, ref)
    blob = bytes(range(256))
    first = registry.attach(ref, _EVIDENCE, {"a.json": blob, "a.json.sig": b"sig\r\n", "empty": b""})
    registry.attach(ref.at(image), _APPROVAL, {"b": b"2"})
    third = registry.attach(ref, _EVIDENCE, {"a.json": b"newer"})
    found = registry.attachments(ref.at(image), _EVIDENCE)
    assert [a.digest for a in found] == [first, third]
    assert [a.artifact_type for a in found] == [_EVIDENCE, _EVIDENCE]
    assert found[0].files == {"a.json": blob, "a.json.sig": b"sig\r\n", "empty": b""}
    assert [a.files for a in registry.attachments(ref, _APPROVAL)] == [{"b": b"2"}]
    assert registry.attachments(ref, "application/vnd.test.other") == []
    both = registry.attachments(ref, _APPROVAL, _EVIDENCE)
    assert len(both) == len(found) + 1, "of several types at once"
    assert {a.artifact_type for a in both} == {_APPROVAL, _EVIDENCE}
    assert [a for a in both if a.artifact_type == _EVIDENCE] == list(found)
    assert registry.digest(ref) == image, "attaching leaves the image alone"


def test_several_are_attached_at_once(registry_lab: RegistryLab) -> None:
    registry, ref = registry_lab.registry, registry_lab.ref("delivery", "v1")
    put_image(registry_lab.store, ref)
    pieces = {_EVIDENCE: {"a.json": b"1", "a.json.sig": b"2"}, _APPROVAL: {"b": b"3"}}
    registry.attach_all(ref, pieces)
    found = registry.attachments(ref, _EVIDENCE, _APPROVAL)
    assert {one.artifact_type: one.files for one in found} == pieces


def test_nothing_is_attached_to_nothing(registry_lab: RegistryLab) -> None:
    ref = registry_lab.ref("delivery", "v1")
    assert list(registry_lab.registry.attachments(ref, _EVIDENCE)) == []
    with pytest.raises(FlowError, match="no such image"):
        registry_lab.registry.attach(ref, _EVIDENCE, {"a": b"1"})


def test_a_tag_that_holds_the_list_of_attachments_is_shown(registry_lab: RegistryLab) -> None:
    ref = registry_lab.ref("delivery", "v1")
    digest = put_image(registry_lab.store, ref)
    registry_lab.registry.attach(ref, _EVIDENCE, {"a": b"1"})
    assert {"v1", str(digest).replace(":", "-")} <= set(registry_lab.registry.tags(ref))


def test_files_are_written_nowhere_else(registry_lab: RegistryLab, tmp_path: Path) -> None:
    ref = registry_lab.ref("delivery", "v1")
    put_image(registry_lab.store, ref)
    with pytest.raises(ValueError, match="plain file name"):
        registry_lab.registry.attach(ref, _EVIDENCE, {f"{tmp_path}/x": b"1"})
