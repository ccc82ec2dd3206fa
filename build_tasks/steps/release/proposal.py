"""Proposing the next version of a service."""

from __future__ import annotations

from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import record_tag, release_branch
from build_tasks.planning.releases.proposal import Proposal, first, following, unknown
from build_tasks.steps.artifacts.inputs import built_from
from build_tasks.steps.release.release import main_ref, taken_versions
from build_tasks.steps.workbench import Workbench


def proposal_for(bench: Workbench, service: Service) -> Proposal:
    """The next version of a service, by the commits on main since its last release.

    What a service is built from is read from the working tree.

    :raises FlowError: CONFIG for a Dockerfile that cannot be read; UNAVAILABLE.
    """
    bench.source.fetch()
    taken = taken_versions(bench, service)
    last = max((version for version in taken if not version.is_prerelease), default=None)
    if last is None:
        return first(service.name, taken)
    cut_from = _cut_from(bench, service, last)
    if cut_from is None:
        return unknown(service.name, last, taken)
    commits = bench.source.commits(cut_from, main_ref(bench), built_from(bench, service))
    return following(service.name, last, taken, commits)


def _cut_from(bench: Workbench, service: Service, version: Version) -> str | None:
    """The commit a version was cut from: its record's, else its branch's."""
    branch = release_branch(service.name, version)
    tag = f"refs/tags/{record_tag(service.name, version)}"
    for ref in (tag, f"refs/remotes/origin/{branch}", f"refs/heads/{branch}"):
        found = bench.source.commit(ref)
        if found is not None:
            return found.sha
    return None
