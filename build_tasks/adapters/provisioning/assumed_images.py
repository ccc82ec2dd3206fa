"""An image store that is taken to have everything: the steps that make images then only name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from build_tasks.errors import FlowError

_NEVER = "an image store that has everything was asked to make something"


class AssumedImages:
    """Implements :class:`build_tasks.ports.provisioning.ImageStore` for questions (`platform.status`)."""

    def has(self, image: str) -> bool:
        return True

    def import_archive(self, archive: Path, image: str) -> None:
        raise FlowError(f"import {image}", _NEVER)

    def pull(self, reference: str, image: str, on_line: Callable[[str], None]) -> None:
        raise FlowError(f"pull {reference}", _NEVER)

    def build(
        self,
        context: Path,
        *,
        contexts: Mapping[str, str],
        args: Mapping[str, str],
        image: str,
        on_line: Callable[[str], None],
        target: str = "",
        archive: Path | None = None,
    ) -> None:
        raise FlowError(f"build {image}", _NEVER)
