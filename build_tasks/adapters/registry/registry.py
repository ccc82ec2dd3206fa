"""An OCI registry, through `oras`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.registry.attachments import AttachmentStore
from build_tasks.adapters.registry.charts import ChartStore
from build_tasks.adapters.registry.client import OrasClient
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Attachment, Digest, Ref


class OrasRegistry:
    """The port ``Registry``.

    :param oras: the program.
    :param plain_http: registry hosts that speak plain HTTP, besides the loopback ones, which always do.
    """

    def __init__(self, processes: Processes, oras: Path, plain_http: Collection[str] = ()) -> None:
        self._client = OrasClient(processes, oras, plain_http)
        self._charts = ChartStore(self._client)
        self._attachments = AttachmentStore(self._client)

    def digest(self, ref: Ref) -> Digest | None:
        """What a tag or digest stands for; None if it, or its repository, does not exist."""
        return self._client.resolve(ref)

    def labels(self, ref: Ref) -> Mapping[str, str]:
        """The labels of an image; of the first platform, when the reference is an index."""
        manifest = self._manifest(ref)
        if "manifests" in manifest:
            manifest = self._manifest(ref.at(_first_platform(manifest, ref)))
        config = self._client.config(ref, Digest(manifest["config"]["digest"]))
        return dict((config.get("config") or {}).get("Labels") or {})

    def tags(self, repository: Ref) -> Sequence[str]:
        """Every tag, also those that hold lists of attachments; empty if there is no such repository."""
        return self._client.tags(repository)

    def copy(self, source: Ref, target: Ref, attachments: Collection[Digest] = ()) -> Digest:
        """Copy by digest, with some of what is attached, and prove it.

        Layers are mounted where source and target are in one registry, not pulled.

        :raises FlowError: there is no such source; CONFLICT when the target has another digest afterwards.
        """
        digest = self._client.resolve(source)
        what = f"copy {source} to {target}"
        if digest is None:
            raise FlowError(what, "there is no such image in the registry")
        origin = source.at(digest)
        self._client.copy(origin, target if target.tag else target.at(digest))
        there = self._client.resolve(target if target.tag else target.at(digest))
        if there != digest:
            why = f"the copy has the digest {there}, the original {digest}"
            fix = "somebody else may have pushed there: look, then run it again"
            raise FlowError(what, why, fix, code=ExitCode.CONFLICT)
        self._attachments.bring(origin, target.at(digest), attachments)
        return digest

    def push_chart(self, archive: Path, ref: Ref) -> Digest:
        """See :meth:`ChartStore.push`."""
        return self._charts.push(archive, ref)

    def chart_archive_digest(self, ref: Ref) -> Digest | None:
        """See :meth:`ChartStore.archive_digest`."""
        return self._charts.archive_digest(ref)

    def pull_chart(self, ref: Ref, folder: Path) -> Path:
        """See :meth:`ChartStore.pull`."""
        return self._charts.pull(ref, folder)

    def attach(self, subject: Ref, artifact_type: str, files: Mapping[str, bytes]) -> Digest:
        """Attach files to an image; gives the digest of what is attached."""
        [digest] = self._attachments.attach(subject, {artifact_type: files})
        return digest

    def attach_all(self, subject: Ref, pieces: Mapping[str, Mapping[str, bytes]]) -> None:
        """See :meth:`AttachmentStore.attach`."""
        self._attachments.attach(subject, pieces)

    def attachments(self, subject: Ref, *artifact_types: str) -> Sequence[Attachment]:
        """See :meth:`AttachmentStore.attachments`."""
        return self._attachments.attachments(subject, artifact_types)

    def _manifest(self, ref: Ref) -> Mapping[str, Any]:
        found = self._client.manifest(ref)
        if found is None:
            raise FlowError(f"read the labels of {ref}", "there is no such image in the registry")
        return found


def _first_platform(index: Mapping[str, Any], ref: Ref) -> Digest:
    """Digest of the first entry of an index that is an image, not BuildKit's attestation of one.

    https://docs.docker.com/build/metadata/attestations/attestation-storage/
    """
    for entry in index.get("manifests") or ():
        notes = entry.get("annotations") or {}
        if notes.get("vnd.docker.reference.type") != "attestation-manifest":
            return Digest(entry["digest"])
    raise FlowError(f"read the labels of {ref}", "the index names no image")
