"""What an event in git calls for, worked out from branch, commits and Dockerfiles."""

from __future__ import annotations

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.event import BuildEvent, EventKind
from build_tasks.model.plan import Plan
from build_tasks.planning.affected import Affected, affected
from build_tasks.planning.pipeline import continuous_integration, delivery
from build_tasks.planning.triggers import Extent, trigger
from build_tasks.steps.inputs import sources
from build_tasks.steps.push import artifacts
from build_tasks.steps.release import main_ref
from build_tasks.steps.workbench import Workbench


def event_here(bench: Workbench, kind: str, branch: str, base: str) -> BuildEvent:
    """The event that this clone stands for.

    :param kind: ``push`` or ``pull_request``.
    :param branch: empty: the branch that is checked out.
    :param base: what to compare with; empty (or zeros, as CI systems write for a new branch): the parent on
        main, else where the branch left main.
    :raises FlowError: USAGE for an unknown kind, a detached head without a branch, an unknown base.
    """
    what = "find out what to build"
    head = bench.source.head().sha
    try:
        event = EventKind(kind.replace("-", "_"))
    except ValueError:
        kinds = ", ".join(EventKind)
        raise FlowError(what, f"there is no event {kind!r}", f"one of {kinds}", code=ExitCode.USAGE) from None
    branch = branch or bench.source.branch()
    if not branch:
        raise FlowError(what, "no branch is checked out (detached)", "say --branch", code=ExitCode.USAGE)
    if base.strip("0"):
        commit = bench.source.commit(base)
        if commit is None:
            fix = "name a commit that is in this clone (a shallow clone lacks history)"
            raise FlowError(what, f"there is no commit {base!r}", fix, code=ExitCode.USAGE)
        return BuildEvent(event, branch, commit.sha, head)
    return BuildEvent(event, branch, _base(bench, event, branch, head), head)


def plan_for(bench: Workbench, event: BuildEvent, *, deliver: bool) -> Plan:
    """The plan of an event.

    :param deliver: go on with the delivery of a release.
    """
    called_for = trigger(event, bench.settings.main_branch, bench.services)
    compared = called_for.extent in (Extent.VALIDATION, Extent.CANDIDATE)
    found = concerned(bench, event) if compared else []
    return continuous_integration(called_for, dict(bench.services), found, deliver)


def concerned(bench: Workbench, event: BuildEvent) -> list[Affected]:
    """The services that the event's change concerns; all of them when there is nothing to compare with."""
    if not event.base:
        return [Affected(name, "there is no commit to compare with") for name in sorted(bench.services)]
    built_from = {name: sources(bench, service) for name, service in bench.services.items()}
    return affected(bench.source.changed_paths(event.base, event.head), built_from)


def _base(bench: Workbench, kind: EventKind, branch: str, head: str) -> str:
    if kind is EventKind.PUSH and branch == bench.settings.main_branch:
        parent = bench.source.commit(f"{head}~1")
        return parent.sha if parent else ""
    return bench.source.merge_base(head, main_ref(bench)) or ""


def delivery_of(bench: Workbench, branch: str) -> Plan:
    """The delivery of a release branch whose artifacts were pushed by an earlier job.

    :raises FlowError: USAGE if it is no release branch or was not pushed.
    """
    event = BuildEvent(EventKind.PUSH, branch, "", bench.source.head().sha)
    called_for = trigger(event, bench.settings.main_branch, bench.services)
    if called_for.version is None:
        fix = "check out release/<service>/v<version>, or say --branch"
        raise FlowError("deliver a release", f"{called_for.because}", fix, code=ExitCode.USAGE)
    service = bench.services[called_for.service]
    artifacts(bench, service, called_for.version)
    return Plan(called_for.because, tuple(delivery(service, called_for.version)))
