"""What is in the fake registry, as a whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from build_tasks.model.images import Digest, Ref
from build_tasks.model.pruning import StoredImage
from tests.fakes.registry import FakeRegistry


@dataclass
class FakeContents:
    """The port ``RegistryContents``."""

    registry: FakeRegistry

    def images(self, registry: str) -> Sequence[StoredImage]:
        found = []
        for where, tags in self.registry._tags.items():
            host, _, repository = where.partition("/")
            for digest in dict.fromkeys(tags.values() if host == registry else ()):
                named = tuple(sorted(tag for tag, of in tags.items() if of == digest))
                blobs: dict[str, int] = {}
                created = self._read(where, digest, blobs)
                found.append(StoredImage(Ref(host, repository, digest=digest), named, created, blobs))
        return found

    def delete(self, image: Ref) -> None:
        where = f"{image.registry}/{image.repository}"
        assert image.digest
        self.registry._manifests.get(where, {}).pop(image.digest, None)
        tags = self.registry._tags.get(where, {})
        self.registry._tags[where] = {tag: of for tag, of in tags.items() if of != image.digest}

    def _read(self, where: str, digest: Digest, blobs: dict[str, int]) -> datetime | None:
        """Sizes of all it consists of, and when it was built."""
        manifest = self.registry._manifests[where][digest]
        blobs[str(digest)] = len(json.dumps(manifest, separators=(",", ":")))
        if "subject" in manifest:
            blobs |= {
                layer["digest"]: len(self.registry._blobs[Digest(layer["digest"])])
                for layer in manifest["layers"]
            }
            return datetime.fromisoformat(manifest["created"])
        times = [self._read(where, Digest(m["digest"]), blobs) for m in manifest.get("manifests", ())]
        if "config" in manifest:
            blobs |= {part["digest"]: part["size"] for part in [manifest["config"], *manifest["layers"]]}
            config = json.loads(self.registry._blobs[Digest(manifest["config"]["digest"])])
            times += [datetime.fromisoformat(config["created"])] if "created" in config else []
        return next((time for time in times if time), None)
