"""Names of things in a registry, in the terms of the OCI distribution specification."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Digest:
    """A content digest, ``sha256:<64 hex>``."""

    text: str

    def __post_init__(self) -> None:
        if not _DIGEST.fullmatch(self.text):
            raise ValueError(f"{self.text!r} is not a sha256 digest")

    def __str__(self) -> str:
        return self.text

    @property
    def short(self) -> str:
        """The first twelve hexadecimal digits, for people."""
        return self.text.removeprefix("sha256:")[:12]


@dataclass(frozen=True)
class Ref:
    """A reference to an image, a chart or another artifact: ``registry/repository[:tag][@digest]``."""

    registry: str
    repository: str
    tag: str = ""
    digest: Digest | None = None

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.registry}/{self.repository}{tag}{digest}"

    def at(self, digest: Digest) -> Ref:
        """The same repository, by digest alone."""
        return replace(self, tag="", digest=digest)

    def tagged(self, tag: str) -> Ref:
        """The same repository, by tag alone."""
        return replace(self, tag=tag, digest=None)

    def under(self, prefix: str) -> Ref:
        """The same name in a namespace of the registry: ``prod/<repository>``."""
        return replace(self, repository=f"{prefix}/{self.repository}")


@dataclass(frozen=True)
class LocalImage:
    """An image in the engine's own store."""

    id: str
    labels: Mapping[str, str]
    user: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class BuildRequest:
    """One `docker buildx build`.

    :param context: folder that is sent as the build context.
    :param target: stage to build.
    :param tag: name the result gets in the engine.
    :param contexts: named contexts, e.g. ``{"python:3.13-slim-trixie": "docker-image://..."}``.
    :param cache_from: where build caches of other machines may be found; none of them has to be there.
    :param cache_to: where this build's cache is kept for other machines; None: nowhere.
    """

    context: str
    dockerfile: str
    target: str
    tag: str
    args: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    contexts: Mapping[str, str] = field(default_factory=dict)
    cache_from: tuple[Ref, ...] = ()
    cache_to: Ref | None = None


@dataclass(frozen=True)
class Built:
    """What the builder tells of a build.

    :param provenance: SLSA provenance; empty if it tells none.
    :param cache: digest of the cache that the build left in the registry; None if it left none.
    """

    provenance: Mapping[str, Any] = field(default_factory=dict)
    cache: Digest | None = None


class CacheUse(StrEnum):
    """What builds do with the build cache that the registry keeps for all machines."""

    NONE = "none"
    READ = "read"
    WRITE = "write"


@dataclass(frozen=True)
class ContainerExit:
    """How a container that was run to its end ended; ``output`` is its combined log."""

    status: int
    output: str
    oom_killed: bool = False


@dataclass(frozen=True)
class Attachment:
    """An artifact whose subject is an image: its type, its own digest and its files by name."""

    artifact_type: str
    digest: Digest
    files: Mapping[str, bytes]
