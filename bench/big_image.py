"""An image of some size that no engine has ever seen, made for a measurement."""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class BigImage:
    """Its blobs, in files that are named by their digests, and its manifest.

    https://github.com/opencontainers/image-spec/blob/main/manifest.md
    """

    blobs: tuple[Path, ...]
    manifest: Path

    @property
    def digest(self) -> str:
        return _digest(self.manifest)


def big_image(folder: Path, size: int) -> BigImage:
    """One layer with one file.

    :param size: bytes of the file. They are random, so that nothing on the way can make less of them.
    """
    layer = _named(_layer(folder, size))
    config = {
        "architecture": _ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [layer.name]},
    }
    described = _named(_json(folder / "config.json", config))
    content = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _descriptor(_CONFIG, described),
        "layers": [_descriptor(_LAYER, layer)],
    }
    return BigImage((layer, described), _json(folder / "manifest.json", content))


def _layer(folder: Path, size: int) -> Path:
    path = folder / "layer.tar"
    with tarfile.open(path, "w") as tar:
        entry = tarfile.TarInfo("data")
        entry.size = size
        tar.addfile(entry, io.BytesIO(os.urandom(size)))
    return path


def _json(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _named(path: Path) -> Path:
    return path.rename(path.with_name(_digest(path)))


def _descriptor(media_type: str, blob: Path) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": blob.name, "size": blob.stat().st_size}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
