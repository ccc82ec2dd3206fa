"""What to type after a plan was carried out, or failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from build_tasks.model.plan import Action, Plan, Verb
from build_tasks.planning.names import release_branch

#: Tasks of a service that do what an action did; those with a version are about a released one.
_ALONE = (Verb.BUILD, Verb.TEST, Verb.IMAGE, Verb.SCAN, Verb.PACKAGE)
_ON_A_VERSION = (Verb.PUSH, Verb.DEPLOY, Verb.VERIFY, Verb.SWITCH)


def commands_after(plan: Plan, failed: Iterable[Action]) -> tuple[str, ...]:
    """The commands, in the order to type them; empty when there is nothing to do but to read on.

    :param failed: actions that failed: what they did can be tried on a laptop.
    """
    broken = [command for action in failed if (command := _again(action))]
    if broken:
        return tuple(broken)
    return tuple(_onwards(plan))


def _again(action: Action) -> str:
    """The task that does the same for one service; empty if there is none."""
    task = f"./inv {action.service}.{action.verb.value}"
    if action.verb in _ALONE:
        return task
    place = f" --env {action.environment}" if action.environment else ""
    if action.verb in _ON_A_VERSION and action.version:
        return f"{task}{place} --version {action.version}"
    return f"{task}{place}" if action.verb is Verb.RETIRE else ""


def _onwards(plan: Plan) -> Iterator[str]:
    last = plan.actions[-1] if plan.actions else None
    if last is None or last.version is None:
        return
    version = f"--version {last.version}"
    match last.verb:
        case Verb.AWAIT_APPROVAL:
            yield f"./inv {last.service}.approve {version}"
            yield f"./inv {last.service}.promote {version}"
        case Verb.PUSH:
            yield f"./inv ci.deliver --branch {release_branch(last.service, last.version)}"
