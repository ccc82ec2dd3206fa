"""What the local platform is made of: tools, host packages, images, and how each is obtained."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


def content_key(*parts: str | bytes) -> str:
    """Key of something that is made from these parts, in this order: 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class AcceptedVersions:
    """Versions of a program on PATH that do as well as ours.

    :param range: comma-separated conditions, all of which must hold: ``>=28.0.0,<30.0.0``.
    :param ask: arguments that make the program print its version.
    """

    range: str
    ask: tuple[str, ...]


@dataclass(frozen=True)
class ToolRecipe:
    """How a tool is built from its Go module.

    :param folder: holds go.mod and go.sum of a module that depends on the tool's, or is the tool.
    :param programs: name of a program -> the Go package it is built from.
    :param stamps: Go variable -> text that the linker puts there.
    :param program_stamps: program -> the same for it alone, on top of ``stamps``.
    :param accept: program -> which versions on PATH may be used instead.
    :param keep: Go module -> files and folders of its sources that are needed beside the programs.
    """

    name: str
    version: str
    folder: Path
    programs: Mapping[str, str]
    cgo: bool = False
    tags: tuple[str, ...] = ()
    stamps: Mapping[str, str] = field(default_factory=dict)
    accept: Mapping[str, AcceptedVersions] = field(default_factory=dict)
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    program_stamps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def version_of(self, program: str) -> str:
        """Version of one of its programs: the recipe's, unless it is stamped with one of its own."""
        return self.program_stamps.get(program, {}).get("main.version", self.version)

    def build_of(self, program: str) -> GoProgram:
        """How one of its programs is built."""
        stamps = {**self.stamps, **self.program_stamps.get(program, {})}
        return GoProgram(self.folder, self.programs[program], self.cgo, self.tags, stamps)

    def key(self, compiler: str) -> str:
        """Changes with everything that goes into the programs, and with nothing else.

        :param compiler: identity of the compiler, ``go1.26.8 linux/amd64``.
        """
        names = ("go.mod", "go.sum")
        files = sorted(f for f in self.folder.iterdir() if f.name in names or f.suffix == ".go")
        sources = [part for f in files for part in (f.name, f.read_bytes())]
        settings = [self.programs, self.stamps, *(s for _, s in sorted(self.program_stamps.items()))]
        flat = [f"{k}={v}" for mapping in settings for k, v in sorted(mapping.items())]
        kept = [f"{module}/{path}" for module, paths in sorted(self.keep.items()) for path in paths]
        return content_key(compiler, *sources, str(self.cgo), ",".join(self.tags), *flat, *kept)


@dataclass(frozen=True)
class GoProgram:
    """One program to build: package ``package`` of the module in ``module``."""

    module: Path
    package: str
    cgo: bool = False
    tags: tuple[str, ...] = ()
    stamps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HostPackages:
    """Packages of the host's distribution, what they are for, and the programs they bring (by path)."""

    name: str
    why: str
    packages: tuple[str, ...]
    programs: Mapping[str, Path]


@dataclass(frozen=True)
class Found:
    """A source has the program, at that version (``1.37.2``): use it."""

    path: Path
    version: str


@dataclass(frozen=True)
class Obtainable:
    """A source can bring the program; ``reason``: why there is work to do."""

    reason: str


@dataclass(frozen=True)
class Declined:
    """A source does not have the program, and why."""

    reason: str


@dataclass(frozen=True)
class Toolbox:
    """Programs by name, each an absolute path.

    :param folder: holds a link to every one of them, for a PATH.
    """

    folder: Path
    paths: Mapping[str, Path]

    def __getitem__(self, program: str) -> Path:
        return self.paths[program]


@dataclass(frozen=True)
class StandIn:
    """How an upstream base image is stood in for where it cannot be pulled.

    :param reference: the upstream reference, as Dockerfiles say it.
    :param recipe: folder under ``recipes/base-images``.
    :param about: what the stand-in is, for reports.
    :param material: named context of its Dockerfile with what does not come from Debian; empty: none.
    """

    reference: str
    recipe: str
    about: str
    material: str = ""


class PodNetwork(StrEnum):
    """What connects the pods of a node."""

    BRIDGE = "bridge"
    CILIUM = "cilium"
    KINDNET = "kindnet"

    @property
    def enforces_policies(self) -> bool:
        """Whether NetworkPolicies hold; kindnet's makers say so, and `platform.doctor` tries it."""
        return self is not PodNetwork.BRIDGE


@dataclass(frozen=True)
class NodeImage:
    """The kind node image, and what kubeadm must be told about it.

    :param image: reference in the engine.
    :param kubernetes: ``v1.37.2``.
    :param etcd_tag: ``etcd.local.imageTag`` of kubeadm's ClusterConfiguration; empty: kubeadm's own choice.
    :param dns_tag: ``dns.imageTag`` of the same.
    :param network: what it connects pods with.
    """

    image: str
    kubernetes: str
    etcd_tag: str
    dns_tag: str
    network: PodNetwork = PodNetwork.BRIDGE


@dataclass(frozen=True)
class PlatformImages:
    """The platform's own images, by their references in the engine.

    :param stores: the data stores' images by kind.
    """

    node: NodeImage
    registry: str
    stores: Mapping[str, str]
