"""Helm charts in an OCI registry, laid out as `helm push` does it.

The layout is the one of Helm's HIP-6 (https://github.com/helm/community/blob/main/hips/hip-0006.md): a
configuration made from Chart.yaml and the .tgz as the layer. `helm push` writes the time of the push into the
manifest, so that the same archive gets another digest each time; here the manifest says nothing that is not
in the archive.
"""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any

import yaml

from build_tasks.adapters.registry.client import MANIFEST, OrasClient, canonical, digest_of
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Digest, Ref

CONFIG = "application/vnd.cncf.helm.config.v1+json"
CONTENT = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"

#: Helm's own default when it does not stamp a time; `helm pull` and `helm show` only display it.
_CREATED = "1970-01-01T00:00:00Z"


def chart_metadata(archive: Path) -> dict[str, Any]:
    """The Chart.yaml of a packaged chart.

    :raises FlowError: CHART_REFUSED when the file is not a packaged chart.
    """
    what = f"read the chart {archive}"
    try:
        with tarfile.open(archive, "r:gz") as tar:
            member = next((m for m in tar if m.isfile() and _is_chart_yaml(m.name)), None)
            file = None if member is None else tar.extractfile(member)
            found = None if file is None else yaml.safe_load(file.read())
    except (OSError, tarfile.TarError, EOFError, yaml.YAMLError) as error:
        raise FlowError(what, str(error), code=ExitCode.CHART_REFUSED) from None
    if not isinstance(found, dict) or not all(isinstance(found.get(k), str) for k in ("name", "version")):
        why = "it has no Chart.yaml with a name and a version"
        raise FlowError(what, why, "make it with `helm package`", code=ExitCode.CHART_REFUSED)
    return found


def chart_config(metadata: Mapping[str, Any]) -> bytes:
    """The configuration blob of a chart."""
    return canonical(metadata)


def chart_manifest(metadata: Mapping[str, Any], archive: Digest, size: int) -> bytes:
    """The manifest of a chart whose archive has this digest and size; the same input gives the same bytes."""
    config = chart_config(metadata)
    notes = {
        "org.opencontainers.image.created": _CREATED,
        "org.opencontainers.image.title": metadata["name"],
        "org.opencontainers.image.version": metadata["version"],
    }
    if metadata.get("description"):
        notes["org.opencontainers.image.description"] = str(metadata["description"])
    return canonical(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "digest": str(digest_of(config)), "size": len(config)},
            "layers": [{"mediaType": CONTENT, "digest": str(archive), "size": size}],
            "annotations": notes,
        }
    )


def check_name(metadata: Mapping[str, Any], ref: Ref) -> None:
    """Helm finds a chart only if the repository ends in its name and the tag is its version.

    :raises FlowError: CHART_REFUSED when they differ.
    """
    name, version = metadata["name"], metadata["version"]
    if (ref.repository.rpartition("/")[2], ref.tag) != (name, version):
        why = f"the archive holds {name} {version}: Helm expects a reference that ends in /{name}:{version}"
        raise FlowError(f"push the chart {ref}", why, code=ExitCode.CHART_REFUSED)


def layer_digest(manifest: Mapping[str, Any], ref: Ref) -> Digest:
    """Digest of the .tgz that a chart's manifest names.

    :raises FlowError: CONFLICT when the reference names something that is not a chart.
    """
    for layer in manifest.get("layers") or ():
        if layer.get("mediaType") == CONTENT:
            return Digest(layer["digest"])
    why = "what the registry has there is not a chart"
    raise FlowError(f"read the chart {ref}", why, code=ExitCode.CONFLICT)


class ChartStore:
    """Pushes and fetches packaged charts."""

    def __init__(self, client: OrasClient) -> None:
        self._client = client

    def push(self, archive: Path, ref: Ref) -> Digest:
        """Push an archive under its version; nothing is done when that very archive is there already.

        :raises FlowError: CONFLICT when the tag has another archive: nothing is overwritten.
        """
        metadata = chart_metadata(archive)
        check_name(metadata, ref)
        with archive.open("rb") as file:
            digest = Digest(f"sha256:{file_digest(file, 'sha256').hexdigest()}")
        there = self._client.resolve(ref)
        if there is None:
            return self._upload(archive, digest, metadata, ref)
        pushed = self.archive_digest(ref.at(there))
        if pushed != digest:
            why = f"the registry has another chart there: its archive is {pushed}, this one is {digest}"
            fix = "cut the next version: a pushed one never changes"
            raise FlowError(f"push the chart {ref}", why, fix, code=ExitCode.CONFLICT)
        return there

    def archive_digest(self, ref: Ref) -> Digest | None:
        """Digest of the .tgz; None if there is no such reference."""
        manifest = self._client.manifest(ref)
        return None if manifest is None else layer_digest(manifest, ref)

    def pull(self, ref: Ref, folder: Path) -> Path:
        """Fetch the .tgz into a folder, which is made if need be."""
        archive = self.archive_digest(ref)
        if archive is None:
            raise FlowError(f"fetch the chart {ref}", "there is no such chart in the registry")
        folder.mkdir(parents=True, exist_ok=True)
        name = ref.repository.rpartition("/")[2]
        path = folder / f"{name}-{archive.short if ref.digest else ref.tag}.tgz"
        self._client.fetch_blob(ref, archive, path)
        return path

    def _upload(self, archive: Path, digest: Digest, metadata: Mapping[str, Any], ref: Ref) -> Digest:
        self._client.push_blob(ref, archive, digest)
        self._client.push_bytes(ref, chart_config(metadata))
        manifest = chart_manifest(metadata, digest, archive.stat().st_size)
        self._client.push_manifest(ref, manifest)
        return digest_of(manifest)


def _is_chart_yaml(name: str) -> bool:
    """``<chart>/Chart.yaml``, not that of a subchart (``<chart>/charts/<sub>/Chart.yaml``)."""
    parts = name.removeprefix("./").split("/")
    return len(parts) == 2 and parts[1] == "Chart.yaml"
