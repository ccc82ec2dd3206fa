"""Sources of tools and images in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import (
    Declined,
    Found,
    GoProgram,
    HostPackages,
    Obtainable,
    ToolRecipe,
)


@dataclass
class FakeSource:
    """A source of tools.

    :param has: programs that it has already.
    :param can_bring: programs that it can bring.
    :param loses: brings nothing, though it says it does.
    :param fails: what happens when it is to bring something.
    """

    label: str
    folder: Path
    has: set[str] = field(default_factory=set)
    can_bring: set[str] = field(default_factory=set)
    loses: bool = False
    brought: list[str] = field(default_factory=list)
    fails: FlowError | None = None
    origin: str = "compiled"

    def look(self, recipe: ToolRecipe, program: str) -> Found | Obtainable | Declined:
        if program in self.has:
            return Found(self.folder / program, recipe.version)
        if program in self.can_bring:
            return Obtainable("not there yet")
        return Declined(f"{program} is unknown here")

    def bring(self, recipe: ToolRecipe, on_line: Callable[[str], None]) -> None:
        self.brought.append(recipe.name)
        on_line(f"bringing {recipe.name}")
        if self.fails is not None:
            raise self.fails
        if not self.loses:
            self.has |= set(recipe.programs)


@dataclass
class FakeCompiler:
    """Writes the package's name where a program should be.

    :param fails: packages that do not compile.
    :param modules: folder of modules' sources, each below its path.
    """

    identity: str = "go1.0.0 linux/amd64"
    fails: set[str] = field(default_factory=set)
    modules: Path = Path("/modules")
    built: list[GoProgram] = field(default_factory=list)

    def build(self, program: GoProgram, output: Path, on_line: Callable[[str], None]) -> None:
        if program.package in self.fails:
            raise FlowError(f"build {output.name}", "it does not compile", code=ExitCode.TOOL_FAILED)
        self.built.append(program)
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(program.package)

    def root(self) -> Path:
        return Path("/usr/local/go")

    def sources(self, folder: Path, module: str) -> Path:
        return self.modules / module


@dataclass
class FakeMaterial:
    """A folder that is made when it is asked for.

    :param at: where it is made.
    """

    key: str
    at: Path
    made: int = 0

    def folder(self) -> Path:
        self.made += 1
        self.at.mkdir(parents=True, exist_ok=True)
        return self.at


@dataclass
class FakeHost:
    """A host with some packages; installing brings files with the programs' names."""

    installed: set[str] = field(default_factory=set)
    installs: list[str] = field(default_factory=list)

    def missing(self, wanted: HostPackages) -> Sequence[str]:
        return [package for package in wanted.packages if package not in self.installed]

    def install(self, wanted: HostPackages, on_line: Callable[[str], None]) -> None:
        for package in self.missing(wanted):
            on_line(f"Setting up {package}")
            self.installs.append(package)
            self.installed.add(package)


@dataclass(frozen=True)
class Built:
    """One build that an engine was asked for; ``files`` are those of its contexts that were there then."""

    image: str
    target: str
    contexts: Mapping[str, str]
    args: Mapping[str, str]
    files: Mapping[str, tuple[str, ...]]


@dataclass
class FakeImageStore:
    """An engine that knows names only.

    :param fails: images that do not build.
    :param offered: what registries have, by digest: ``docker.io/library/redis@sha256:...``.
    :param unanswered: what happens to whoever pulls something else.
    """

    images: set[str] = field(default_factory=set)
    fails: set[str] = field(default_factory=set)
    offered: set[str] = field(default_factory=set)
    unanswered: ExitCode = ExitCode.UNAVAILABLE
    pulled: list[str] = field(default_factory=list)
    imported: list[str] = field(default_factory=list)
    built: list[Built] = field(default_factory=list)

    def has(self, image: str) -> bool:
        return image in self.images

    def pull(self, reference: str, image: str, on_line: Callable[[str], None]) -> None:
        self.pulled.append(reference)
        if reference not in self.offered:
            raise FlowError(f"pull {reference}", "no answer", code=self.unanswered)
        on_line(f"Digest: {reference.rpartition('@')[2]}")
        self.images.add(image)

    def import_archive(self, archive: Path, image: str) -> None:
        if not archive.is_file():
            raise FlowError(f"import {image}", f"{archive} is not there")
        self.imported.append(image)
        self.images.add(image)

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
        missing = self._missing_images(contexts)
        if missing or image in self.fails or not (context / "Dockerfile").is_file():
            raise FlowError(f"build {image}", f"no {missing}", code=ExitCode.BUILD_FAILED)
        folders = {name: Path(source) for name, source in contexts.items() if "://" not in source}
        files = {n: tuple(sorted(f.name for f in p.glob("*"))) for n, p in folders.items()}
        self.built.append(Built(image, target, contexts, args, files))
        if archive is None:
            self.images.add(image)
        else:
            archive.write_bytes(image.encode())

    def _missing_images(self, contexts: Mapping[str, str]) -> list[str]:
        kind = "docker-image://"
        used = [source.removeprefix(kind) for source in contexts.values() if source.startswith(kind)]
        return [image for image in used if image not in self.images]


@dataclass
class FakeRootFilesystems:
    """Makes archives that hold the names of their packages."""

    architecture: str = "amd64"
    made: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def make(
        self, suite: str, packages: Sequence[str], archive: Path, on_line: Callable[[str], None]
    ) -> None:
        self.made.append((suite, tuple(packages)))
        archive.write_text(" ".join(packages))


@dataclass
class FakeTrust:
    """Certificates by file name."""

    pems: dict[str, bytes] = field(default_factory=dict)

    def certificates(self) -> Mapping[str, bytes]:
        return self.pems
