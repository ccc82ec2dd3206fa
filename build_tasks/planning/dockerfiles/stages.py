"""The stages of a Dockerfile: what each is based on, and what it takes from where
(https://docs.docker.com/reference/dockerfile/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from posixpath import normpath
from string import Template

from build_tasks.model.docker_patterns import is_pattern, source_match
from build_tasks.planning.dockerfiles.context_source import ContextSource
from build_tasks.planning.dockerfiles.text import Instruction
from build_tasks.planning.dockerfiles.words import Words, mounts, words

_URL = re.compile(r"[a-z+]+://|git@")


@dataclass(frozen=True)
class Mistake:
    """What keeps a stage from being understood."""

    line: int
    why: str
    fix: str


@dataclass
class Stage:
    """One stage.

    :param name: in lower case (Docker ignores case); empty without one.
    :param needs: places of the stages it is based on or takes files from.
    :param images: references of images that the file does not build itself.
    :param on_build: what a stage that is based on it does first.
    """

    name: str
    needs: set[int] = field(default_factory=set)
    images: list[str] = field(default_factory=list)
    sources: list[ContextSource] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    on_build: list[Instruction] = field(default_factory=list)


class Stages:
    """Takes one instruction after the other."""

    def __init__(self) -> None:
        self.found: list[Stage] = []
        self._places: dict[str, int] = {}
        self._arguments: dict[str, str] = {}

    def read(self, instruction: Instruction) -> None:
        """Whatever else there is (ENV, WORKDIR, USER ...) takes nothing from anywhere."""
        match instruction.name:
            case "FROM":
                self._from(instruction)
            case "ARG" if not self.found:
                pairs = (word.partition("=") for word in words(instruction).arguments)
                self._arguments |= {name: default for name, given, default in pairs if given}
            case "COPY" | "ADD" if self.found:
                self._copy(instruction)
            case "RUN" if self.found and instruction.value.startswith("--"):
                self._mounts(instruction)
            case "ONBUILD" if self.found:
                self._on_build(instruction)

    def _from(self, instruction: Instruction) -> None:
        given = words(instruction).arguments
        stage = Stage(given[2].lower() if len(given) == 3 and given[1].lower() == "as" else "")
        self.found.append(stage)
        base = self._stage_or_image(given[0] if given else "", instruction.line)
        if stage.name:
            self._places[stage.name] = len(self.found) - 1
        for later in self.found[base].on_build if base is not None else ():
            self.read(later)

    def _copy(self, instruction: Instruction) -> None:
        given = words(instruction)
        if given.all("from"):
            self._stage_or_image(given.all("from")[-1], instruction.line, numbered=True)
            return
        for source in given.arguments[:-1]:
            if not (source.startswith("<<") or _URL.match(source)):
                self._context(instruction, source, given)

    def _mounts(self, instruction: Instruction) -> None:
        """A bind mount shows the build context (or a stage, or an image) as COPY would copy it."""
        for options in mounts(words(instruction)):
            if options.get("from"):
                self._stage_or_image(options["from"], instruction.line)
            elif options.get("type", "bind").lower() == "bind":
                self._context(instruction, options.get("source") or ".", None)

    def _on_build(self, instruction: Instruction) -> None:
        name, value = (*instruction.value.split(None, 1), "")[:2]
        later = Instruction(name.upper(), value, instruction.line, instruction.escape)
        self.found[-1].on_build.append(later)

    def _stage_or_image(self, written: str, line: int, *, numbered: bool = False) -> int | None:
        """Note what the current stage needs; gives the place of the stage, None for an image."""
        current = self.found[-1]
        name = Template(written).safe_substitute(self._arguments) if "$" in written else written
        place = int(name) if numbered and name.isdigit() else self._places.get(name.lower())
        if place is not None:
            current.needs.add(place)
        elif not name or "$" in name:
            why = f"image {written!r} has a variable that no ARG above gives a default"
            current.mistakes.append(Mistake(line, why, "declare it before the first FROM (ARG NAME=default)"))
        elif name.lower() != "scratch":
            current.images.append(name)
        return place

    def _context(self, instruction: Instruction, source: str, copied: Words | None) -> None:
        """:param copied: the words of a COPY or ADD; None for a mount, where wildcards have no meaning."""
        current, line = self.found[-1], instruction.line
        if "$" in source:
            fix = "write the path out: what triggers a build is derived from it"
            current.mistakes.append(Mistake(line, f"source {source!r} has a variable", fix))
            return
        if copied is None:
            current.sources.append(ContextSource(_inside(source), line, literal=True))
            return
        try:
            current.sources.append(_source(source, line, copied))
        except ValueError as error:
            current.mistakes.append(
                Mistake(line, f"source {error}", "see https://pkg.go.dev/path/filepath#Match")
            )


def reachable(stages: Sequence[Stage], targets: Iterable[str]) -> list[Stage]:
    """The stages that building the targets builds, in the order of the file."""
    waiting = [place for place, stage in enumerate(stages) if stage.name in targets]
    found: set[int] = set()
    while waiting:
        place = waiting.pop()
        if place < len(stages) and place not in found:
            found.add(place)
            waiting += stages[place].needs
    return [stages[place] for place in sorted(found)]


def _source(written: str, line: int, copied: Words) -> ContextSource:
    excludes = copied.all("exclude")
    if copied.is_set("parents"):
        above, pivot, below = written.partition("/./")
        path = _inside(f"{above}/{below}" if pivot else written)
        return ContextSource(path, line, excludes, parents=_inside(above) if pivot else ".")
    path = _inside(written)
    if is_pattern(path):
        source_match(path)
    return ContextSource(path, line, excludes)


def _inside(source: str) -> str:
    """A path from the root of the build context, as Docker resolves it: it cannot lead out of there."""
    return normpath(f"/{source}").lstrip("/") or "."
