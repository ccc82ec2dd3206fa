"""An OCI registry in memory: content-addressed, so that its digests are those of a real one."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from build_tasks.adapters.registry.attachment_manifest import check_file_names
from build_tasks.adapters.registry.charts import (
    chart_config,
    chart_manifest,
    chart_metadata,
    check_name,
    layer_digest,
)
from build_tasks.adapters.registry.client import MANIFEST, canonical, digest_of
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Attachment, Digest, Ref
from tests.fakes.oci_content import put_image


class FakeRegistry:
    """The port ``Registry``.

    ``down`` holds the hosts that do not answer, ``read_only`` says that this account may not write, ``asked``
    is everything it was asked for.
    """

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.read_only = False
        self.asked: list[str] = []
        self._blobs: dict[Digest, bytes] = {}
        self._manifests: dict[str, dict[Digest, dict[str, Any]]] = {}
        self._tags: dict[str, dict[str, Digest]] = {}
        self._time = datetime(2026, 1, 1, tzinfo=UTC)

    def push_bytes(self, repository: Ref, content: bytes) -> Digest:
        self._may_write(repository)
        self._blobs[digest_of(content)] = content
        return digest_of(content)

    def push_manifest(self, ref: Ref, content: bytes, media_type: str = MANIFEST) -> None:
        self._may_write(ref)
        where, digest = self._where(ref), digest_of(content)
        self._manifests.setdefault(where, {})[digest] = json.loads(content)
        if ref.tag:
            self._tags.setdefault(where, {})[ref.tag] = digest

    def add_image(self, ref: Ref, labels: Mapping[str, str] | None = None, layer: bytes = b"layer") -> Digest:
        """An image as if somebody had pushed it."""
        return put_image(self, ref, labels, layer)

    def digest(self, ref: Ref) -> Digest | None:
        where = self._where(ref)
        found = ref.digest or self._tags.get(where, {}).get(ref.tag)
        return found if found in self._manifests.get(where, {}) else None

    def labels(self, ref: Ref) -> Mapping[str, str]:
        manifest = self._manifest(ref, f"read the labels of {ref}")
        if "manifests" in manifest:
            images = (e for e in manifest["manifests"] if not _is_attestation(e))
            return self.labels(ref.at(Digest(next(images)["digest"])))
        config = json.loads(self._blobs[Digest(manifest["config"]["digest"])])
        return config["config"]["Labels"] or {}

    def tags(self, repository: Ref) -> Sequence[str]:
        where = self._where(repository)
        subjects = {m["subject"]["digest"].replace(":", "-") for _, m in self._attached(where)}
        return (*self._tags.get(where, {}), *subjects)

    def copy(self, source: Ref, target: Ref, attachments: Collection[Digest] = ()) -> Digest:
        self._manifest(source, f"copy {source} to {target}")
        self._may_write(target)
        digest, origin, where = self.digest(source), self._where(source), self._where(target)
        assert digest
        along = (one for one in attachments if self._is_attachment(origin, one, digest))
        for one in (*self._closure(origin, digest), *along):
            self._manifests.setdefault(where, {})[one] = self._manifests[origin][one]
        if target.tag:
            self._tags.setdefault(where, {})[target.tag] = digest
        return digest

    def push_chart(self, archive: Path, ref: Ref) -> Digest:
        metadata = chart_metadata(archive)
        check_name(metadata, ref)
        content = archive.read_bytes()
        there = self.chart_archive_digest(ref)
        if there not in (None, digest_of(content)):
            why = f"the registry has another chart there: its archive is {there}"
            raise FlowError(f"push the chart {ref}", why, code=ExitCode.CONFLICT)
        self.push_bytes(ref, chart_config(metadata))
        manifest = chart_manifest(metadata, self.push_bytes(ref, content), len(content))
        self.push_manifest(ref, manifest)
        return digest_of(manifest)

    def chart_archive_digest(self, ref: Ref) -> Digest | None:
        digest = self.digest(ref)
        return None if digest is None else layer_digest(self._manifests[self._where(ref)][digest], ref)

    def pull_chart(self, ref: Ref, folder: Path) -> Path:
        self._manifest(ref, f"fetch the chart {ref}")
        archive = self.chart_archive_digest(ref)
        assert archive
        name = ref.repository.rpartition("/")[2]
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}-{archive.short if ref.digest else ref.tag}.tgz"
        path.write_bytes(self._blobs[archive])
        return path

    def attach(self, subject: Ref, artifact_type: str, files: Mapping[str, bytes]) -> Digest:
        self._manifest(subject, f"attach to {subject}")
        check_file_names(files)
        self._time += timedelta(seconds=1)
        content = canonical(
            {
                "artifactType": artifact_type,
                "layers": [
                    {"digest": str(self.push_bytes(subject, c)), "title": n} for n, c in files.items()
                ],
                "subject": {"digest": str(self.digest(subject))},
                "created": self._time.isoformat(),
            }
        )
        self.push_manifest(subject.at(digest_of(content)), content)
        return digest_of(content)

    def remove(self, ref: Ref) -> None:
        """Delete a manifest by its digest, as some accounts of some registries may."""
        assert ref.digest
        self._manifests[self._where(ref)].pop(ref.digest, None)

    def attach_all(self, subject: Ref, pieces: Mapping[str, Mapping[str, bytes]]) -> None:
        for artifact_type, files in pieces.items():
            self.attach(subject, artifact_type, files)

    def delete_attachments(self, repository: Ref, artifact_type: str) -> None:
        """As somebody does who may delete from a repository."""
        there = self._manifests[self._where(repository)]
        for digest in [d for d, m in there.items() if m.get("artifactType") == artifact_type]:
            del there[digest]

    def attachments(self, subject: Ref, *artifact_types: str) -> Sequence[Attachment]:
        digest = str(self.digest(subject))
        found = [
            (one, m)
            for one, m in self._attached(self._where(subject))
            if m["subject"]["digest"] == digest and m["artifactType"] in artifact_types
        ]
        return [self._attachment(one, m) for one, m in sorted(found, key=lambda pair: pair[1]["created"])]

    def _attachment(self, digest: Digest, manifest: Mapping[str, Any]) -> Attachment:
        files = {layer["title"]: self._blobs[Digest(layer["digest"])] for layer in manifest["layers"]}
        return Attachment(manifest["artifactType"], digest, files)

    def _attached(self, where: str) -> Iterator[tuple[Digest, dict[str, Any]]]:
        return ((d, m) for d, m in self._manifests.get(where, {}).items() if "subject" in m)

    def _closure(self, where: str, root: Digest) -> Iterator[Digest]:
        """A manifest and what it names."""
        yield root
        for entry in self._manifests[where][root].get("manifests", ()):
            yield from self._closure(where, Digest(entry["digest"]))

    def _is_attachment(self, where: str, attachment: Digest, image: Digest) -> bool:
        manifest = self._manifests[where][attachment]
        return "config" not in manifest and manifest["subject"]["digest"] == str(image)

    def _manifest(self, ref: Ref, what: str) -> dict[str, Any]:
        digest = self.digest(ref)
        if digest is None:
            raise FlowError(what, "there is no such image in the registry")
        return self._manifests[self._where(ref)][digest]

    def _may_write(self, ref: Ref) -> None:
        if self.read_only:
            why = f"the registry {ref.registry} does not let this account do that"
            raise FlowError(f"push {ref}", why, code=ExitCode.UNAVAILABLE)

    def _where(self, ref: Ref) -> str:
        self.asked.append(str(ref))
        if ref.registry in self.down:
            why = f"the registry {ref.registry} does not answer"
            raise FlowError(f"ask for {ref}", why, "start it: ./inv platform.up", code=ExitCode.UNAVAILABLE)
        return f"{ref.registry}/{ref.repository}"


def _is_attestation(entry: Mapping[str, Any]) -> bool:
    return (entry.get("annotations") or {}).get("vnd.docker.reference.type") == "attestation-manifest"
