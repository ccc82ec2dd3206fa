"""Getting the platform's tools and images onto a machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from build_tasks.model.platform import (
    Declined,
    Found,
    GoProgram,
    HostPackages,
    Obtainable,
    StandIn,
    ToolRecipe,
)

#: Receives each line that a tool prints.
Lines = Callable[[str], None]


class ToolSource(Protocol):
    """One place that a tool can come from: PATH, an upstream release, its Go module ...

    Sources are asked in order. The first that has a program is used; else the first that brings it.
    """

    @property
    def label(self) -> str:
        """Names the source in reports: ``PATH``, ``Go module``."""

    @property
    def origin(self) -> str:
        """What is said of its programs: ``from PATH``, ``downloaded``, ``compiled``."""

    def look(self, recipe: ToolRecipe, program: str) -> Found | Obtainable | Declined:
        """What this source can do for one program; milliseconds, changes nothing."""

    def bring(self, recipe: ToolRecipe, on_line: Lines) -> None:
        """Make every program of the recipe that it can bring available, so that ``look`` finds them.

        FlowError(UNAVAILABLE) when that cannot be done now: the next source is asked. Others end it.
        """


class GoCompiler(Protocol):
    """Builds Go programs that are the same on every machine."""

    @property
    def identity(self) -> str:
        """Toolchain and target: ``go1.26.8 linux/amd64``."""

    def build(self, program: GoProgram, output: Path, on_line: Lines) -> None:
        """Build to ``output``; every module is verified against go.sum, which is not changed."""

    def root(self) -> Path:
        """GOROOT of the toolchain, fetched if need be."""

    def sources(self, folder: Path, module: str) -> Path:
        """Where the sources of a module are that the build in ``folder`` used; read-only."""


class PackageIndex(Protocol):
    """The Python package index."""

    def install(self, requirements: Path, target: Path, on_line: Lines) -> None:
        """Unpack the wheels that a requirements file pins by hash into a folder."""


class HostSystem(Protocol):
    """The host's own packages."""

    def missing(self, wanted: HostPackages) -> Sequence[str]:
        """Packages of the group that are not installed."""

    def install(self, wanted: HostPackages, on_line: Lines) -> None:
        """Install them; FlowError with the command to type where we may not."""


class Store(Protocol):
    """Things that were made once, by name and content key. May be emptied at any moment."""

    def find(self, name: str, key: str) -> Path | None:
        """The folder with the finished thing, or None."""

    def fill(self, name: str, key: str) -> AbstractContextManager[Path]:
        """A temporary folder to make the thing in; on success it becomes what ``find`` gives.

        Holds a lock that other runs of ours on this machine wait for: look again before working.
        """

    def links(self, targets: Mapping[str, Path]) -> Path:
        """A folder with a link of each name to its target."""


class Material(Protocol):
    """A folder that an image's recipe copies in."""

    @property
    def key(self) -> str:
        """Changes with what is in the folder; known before the folder is there."""

    def folder(self) -> Path:
        """The folder; made or fetched if need be."""


class RootFilesystems(Protocol):
    """Root filesystems made from a distribution's packages."""

    @property
    def architecture(self) -> str:
        """The distribution's name of this machine's architecture: ``amd64``."""

    def make(self, suite: str, packages: Sequence[str], archive: Path, on_line: Lines) -> None:
        """Install a minimal system with these packages and write it to ``archive`` (tar)."""


class ImageStore(Protocol):
    """A container engine, as far as making the platform's images needs it."""

    def has(self, image: str) -> bool:
        """Whether the engine has an image of that name."""

    def import_archive(self, archive: Path, image: str) -> None:
        """Make an image of one layer from a root filesystem."""

    def pull(self, reference: str, image: str, on_line: Lines) -> None:
        """Pull an image by digest and give it a name of ours.

        FlowError: UNAVAILABLE when its registry does not give it, CONFLICT when it gives something else.
        """

    def build(
        self,
        context: Path,
        *,
        contexts: Mapping[str, str],
        args: Mapping[str, str],
        image: str,
        on_line: Lines,
        target: str = "",
        archive: Path | None = None,
    ) -> None:
        """Build ``context/Dockerfile`` with network access as the host has it.

        :param contexts: named contexts: folders, or images of the engine as ``docker-image://...``.
        :param image: name of the result.
        :param archive: write the result there (for `ctr image import`) instead of into the engine.
        """


class Recipes(Protocol):
    """The shipped recipes."""

    def tools(self) -> Mapping[str, ToolRecipe]:
        """By name."""

    def host_packages(self) -> Mapping[str, HostPackages]:
        """By what they are for."""

    def stand_ins(self) -> Mapping[str, StandIn]:
        """By upstream reference."""

    def folder(self, name: str) -> Path:
        """The files of a recipe: ``node``, ``base-images/python``."""

    def text(self, name: str) -> Mapping[str, str]:
        """The plain ``key = "text"`` settings of a recipe file: ``node/recipe.toml``."""


class HostTrust(Protocol):
    """The certificate authorities that this host trusts."""

    def certificates(self) -> Mapping[str, bytes]:
        """PEM texts, one certificate each, by a name that changes with their content."""
