"""Which CI systems are meant, and what is written for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.ci import CiSystem
from build_tasks.planning.pipelines.azure import azure
from build_tasks.planning.pipelines.github import github
from build_tasks.planning.pipelines.gitlab import gitlab
from build_tasks.planning.pipelines.model import Pipeline

WRITERS: Mapping[CiSystem, Callable[[Pipeline], dict[str, str]]] = {
    CiSystem.AZURE: azure,
    CiSystem.GITHUB: github,
    CiSystem.GITLAB: gitlab,
}
#: Folders that a system reads every file of, each as a pipeline of its own.
FOLDERS: Mapping[CiSystem, str] = {CiSystem.GITHUB: ".github/workflows"}


def chosen_systems(words: str, flag: str, at_most: int = len(CiSystem)) -> tuple[CiSystem, ...]:
    """The systems that ``a,b`` names.

    :param flag: where it was said, for messages.
    :raises FlowError: USAGE for names that are none, and for too many or none at all.
    """
    named = tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))
    unknown = [name for name in named if name not in [*CiSystem]]
    what, fix = "read the command line", f"known: {', '.join(CiSystem)}"
    if unknown:
        why = f"{flag}: there is no CI system {', '.join(map(repr, unknown))}"
        raise FlowError(what, why, fix, code=ExitCode.USAGE)
    if not named or len(named) > at_most:
        why = f"{flag} {words!r} names {'more than one' if named else 'no'} CI system"
        raise FlowError(what, why, fix, code=ExitCode.USAGE)
    return tuple(CiSystem(name) for name in named)


def files_of(pipeline: Pipeline, systems: tuple[CiSystem, ...]) -> dict[str, str]:
    """Text of every file of the systems, by its path from the root."""
    return {path: text for system in systems for path, text in WRITERS[system](pipeline).items()}
