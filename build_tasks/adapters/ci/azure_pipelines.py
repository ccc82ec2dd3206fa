"""What Azure Pipelines says of the event that started a run.

https://learn.microsoft.com/azure/devops/pipelines/build/variables: ``Build.Reason`` is ``BUILD_REASON``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from build_tasks.model.ci import CiSystem
from build_tasks.model.event import EventKind, Told
from build_tasks.planning.ci.events import about_ref, branch_name
from build_tasks.planning.ci.systems import is_set

_KINDS = {
    "IndividualCI": EventKind.PUSH,
    "BatchedCI": EventKind.PUSH,
    "PullRequest": EventKind.PULL_REQUEST,
    "Manual": EventKind.MANUAL,
    "Schedule": EventKind.SCHEDULE,
}


def told_by_azure(environ: Mapping[str, str]) -> Told:
    """The event of a run. What was there before a push, no variable says."""
    reason, ref = environ.get("BUILD_REASON", ""), environ.get("BUILD_SOURCEBRANCH", "")
    kind = _KINDS.get(reason)
    if kind is None:
        said = Told(kind=EventKind.OTHER, branch=branch_name(ref), named=reason)
    elif kind is EventKind.PULL_REQUEST:
        said = _pull_request(environ, ref)
    else:
        said = about_ref(kind, ref)
    actor = environ.get("BUILD_REQUESTEDFOREMAIL") or environ.get("BUILD_REQUESTEDFOR", "")
    return replace(said, system=CiSystem.AZURE, actor=actor)


def _pull_request(environ: Mapping[str, str], ref: str) -> Told:
    """For repositories on GitHub the number is not the ID, and the target has no ``refs/heads/``."""
    variables = ("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "SYSTEM_PULLREQUEST_PULLREQUESTID")
    numbers = [environ[name] for name in variables if environ.get(name)]
    return Told(
        kind=EventKind.PULL_REQUEST,
        branch=branch_name(environ.get("SYSTEM_PULLREQUEST_SOURCEBRANCH", "")),
        target=branch_name(environ.get("SYSTEM_PULLREQUEST_TARGETBRANCH", "")),
        pull_request=numbers[0] if numbers else about_ref(EventKind.PULL_REQUEST, ref).pull_request,
        fork=is_set(environ, "SYSTEM_PULLREQUEST_ISFORK"),
    )
