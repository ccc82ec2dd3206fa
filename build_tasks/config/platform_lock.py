"""``platform.lock``: which files and images of publishers are accepted; `inv platform.pin` writes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from build_tasks.config.problems import shape_problems
from build_tasks.config.toml_files import parse_toml, refuse
from build_tasks.model.images import Digest
from build_tasks.model.upstream import TARGETS, PinnedRelease, Pins, Target

FILE = "platform.lock"
_ALGORITHM = "sha256:"
_HEADER = """\
# What the local platform accepts from publishers, files and images, by hash. What is not here is not taken.
# `./inv platform.pin` writes this file, from their own checksum files and registries; review it like code.
# docs/decisions/0024-path-releases-packages.md
"""

Sha256 = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]


class _Tool(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True):
    version: Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    linux_amd64: Sha256 | None = None
    linux_arm64: Sha256 | None = None
    darwin_amd64: Sha256 | None = None
    darwin_arm64: Sha256 | None = None


class _Lock(Struct, frozen=True, forbid_unknown_fields=True):
    tools: dict[str, _Tool] = {}
    images: dict[str, Sha256] = {}


def load_pins(root: Path) -> Pins:
    """What ``platform.lock`` of a repository says; nothing where there is none.

    :raises FlowError: CONFIG, with every mistake.
    """
    if not (root / FILE).exists():
        return Pins()
    text, data, problems = parse_toml(root / FILE, FILE)
    if data is not None:
        try:
            return _pins(msgspec.convert(data, _Lock))
        except msgspec.ValidationError:
            problems += shape_problems(FILE, text, data, _Lock)
    refuse(problems, f"read {FILE}")
    return Pins()


def pins_text(pins: Pins) -> str:
    """The text of a ``platform.lock`` that says this; the same pins give the same text."""
    import tomli_w

    tools = {name: _tool(pinned) for name, pinned in sorted(pins.tools.items())}
    images = {reference: str(digest) for reference, digest in sorted(pins.images.items())}
    parts: dict[str, object] = {"tools": tools, "images": images}
    tables = tomli_w.dumps({name: part for name, part in parts.items() if part})
    return "\n".join((_HEADER, tables)) if tables else _HEADER


def _pins(lock: _Lock) -> Pins:
    return Pins(
        tools={name: PinnedRelease(tool.version, _files(tool)) for name, tool in lock.tools.items()},
        images={reference: Digest(digest) for reference, digest in lock.images.items()},
    )


def _files(tool: _Tool) -> Mapping[Target, str]:
    found = {target: getattr(tool, str(target).replace("-", "_")) for target in TARGETS}
    return {target: sha256.removeprefix(_ALGORITHM) for target, sha256 in found.items() if sha256}


def _tool(pinned: PinnedRelease) -> Mapping[str, str]:
    files = {str(target): _ALGORITHM + pinned.files[target] for target in TARGETS if target in pinned.files}
    return {"version": pinned.version, **files}
