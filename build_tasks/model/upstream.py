"""What publishers offer, and what of it `platform.lock` accepts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from build_tasks.model.images import Digest, Ref

#: Engine images that were pulled have names that begin so.
PULLED = "build-tasks/upstream/"


@dataclass(frozen=True)
class ToolOrigin:
    """Where a program that people call, too, was taken from.

    :param wanted: the recipe's version, and which ones on PATH will do: ``1.37.2 or >=1.36.0,<1.39.0``.
    :param found: version and route: ``1.36.4 from PATH``.
    """

    program: str
    wanted: str
    found: str


@dataclass(frozen=True, order=True)
class Target:
    """An operating system and a processor, as Go calls them: ``linux``, ``arm64``."""

    system: str
    machine: str

    def __str__(self) -> str:
        return f"{self.system}-{self.machine}"


#: What `platform.pin` pins for.
TARGETS = tuple(Target(system, machine) for system in ("linux", "darwin") for machine in ("amd64", "arm64"))


@dataclass(frozen=True)
class Release:
    """Where a publisher keeps a program.

    Texts with ``{version}``, ``{system}`` and ``{machine}`` in them; ``checksums`` also with ``{file}``.

    :param program: what it is called: ``kubectl``.
    :param recipe: the recipe whose version is wanted.
    :param file: address of the program, or of an archive that holds it.
    :param checksums: address of the file with its SHA-256.
    :param member: path of the program in the archive; empty: ``file`` is the program.
    :param systems: operating systems that the publisher gives checksums for.
    """

    program: str
    recipe: str
    file: str
    checksums: str
    member: str
    systems: tuple[str, ...]

    def url(self, version: str, target: Target) -> str:
        """Address of the file for a machine."""
        return _filled(self.file, version, target)

    def checksums_url(self, version: str, target: Target) -> str:
        """Address of the publisher's checksums for that file."""
        return _filled(self.checksums, version, target, file=self.url(version, target))

    def path_inside(self, version: str, target: Target) -> str:
        """Where the program is in the archive; empty: the file is the program."""
        return _filled(self.member, version, target)


def _filled(template: str, version: str, target: Target, **others: str) -> str:
    return template.format(version=version, system=target.system, machine=target.machine, **others)


@dataclass(frozen=True)
class Upstream:
    """Everything that publishers offer and we know of.

    :param releases: by program.
    :param images: references of the platform's own images, by what they are: ``node``, ``registry`` ...
    :param registry: where images are whose reference names no registry.
    """

    releases: Mapping[str, Release]
    images: Mapping[str, str]
    registry: str

    def of_recipe(self, recipe: str) -> tuple[Release, ...]:
        """The releases that a recipe's programs can come from."""
        return tuple(release for release in self.releases.values() if release.recipe == recipe)

    def locate(self, reference: str) -> Ref:
        """A reference as Dockerfiles say it, with its registry, and ``library/`` where that is left out.

        The rules: https://github.com/distribution/reference (ParseNormalizedNamed).
        """
        name, _, digest = reference.partition("@")
        first, slash, rest = name.partition("/")
        named = bool(slash) and (first == "localhost" or any(sign in first for sign in ".:"))
        registry, path = (first, rest) if named else (self.registry, name)
        repository, _, tag = path.partition(":")
        if registry == self.registry and "/" not in repository:
            repository = f"library/{repository}"
        return Ref(registry, repository, tag or ("" if digest else "latest"), _digest(digest))

    def engine_name(self, reference: str, digest: Digest) -> str:
        """What the engine calls that image once it is pulled; for one content only."""
        ref = self.locate(reference)
        host = "" if ref.registry == self.registry else f"{ref.registry.replace(':', '-')}/"
        tag = f"{ref.tag}-" if ref.tag else ""
        return f"{PULLED}{host}{ref.repository.removeprefix('library/')}:{tag}{digest.short}"


def _digest(text: str) -> Digest | None:
    return Digest(text) if text else None


@dataclass(frozen=True)
class PinnedRelease:
    """The files of one version of a program that are accepted: their SHA-256, hexadecimal, by target."""

    version: str
    files: Mapping[Target, str]


@dataclass(frozen=True)
class Pins:
    """What `platform.lock` says.

    :param tools: by program.
    :param images: digests by reference, as Dockerfiles say it.
    """

    tools: Mapping[str, PinnedRelease] = field(default_factory=dict)
    images: Mapping[str, Digest] = field(default_factory=dict)


class PinState(StrEnum):
    """What became of a pin."""

    NEW = "new"
    SAME = "unchanged"
    CHANGED = "changed"
    GONE = "no longer named"
    UNREAD = "not read"


@dataclass(frozen=True)
class PinNews:
    """One line of `platform.pin`'s answer.

    :param what: program or image.
    :param version: of a program, the one that is wanted now.
    :param about: for which machines, which digest, or why it could not be read.
    """

    what: str
    version: str
    state: PinState
    about: str
