"""What `docker buildx build` is told, and what it tells of a build when it is done.

https://docs.docker.com/reference/cli/docker/buildx/build/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from build_tasks.model.images import BuildRequest, Digest

#: What buildx says of an engine with the older image store: it keeps no cache anywhere else.
NO_CACHE_EXPORT = "Cache export is not supported for the docker driver"
#: Provenance in full; it is not in the metadata of buildx before 0.13.
METADATA_SETTINGS: Mapping[str, str] = {"BUILDX_METADATA_PROVENANCE": "max"}
_PROVENANCE = "buildx.build.provenance"
_CACHE = "cache.manifest"
_CACHE_TO = "--cache-to=type=registry"


def build_options(request: BuildRequest, builder: str, metadata: Path) -> list[str]:
    """Options for a build into the engine.

    Attestations are off: with them, engines with the containerd store make an index whose digest differs each
    time. What they would hold is in the metadata file.

    :param builder: name of a buildx builder; empty: the engine's own.
    :param metadata: file that buildx is to write.
    """
    options = ["--progress=plain", "--load", "--provenance=false", "--sbom=false"]
    options += ["--file", request.dockerfile, "--target", request.target, "--tag", request.tag]
    for option, pairs in (
        ("--build-arg", request.args),
        ("--label", request.labels),
        ("--build-context", request.contexts),
    ):
        options += [word for key, value in sorted(pairs.items()) for word in (option, f"{key}={value}")]
    options += ["--builder", builder] if builder else []
    options += [f"--cache-from=type=registry,ref={ref}" for ref in request.cache_from]
    if request.cache_to is not None:
        # A registry that does not take it makes no build fail.
        # As a manifest, not an index of layers: that is what other clients of the registry can read, too.
        how = "mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true"
        options += [f"{_CACHE_TO},ref={request.cache_to},{how}"]
    return [*options, f"--metadata-file={metadata}"]


def with_inline_cache(options: Sequence[str]) -> list[str]:
    """The same for an engine that can keep a cache only inside the image: of the last stage's steps."""
    return ["--cache-to=type=inline" if word.startswith(_CACHE_TO) else word for word in options]


def provenance_of(metadata: Path) -> Mapping[str, Any]:
    """SLSA provenance of the build that wrote the metadata; empty if there is none in it."""
    said = _read(metadata)
    # With the platform's name behind it where the result is an index.
    found = [said[key] for key in sorted(said) if key.partition("/")[0] == _PROVENANCE]
    return found[0] if found and isinstance(found[0], dict) else {}


def cache_of(metadata: Path) -> Digest | None:
    """Digest of the cache that the build left in a registry; None if it left none.

    What BuildKit's exporter says it wrote (cache/remotecache/export.go, ExporterResponseManifestDesc): a
    descriptor, which buildx hands on as text.
    """
    said = _read(metadata).get(_CACHE)
    try:
        return Digest(msgspec.json.decode(said, type=_Descriptor).digest) if isinstance(said, str) else None
    except ValueError:  # msgspec's errors are such, too
        return None


class _Descriptor(msgspec.Struct):
    digest: str


def _read(metadata: Path) -> Mapping[str, Any]:
    try:
        return msgspec.json.decode(metadata.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError):
        return {}
