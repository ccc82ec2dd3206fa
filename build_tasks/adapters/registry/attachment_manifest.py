"""The manifest of an attachment: files whose subject is an image.

https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from build_tasks.adapters.registry.client import MANIFEST, canonical, digest_of
from build_tasks.model.images import Digest

#: Annotation with the time at which something was attached.
CREATED = "org.opencontainers.image.created"
#: The configuration of what is no image.
EMPTY = b"{}"
_EMPTY_CONFIG = {
    "mediaType": "application/vnd.oci.empty.v1+json",
    "size": len(EMPTY),
    "digest": str(digest_of(EMPTY)),
}
_TITLE = "org.opencontainers.image.title"


def check_file_names(names: Iterable[str]) -> None:
    """ValueError for a name that is a path: other clients write attachments to disk under these names."""
    for name in names:
        if not _is_plain(name):
            raise ValueError(f"{name!r} is not a plain file name")


def attachment_manifest(
    artifact_type: str, files: Mapping[str, bytes], subject: Mapping[str, Any], created: datetime
) -> bytes:
    """The manifest's bytes.

    :param files: contents by plain file name.
    :param subject: descriptor of the image.
    """
    return canonical(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": artifact_type,
            "config": _EMPTY_CONFIG,
            "layers": [_file(name, content) for name, content in files.items()],
            "subject": subject,
            "annotations": {CREATED: created.isoformat(timespec="microseconds")},
        }
    )


def is_attachment(manifest: Mapping[str, Any] | None, image: Digest) -> bool:
    """Whether it is files that are attached to this image and nothing else, as :func:`attachment_manifest`
    makes it.

    The list of what is attached says less than a manifest does: one with a configuration, or with layers that
    are no files, could be run as an image; and whoever copies one with another subject copies that as well.
    Of layers in folders, of the same name or to be unpacked nobody would see a file who looks at the files.
    """
    found = manifest or {}
    notes = [layer.get("annotations") or {} for layer in found.get("layers") or ()]
    names = [note.get(_TITLE) for note in notes]
    files = all(map(_is_plain, names)) and len({*names}) == len(names) and all(len(n) == 1 for n in notes)
    config, subject = (found.get(key) or {} for key in ("config", "subject"))
    plain = config.get("digest") == _EMPTY_CONFIG["digest"] and "manifests" not in found
    return plain and files and subject.get("digest") == str(image)


def _is_plain(name: object) -> bool:
    return isinstance(name, str) and name not in ("", "..") and Path(name).name == name


def _file(name: str, content: bytes) -> dict[str, Any]:
    return {
        "mediaType": "application/octet-stream",
        "digest": str(digest_of(content)),
        "size": len(content),
        "annotations": {_TITLE: name},
    }
