"""Images and indexes for tests, for a real registry as for the fake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from build_tasks.adapters.registry.client import INDEX, MANIFEST, canonical, digest_of
from build_tasks.model.images import Digest, Ref

_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"


class Store(Protocol):
    """Where tests put content: the fake, or `oras` in front of a real registry."""

    def push_bytes(self, repository: Ref, content: bytes) -> Digest: ...

    def push_manifest(self, ref: Ref, content: bytes, media_type: str = MANIFEST) -> None: ...


def put_image(
    store: Store,
    ref: Ref,
    labels: Mapping[str, str] | None = None,
    layer: bytes = b"layer",
    created: str = "",
) -> Digest:
    """Push an image of one layer under the tag (or the digest alone); gives its digest.

    :param created: when it was built (RFC 3339); empty: it does not say.
    """
    return Digest(put_platform(store, ref, labels, layer, created)["digest"])


def put_platform(
    store: Store,
    ref: Ref,
    labels: Mapping[str, str] | None = None,
    layer: bytes = b"layer",
    created: str = "",
) -> dict[str, Any]:
    """The same, but gives the descriptor, for an index."""
    said = {"created": created} if created else {}
    config = canonical({"architecture": "amd64", "os": "linux", "config": {"Labels": labels or None}, **said})
    content = canonical(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": _descriptor(store.push_bytes(ref, config), len(config), _CONFIG),
            "layers": [_descriptor(store.push_bytes(ref, layer), len(layer), _LAYER)],
        }
    )
    digest = digest_of(content)
    store.push_manifest(ref if ref.tag else ref.at(digest), content)
    return _descriptor(digest, len(content), MANIFEST)


def put_index(store: Store, ref: Ref, entries: Sequence[Mapping[str, Any]]) -> Digest:
    """Push an index of manifests that are there; gives its digest."""
    content = canonical({"schemaVersion": 2, "mediaType": INDEX, "manifests": list(entries)})
    store.push_manifest(ref, content, INDEX)
    return digest_of(content)


def _descriptor(digest: Digest, size: int, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": str(digest), "size": size}
