"""Releases that somebody was killed over."""

from __future__ import annotations

from build_tasks.model.releases import ReleaseStatus, Revision
from build_tasks.ports.runtime import Releases
from build_tasks.steps.delivery.holds import Hold
from build_tasks.steps.workbench import Workbench


def recover(bench: Workbench, releases: Releases, current: Revision | None, hold: Hold) -> bool:
    """Free a release that is stuck half-way: back to its last good revision, or away with it.

    Helm refuses to touch it otherwise. Whoever works on it would hold the service, and we do: so nobody does.

    :param current: its current revision, read while it was held.
    :returns: whether there was anything to do.
    """
    if current is None or not (current.status.pending or current.status is ReleaseStatus.UNINSTALLING):
        return False
    release = current.release
    hold.check()
    good = [revision for revision in releases.history(release) if revision.status.took_effect]
    if good and current.status.pending:
        why = f"it is stuck in {current.status.value}; back to revision {good[-1].number}"
        with bench.reporter.step(f"recover {release}", why):
            releases.rollback(release, good[-1].number)
    else:
        with bench.reporter.step(f"recover {release}", f"it is stuck in {current.status.value}; removed"):
            releases.uninstall(release)
    return True
