"""What GitHub Actions says of the event that started a workflow.

https://docs.github.com/en/actions/reference/workflows-and-actions/variables,
https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows,
https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
from msgspec import Struct

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.ci import CiSystem
from build_tasks.model.event import EventKind, Told
from build_tasks.planning.ci.events import about_ref, branch_name


class _Repository(Struct):
    full_name: str = ""


class _Side(Struct):
    sha: str = ""
    repo: _Repository | None = None


class _PullRequest(Struct):
    base: _Side = msgspec.field(default_factory=_Side)
    head: _Side = msgspec.field(default_factory=_Side)


class _MergeGroup(Struct):
    base_ref: str = ""
    base_sha: str = ""


class Payload(Struct):
    """What of the event's JSON (``GITHUB_EVENT_PATH``) is looked at; each event has some of it."""

    action: str | None = None
    before: str | None = None
    deleted: bool | None = None
    ref: str | None = None
    number: int | None = None
    pull_request: _PullRequest | None = None
    merge_group: _MergeGroup | None = None


def told_by_github(environ: Mapping[str, str], payload: Payload) -> Told:
    """The event of a workflow run.

    :raises FlowError: REFUSED for ``pull_request_target``.
    """
    event = environ.get("GITHUB_EVENT_NAME", "")
    said = _told(event, environ.get("GITHUB_REF", ""), environ, payload)
    return replace(said, system=CiSystem.GITHUB, actor=environ.get("GITHUB_ACTOR", ""))


def read_payload(environ: Mapping[str, str]) -> Payload:
    """The event's JSON; one without anything in it where there is no such file.

    :raises FlowError: CONFIG for a file that is no such JSON.
    """
    path = Path(environ.get("GITHUB_EVENT_PATH", ""))
    try:
        return msgspec.json.decode(path.read_bytes(), type=Payload)
    except OSError:
        return Payload()
    except msgspec.DecodeError as error:
        what = "read the event of GitHub Actions"
        fix = "unset GITHUB_EVENT_PATH, which names it, and say --event, --branch and --base"
        raise FlowError(what, f"{path}: {error}", fix, code=ExitCode.CONFIG) from None


def _told(event: str, ref: str, environ: Mapping[str, str], payload: Payload) -> Told:
    match event:
        case "push" if payload.deleted:
            return about_ref(EventKind.DELETION, ref)
        case "push":
            return replace(about_ref(EventKind.PUSH, ref), base=payload.before or "")
        case "delete":  # its GITHUB_REF is the default branch
            return about_ref(EventKind.DELETION, payload.ref or "")
        case "pull_request" if payload.action != "closed":
            return _pull_request(ref, environ, payload)
        case "merge_group":
            return _merge_group(ref, payload)
        case "pull_request_target":
            raise _pull_request_target()
        case "workflow_dispatch" | "repository_dispatch":
            return about_ref(EventKind.MANUAL, ref)
        case "schedule":
            return about_ref(EventKind.SCHEDULE, ref)
    closed = "closed " if event == "pull_request" else ""
    return Told(kind=EventKind.OTHER, branch=branch_name(ref), named=f"{closed}{event}")


def _pull_request(ref: str, environ: Mapping[str, str], payload: Payload) -> Told:
    pull = payload.pull_request or _PullRequest()
    number = str(payload.number) if payload.number else about_ref(EventKind.PULL_REQUEST, ref).pull_request
    # A fork that was deleted meanwhile has no repository any more.
    here, there = environ.get("GITHUB_REPOSITORY", ""), pull.head.repo
    return Told(
        kind=EventKind.PULL_REQUEST,
        branch=environ.get("GITHUB_HEAD_REF", ""),
        base=pull.base.sha,
        target=environ.get("GITHUB_BASE_REF", ""),
        pull_request=number,
        fork=payload.pull_request is not None and (there is None or there.full_name != here),
    )


def _merge_group(ref: str, payload: Payload) -> Told:
    """A merge queue asks for the checks of a pull request once more, on what main would become."""
    group = payload.merge_group or _MergeGroup()
    target = branch_name(group.base_ref)
    return Told(kind=EventKind.PULL_REQUEST, branch=branch_name(ref), base=group.base_sha, target=target)


def _pull_request_target() -> FlowError:
    return FlowError(
        "find out what to build",
        "pull_request_target checks out the target branch, with its secrets: what the pull request brings "
        "would not be built, or would be let at them",
        "let the workflow run on pull_request (and merge_group) instead",
        code=ExitCode.REFUSED,
    )
