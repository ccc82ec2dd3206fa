"""The inputs hash: what an image is made of, in one number.

Two builds with equal hashes are the same content for the flow, even where the layers differ in bits (pip, npm
and apt do not write the same bytes twice). The commit is not an input: a digest built on main is the one that
is released.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class InputFile:
    """A file of the build context: path from the root, executable bit, sha256 of its content (hex)."""

    path: str
    executable: bool
    sha256: str


@dataclass(frozen=True)
class Inputs:
    """Everything an image is made of.

    :param bases: what each base image's reference resolved to.
    """

    files: tuple[InputFile, ...]
    args: Mapping[str, str]
    platform: str
    bases: Mapping[str, str]

    @property
    def hash(self) -> str:
        """sha256 over all of it, hexadecimal; independent of the order files were found in."""
        content = {
            "files": sorted((f.path, f.executable, f.sha256) for f in self.files),
            "args": dict(self.args),
            "platform": self.platform,
            "bases": dict(self.bases),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
