"""Files that a build sees and no inputs hash does, because git ignores them.

Two clones of one commit would make two images under one hash, and what is in no commit would be published.
"""

from __future__ import annotations

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.service import Service
from build_tasks.steps.artifacts.inputs import Recipe, sources
from build_tasks.steps.workbench import Workbench

#: So many are named.
_NAMED = 10


def check_unseen(bench: Workbench, service: Service, made: Recipe) -> bool:
    """Whether there are such files. They are told, once a command and service.

    :raises FlowError: REFUSED if evidence is going to be signed about what is built.
    """
    if service.name not in bench.unseen:
        bench.unseen[service.name] = tuple(bench.source.unseen(made.paths, made.enters))
        if bench.unseen[service.name] and not bench.signing:
            bench.reporter.warn(f"{_why(bench, service)}; publishing refuses that: {_fix(bench, service)}")
    found = bench.unseen[service.name]
    if found and bench.signing:
        raise FlowError(
            f"build {service.name}",
            _why(bench, service),
            _fix(bench, service),
            code=ExitCode.REFUSED,
            details=_named(found),
        )
    return bool(found)


def _why(bench: Workbench, service: Service) -> str:
    found = bench.unseen[service.name]
    few = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
    return f"its build sees what git ignores, so that no inputs hash tells of it: {few}"


def _fix(bench: Workbench, service: Service) -> str:
    return (
        f"leave them out of the build context ({sources(bench, service).ignore_file}), or commit them"
        " (git add --force)"
    )


def _named(found: tuple[str, ...]) -> list[str]:
    return [*found[:_NAMED], *([f"... and {len(found) - _NAMED} more"] if len(found) > _NAMED else [])]
