"""What an event would call for that did not happen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.event import BuildEvent, EventKind, Told
from build_tasks.model.plan import Plan, Verb
from build_tasks.model.version import Version
from build_tasks.planning.ci.events import about_ref, branch_name, kind_of
from build_tasks.planning.releases.versions import check_new
from build_tasks.steps.ci.events import event_of
from build_tasks.steps.ci.plans import plan_for
from build_tasks.steps.workbench import Workbench

_WHAT = "simulate an event"


@dataclass(frozen=True)
class Scenario:
    """An event as it is typed. Empty: not said.

    :param changed: the paths that it changes; none: those that git says.
    :param released: versions of its service that exist already.
    """

    event: str
    ref: str
    base: str = ""
    target: str = ""
    actor: str = ""
    changed: Sequence[str] = ()
    released: Sequence[str] = ()
    fork: bool = False


def simulated(bench: Workbench, scenario: Scenario, *, deliver: bool) -> tuple[BuildEvent, Plan]:
    """The event, and its plan. Services are read from the working tree, commits from this clone.

    :raises FlowError: as the event itself would; USAGE for what is not to be understood.
    """
    if not scenario.ref:
        fix = "say --ref, e.g. release/delivery/v1.0.2"
        raise FlowError(_WHAT, "on which branch?", fix, code=ExitCode.USAGE)
    said = replace(
        about_ref(kind_of(scenario.event), scenario.ref),
        target=branch_name(scenario.target),
        actor=scenario.actor,
        fork=scenario.fork,
    )
    event = event_of(bench, said, scenario.base, _head(bench, said))
    plan = plan_for(bench, event, deliver=deliver, changed=scenario.changed or None)
    _check_version(plan, scenario.released)
    return event, plan


def _head(bench: Workbench, said: Told) -> str:
    """The tip of the branch where there is one; else what is checked out stands for it."""
    if said.kind is not EventKind.TAG:
        for ref in (f"refs/heads/{said.branch}", f"refs/remotes/origin/{said.branch}"):
            commit = bench.source.commit(ref) if said.branch else None
            if commit:
                return commit.sha
    return bench.source.head().sha


def _check_version(plan: Plan, released: Sequence[str]) -> None:
    """What pushing it would be refused for, as far as other versions go."""
    try:
        taken = [Version.parse(text) for text in released]
    except ValueError as error:
        raise FlowError(_WHAT, str(error), "correct --released", code=ExitCode.USAGE) from None
    for action in plan.actions:
        if action.verb is Verb.PUSH and action.version and action.version not in taken:
            check_new(action.service, action.version, taken)
