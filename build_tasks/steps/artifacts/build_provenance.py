"""What the builder told of an image, kept as long as this machine may have the image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from build_tasks.model.images import LocalImage
from build_tasks.model.proofs import Provenance
from build_tasks.planning.evidence.provenance import provenance
from build_tasks.steps.workbench import Workbench


def keep_provenance(bench: Workbench, image: LocalImage, told: Mapping[str, Any]) -> None:
    """Keep what the builder told of an image; nothing if it told nothing.

    Secrets are taken out before it is written anywhere.
    """
    try:
        clean = provenance(told)
    except ValueError:
        return
    bench.provenance.keep(image.id, msgspec.json.encode(dict(clean.predicate)))


def kept_provenance(bench: Workbench, image: LocalImage) -> Provenance | None:
    """What was kept of exactly this image, by whichever clone on this machine; None if nothing was."""
    kept = bench.provenance.of(image.id)
    try:
        return provenance(msgspec.json.decode(kept, type=dict[str, Any])) if kept is not None else None
    except (ValueError, msgspec.MsgspecError):
        return None
