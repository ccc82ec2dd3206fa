"""Everything in a registry, and forgetting it, through `oras`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from build_tasks.adapters.registry.attachment_manifest import CREATED
from build_tasks.adapters.registry.client import OrasClient
from build_tasks.errors import FlowError
from build_tasks.model.images import Digest, Ref
from build_tasks.model.pruning import StoredImage


class OrasContents:
    """Implements :class:`build_tasks.ports.pruning.RegistryContents`."""

    def __init__(self, client: OrasClient) -> None:
        self._client = client

    def images(self, registry: str) -> list[StoredImage]:
        found = []
        for name in self._client.repositories(registry):
            repository = Ref(registry, name)
            tags: dict[Digest, list[str]] = {}
            for tag in self._client.tags(repository):
                digest = self._client.resolve(repository.tagged(tag))
                if digest is not None:  # else somebody removed it meanwhile
                    tags.setdefault(digest, []).append(tag)
            found += [self._image(repository.at(digest), names) for digest, names in tags.items()]
        return found

    def delete(self, image: Ref) -> None:
        self._client.delete(image)

    def _image(self, ref: Ref, tags: list[str]) -> StoredImage:
        blobs: dict[str, int] = {}
        manifests = [ref]
        created = None
        while manifests:
            one = manifests.pop()
            manifest = self._client.manifest(one)
            if manifest is None:
                raise FlowError(f"read {one}", "the registry has lost it", "run it again")
            blobs[str(one.digest)] = self._client.descriptor(one)["size"]
            parts = [*manifest.get("layers", ()), *([manifest["config"]] if "config" in manifest else ())]
            blobs |= {part["digest"]: part["size"] for part in parts}
            manifests += [ref.at(Digest(child["digest"])) for child in manifest.get("manifests", ())]
            created = created or self._created(one, manifest)
        return StoredImage(ref, tuple(sorted(tags)), created, blobs)

    def _created(self, ref: Ref, manifest: Mapping[str, Any]) -> datetime | None:
        """When an image was built, as its configuration says (image-spec, config.md), or something was
        attached, as its annotation says; None for others."""
        if manifest.get("subject"):
            said = (manifest.get("annotations") or {}).get(CREATED)
            return datetime.fromisoformat(said) if isinstance(said, str) else None
        config = manifest.get("config") or {}
        if not str(config.get("mediaType", "")).endswith(("image.config.v1+json", "container.image.v1+json")):
            return None
        said = self._client.config(ref, Digest(config["digest"])).get("created")
        return datetime.fromisoformat(said) if isinstance(said, str) else None
