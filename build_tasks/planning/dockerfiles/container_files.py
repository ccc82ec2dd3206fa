"""Which file of the repository a file in a container is, as the Dockerfile copied it there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import basename, join, normpath

from build_tasks.planning.dockerfiles.text import Instruction, instructions
from build_tasks.planning.dockerfiles.words import words

#: A name that only ends like a file's path must share so many of its parts with it.
_ENOUGH = 2


@dataclass
class _Stage:
    """What a stage's file system has of the repository.

    :param copied: path in the image -> path in the repository, of files and folders, the latest last.
    """

    folder: str = "/"
    copied: dict[str, str] = field(default_factory=dict)

    def copy(self, inside: str, path: str) -> None:
        self.copied.pop(inside, None)
        self.copied[inside] = path

    def found(self, name: str) -> Iterator[str]:
        """Paths in the repository that an absolute path may stand for, the latest copy first."""
        for inside, path in reversed(self.copied.items()):
            if _is_below(name, inside):
                yield _below(path, name.removeprefix(inside))


@dataclass(frozen=True)
class ContainerFiles:
    """The files of an image that come from the repository.

    :param files: paths in the repository of what the image is built from.
    """

    stage: _Stage
    files: Collection[str]

    def __call__(self, name: str) -> str:
        """A file's path in the repository; empty if it is none of its files.

        :param name: as a program in the container calls it: absolute, from its working folder, or its end
            alone (Go's compiler can leave the folder out).
        """
        name = name.replace("\\", "/").removeprefix("file://")
        absolute = normpath(join(self.stage.folder, name))
        copied = (path for path in self.stage.found(absolute) if path in self._known)
        return next(copied, "") or self._by_its_end(name)

    def _by_its_end(self, name: str) -> str:
        """The one file whose path ends as the name does."""
        parts = [part for part in name.split("/") if part not in ("", ".", "..")]
        if not parts:
            return ""
        shared = {path: _shared(path.split("/"), parts) for path in self._by_basename[parts[-1]]}
        most = max(shared.values(), default=0)
        best = [path for path, count in shared.items() if count == most]
        return best[0] if len(best) == 1 and most >= min(_ENOUGH, len(parts)) else ""

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.files)

    @cached_property
    def _by_basename(self) -> defaultdict[str, list[str]]:
        found = defaultdict(list)
        for path in self.files:
            found[basename(path)].append(path)
        return found


def container_files(text: str, stage: str, files: Collection[str]) -> ContainerFiles:
    """The files of a stage's image.

    :param text: the Dockerfile, whose build context is the root of the repository. What it copies under names
        that are only known while it is built (variables) is left out.
    :param files: of what the image is built from.
    """
    reader = _Reader(files)
    for instruction in instructions(text):
        reader.read(instruction)
    return ContainerFiles(reader.stages.get(stage, _Stage()), files)


@dataclass
class _Reader:
    files: Collection[str]
    stages: dict[str, _Stage] = field(default_factory=dict)
    _now: _Stage = field(default_factory=_Stage)
    _count: int = 0

    def read(self, instruction: Instruction) -> None:
        found = words(instruction)
        paths = found.arguments
        match instruction.name:
            case "FROM" if paths:
                self._now = deepcopy(self.stages.get(paths[0].lower(), _Stage()))
                # `COPY --from=0` says a stage by its place.
                self.stages[str(self._count)] = self.stages[paths[-1].lower()] = self._now
                self._count += 1
            case "WORKDIR" if paths:
                self._now.folder = normpath(join(self._now.folder, paths[0]))
            case "COPY" | "ADD" if len(paths) > 1 and "$" not in instruction.value:
                self._copy(paths[:-1], paths[-1], next(iter(found.all("from")), None))

    def _copy(self, sources: Iterable[str], target: str, stage: str | None) -> None:
        absolute = normpath(join(self._now.folder, target))
        into = target.endswith("/") or absolute == self._now.folder
        for source in sources:
            for path, rest in self._taken(source, stage):
                # A folder's content is copied, a file into a folder or under another name.
                name = f"/{basename(path)}" if path in self.files and into else ""
                self._now.copy(normpath(f"{absolute}{rest or name}"), path)

    def _taken(self, source: str, stage: str | None) -> Iterable[tuple[str, str]]:
        """What a source is in the repository, each with its path below the source."""
        if stage is None:
            folder = source[: source.find("*")].rpartition("/")[0] if "*" in source else source
            return [(normpath(join("/", folder)).lstrip("/"), "")]
        there = self.stages.get(stage.lower(), _Stage())
        wanted = normpath(join("/", source))
        below = [
            (path, inside.removeprefix(wanted))
            for inside, path in there.copied.items()
            if _is_below(inside, wanted)
        ]
        return below or [(path, "") for path in list(there.found(wanted))[:1]]


def _is_below(name: str, folder: str) -> bool:
    return f"{name}/".startswith(f"{folder.rstrip('/')}/")


def _below(path: str, rest: str) -> str:
    return f"{path}{rest}" if path else rest.lstrip("/")


def _shared(one: list[str], other: list[str]) -> int:
    """How many parts two paths have in common, from their ends."""
    count = 0
    while count < min(len(one), len(other)) and one[-1 - count] == other[-1 - count]:
        count += 1
    return count
