"""What an event in git calls for, worked out from branch, commits and Dockerfiles."""

from __future__ import annotations

from collections.abc import Sequence

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.affected import Affected, Reason
from build_tasks.model.event import BuildEvent, EventKind
from build_tasks.model.plan import Plan, Verb
from build_tasks.planning.ci.triggers import Extent, trigger
from build_tasks.planning.plans.pipeline import continuous_integration, delivery
from build_tasks.planning.releases.versions import check_new
from build_tasks.steps.ci.affected import assess, touched, unbased
from build_tasks.steps.evidence.released import artifacts, released_versions
from build_tasks.steps.workbench import Workbench


def plan_for(
    bench: Workbench, event: BuildEvent, *, deliver: bool, changed: Sequence[str] | None = None
) -> Plan:
    """The plan of an event.

    :param deliver: go on with the delivery of a release.
    :param changed: the paths that the event changes; None: those that git says.
    """
    called_for = trigger(event, bench.settings.main_branch, bench.services)
    compared = called_for.extent not in (Extent.NOTHING, Extent.RELEASE)
    found = concerned(bench, event, changed) if compared else []
    return continuous_integration(called_for, dict(bench.services), found, deliver)


def concerned(bench: Workbench, event: BuildEvent, changed: Sequence[str] | None = None) -> list[Affected]:
    """The services that the event's change concerns; all of them when there is nothing to compare with."""
    if changed is not None:
        return touched(bench.checkout, changed)
    if event.base:
        return [*assess(bench.checkout, event.base, event.head).services]
    return [*unbased(bench.checkout, event.lack or Reason.NO_BASE, event.unbased).services]


def check_versions(bench: Workbench, plan: Plan) -> None:
    """Refuse before anything is built what pushing would refuse afterwards: a version that may not come next.

    :raises FlowError: REFUSED.
    """
    for action in plan.actions:
        if action.verb is Verb.PUSH and action.version is not None:
            released = released_versions(bench, bench.services[action.service])
            if action.version not in released:
                check_new(action.service, action.version, released)


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
