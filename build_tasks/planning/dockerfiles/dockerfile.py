"""What a Dockerfile copies in and is based on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from build_tasks.errors import ExitCode, FlowError
from build_tasks.planning.dockerfiles.context_source import ContextSource
from build_tasks.planning.dockerfiles.stages import Stage, Stages, reachable
from build_tasks.planning.dockerfiles.text import instructions

#: Stages every service's Dockerfile has, by what the tasks use them for.
BUILD, TESTRUNNER, FINAL = "build", "testrunner", "final"
TARGETS = (BUILD, TESTRUNNER, FINAL)


@dataclass(frozen=True)
class Dockerfile:
    """A parsed Dockerfile.

    What only stages copy in that none of :data:`TARGETS` is built from does not count: BuildKit does not
    build them (docs/decisions/0016).

    :param stages: names of all its stages in lower case (Docker ignores their case), in order.
    :param bases: references of images that it does not build itself, without duplicates.
    :param copied: what it copies from the build context, in the order of the file, without duplicates.
    """

    stages: tuple[str, ...]
    bases: tuple[str, ...]
    copied: tuple[ContextSource, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """The paths of what it copies, without duplicates; for a pattern (``*.lock``) the folder it is
        matched in.
        """
        return tuple(dict.fromkeys(source.folder for source in self.copied))


def parse(text: str, path: str) -> Dockerfile:
    """Read a Dockerfile whose COPY sources have no variables.

    FROM and --from may use ARGs with a default that stand before the first FROM.

    :param path: its name, for messages.
    :raises FlowError: CONFIG for a source or an image with a variable, or a missing stage.
    """
    stages = Stages()
    for instruction in instructions(text):
        stages.read(instruction)
    names = tuple(stage.name for stage in stages.found)
    _check_stages(names, path)
    built = reachable(stages.found, TARGETS)
    _check_understood(built, path)
    bases = dict.fromkeys(image for stage in built for image in stage.images)
    return Dockerfile(names, tuple(bases), _each_once(source for stage in built for source in stage.sources))


def _each_once(sources: Iterable[ContextSource]) -> tuple[ContextSource, ...]:
    found: dict[object, ContextSource] = {}
    for source in sources:
        found.setdefault((source.path, source.excludes, source.literal, source.parents), source)
    return tuple(found.values())


def _check_understood(stages: Sequence[Stage], path: str) -> None:
    mistakes = sorted((m for stage in stages for m in stage.mistakes), key=lambda mistake: mistake.line)
    if mistakes:
        raise FlowError(
            "find out what the image is built from",
            f"{path}:{mistakes[0].line}: {mistakes[0].why}",
            mistakes[0].fix,
            code=ExitCode.CONFIG,
            details=[f"{path}:{mistake.line}: {mistake.why}" for mistake in mistakes[1:]],
        )


def _check_stages(stages: Sequence[str], path: str) -> None:
    missing = [stage for stage in TARGETS if stage not in stages]
    if missing:
        raise FlowError(
            "read the Dockerfile",
            f"{path}: no stage named {' or '.join(missing)}",
            f"name the stages {BUILD}, {TESTRUNNER} and {FINAL} (FROM ... AS {missing[0]})",
            code=ExitCode.CONFIG,
        )
