"""What is attached to an image (OCI referrers), on registries that keep the list themselves and others.

A registry without the referrers API, such as distribution 3, has the list of what is attached to
``sha256:<hex>`` under the tag ``sha256-<hex>``, an image index that clients read, change and write
(https://github.com/opencontainers/distribution-spec, "Referrers Tag Schema"). Two writers at once lose one
of the two entries. There each attachment also gets a tag of its own, ``sha256-<hex>.<its own hex>``, which no
other writer touches. Everybody who has written reads list and tags back and adds to the list what is
missing from it: whoever writes last sees everybody else's tags, so that nothing stays lost.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

from build_tasks.adapters.registry.attachment_manifest import (
    CREATED,
    EMPTY,
    attachment_manifest,
    check_file_names,
    is_attachment,
)
from build_tasks.adapters.registry.client import INDEX, OrasClient, canonical, digest_of
from build_tasks.errors import ExitCode, FlowError, ToolError
from build_tasks.model.images import Attachment, Digest, Ref

#: Digits of an attachment's digest in its own tag: with the subject's 64 they stay within a tag's 128.
_OWN = 40
_ATTEMPTS = 20


class _Lost(Exception):
    """The registry's list lacks an attachment."""


class AttachmentStore:
    """Attaches files to images and finds them again."""

    def __init__(self, client: OrasClient) -> None:
        self._client = client
        self._fetched: dict[tuple[Ref, str], Attachment] = {}

    def attach(self, subject: Ref, pieces: Mapping[str, Mapping[str, bytes]]) -> Sequence[Digest]:
        """Push artifacts whose subject is the image; gives their digests.

        :param pieces: files by artifact type, contents by plain file name.
        """
        for files in pieces.values():
            check_file_names(files)
        image = self._existing(subject)
        self._client.push_bytes(image, EMPTY)
        described = self._client.descriptor(image)
        pushed = [self._push(image, described, kind, files) for kind, files in pieces.items()]
        self.restore(image, pushed)
        return pushed

    def attachments(self, subject: Ref, artifact_types: Collection[str]) -> Sequence[Attachment]:
        """What is attached under any of these types, oldest first; empty if the image does not exist."""
        digest = self._client.resolve(subject)
        if digest is None:
            return ()
        image = subject.at(digest)
        found = [d for d in self.descriptors(image) if d.get("artifactType") in artifact_types]
        found.sort(key=lambda d: (d.get("annotations") or {}).get(CREATED, ""))
        return [self._fetch(image, d["artifactType"], Digest(d["digest"])) for d in found]

    def descriptors(self, image: Ref) -> Sequence[Mapping[str, Any]]:
        """Descriptors of everything attached to a digest, also of what the list lacks at this moment."""
        listed = self._client.referrers(image)
        return [*listed, *self._unlisted(image, listed)]

    def restore(self, image: Ref, wanted: Iterable[Digest]) -> None:
        """Make the list of ``image`` name these attachments, which the repository holds."""
        if self._client.speaks_referrers(image):
            return
        for digest in wanted:
            self._client.tag(image.at(digest), _own_tag(image, digest))
        self._relist(image)

    def bring(self, origin: Ref, copy: Ref, wanted: Iterable[Digest]) -> None:
        """Copy attachments of an image to a copy of it, those that it lacks; see :func:`is_attachment`."""
        assert copy.digest
        there = {Digest(d["digest"]) for d in self.descriptors(copy)}
        missing = [digest for digest in wanted if digest not in there]
        pairs = [(origin.at(digest), copy.at(digest)) for digest in missing]
        real = [pair for pair in pairs if is_attachment(self._client.manifest(pair[0]), copy.digest)]
        for source, target in real:
            self._listing(target, partial(self._client.copy, source, target))
        if real:
            self.restore(copy, [target.digest for _, target in real if target.digest])

    def _existing(self, subject: Ref) -> Ref:
        digest = self._client.resolve(subject)
        if digest is None:
            raise FlowError(f"attach to {subject}", "there is no such image in the registry")
        return subject.at(digest)

    def _push(
        self, image: Ref, described: Mapping[str, Any], artifact_type: str, files: Mapping[str, bytes]
    ) -> Digest:
        """One artifact, not yet in the list of what is attached."""
        for content in files.values():
            self._client.push_bytes(image, content)
        content = attachment_manifest(artifact_type, files, described, datetime.now(UTC))
        artifact = image.at(digest_of(content))
        self._listing(artifact, lambda: self._client.push_manifest(artifact, content))
        return digest_of(content)

    def _listing(self, artifact: Ref, write: Callable[[], None]) -> None:
        """Write an artifact. oras also maintains the list, and fails when another writer has just replaced
        it."""
        try:
            write()
        except ToolError:
            if self._client.resolve(artifact) is None:
                raise

    def _unlisted(self, image: Ref, listed: Collection[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        known = {_own_tag(image, Digest(d["digest"])) for d in listed}
        prefix = f"{_list_tag(image)}."
        tags = [tag for tag in self._client.tags(image) if tag.startswith(prefix) and tag not in known]
        return [self._entry(image.tagged(tag)) for tag in tags]

    def _relist(self, image: Ref) -> None:
        """Read back; add to the list what it lacks; until it lacks nothing."""
        retrying = Retrying(
            retry=retry_if_exception_type(_Lost),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random(0, 0.3),
            retry_error_callback=lambda _: self._give_up(image),
        )
        retrying(self._relist_once, image)

    def _relist_once(self, image: Ref) -> None:
        listed = self._client.referrers(image)
        missing = self._unlisted(image, listed)
        if not missing:
            return
        target = image.tagged(_list_tag(image))
        before = (self._client.manifest(target) or {}).get("manifests") or []
        entries = {d["digest"]: d for d in (*before, *missing)}
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": list(entries.values())}
        self._client.push_manifest(target, canonical(index), INDEX)
        raise _Lost

    @staticmethod
    def _give_up(image: Ref) -> None:
        why = f"other writers replaced the list of attachments {_ATTEMPTS} times in a row"
        raise FlowError(f"attach to {image}", why, "run it again", code=ExitCode.UNAVAILABLE)

    def _entry(self, attachment: Ref) -> dict[str, Any]:
        """An attachment's line in the list of referrers."""
        manifest = self._client.manifest(attachment) or {}
        shown = {key: manifest[key] for key in ("artifactType", "annotations") if manifest.get(key)}
        return {**self._client.descriptor(attachment), **shown}

    def _fetch(self, image: Ref, artifact_type: str, digest: Digest) -> Attachment:
        """Each is fetched once: every gate on the way asks for the same, and a digest's content stays."""
        known = (image.at(digest), artifact_type)
        if known in self._fetched:
            return self._fetched[known]
        found = self._download(image, artifact_type, digest)
        if found.files:  # what could not be fetched is tried again
            self._fetched[known] = found
        return found

    def _download(self, image: Ref, artifact_type: str, digest: Digest) -> Attachment:
        """What cannot be fetched and was never made by us has no files: whoever attaches it stops nobody."""
        with tempfile.TemporaryDirectory(prefix="build-tasks-") as folder:
            try:
                self._client.pull(image.at(digest), Path(folder))
            except ToolError:
                assert image.digest
                if is_attachment(self._client.manifest(image.at(digest)), image.digest):
                    raise
                return Attachment(artifact_type, digest, {})
            found = [
                path for path in sorted(Path(folder).iterdir()) if path.is_file() and not path.is_symlink()
            ]
            files = {path.name: path.read_bytes() for path in found}
        return Attachment(artifact_type, digest, files)


def _list_tag(image: Ref) -> str:
    assert image.digest
    return str(image.digest).replace(":", "-")


def _own_tag(image: Ref, attachment: Digest) -> str:
    return f"{_list_tag(image)}.{attachment.text.removeprefix('sha256:')[:_OWN]}"
