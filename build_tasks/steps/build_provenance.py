"""What the builder told of a runtime image, kept until the image is published."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from build_tasks.model.images import LocalImage
from build_tasks.model.proofs import Provenance
from build_tasks.model.service import Service
from build_tasks.planning.provenance import provenance
from build_tasks.steps.inputs import Recipe
from build_tasks.steps.workbench import Workbench


class _Kept(msgspec.Struct):
    """:param image: the engine's id of the image it is about."""

    image: str
    provenance: dict[str, Any]


def keep_provenance(
    bench: Workbench, service: Service, made: Recipe, image: LocalImage, told: Mapping[str, Any]
) -> None:
    """Keep what the builder told of an image; nothing if it told nothing.

    Secrets are taken out before it is written anywhere.
    """
    file = _file(bench, service, made)
    try:
        clean = provenance(told)
    except ValueError:
        file.unlink(missing_ok=True)
        return
    file.write_bytes(msgspec.json.encode(_Kept(image.id, dict(clean.predicate))))


def kept_provenance(bench: Workbench, service: Service, made: Recipe, image: LocalImage) -> Provenance | None:
    """What was kept of exactly this image; None if nothing was."""
    try:
        kept = msgspec.json.decode(_file(bench, service, made).read_bytes(), type=_Kept)
        return provenance(kept.provenance) if kept.image == image.id else None
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


def _file(bench: Workbench, service: Service, made: Recipe) -> Path:
    return bench.folder(service, "provenance") / f"{made.inputs[:16]}.json"
