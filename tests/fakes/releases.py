"""Helm releases in memory, with Helm's own rules for revisions and states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from build_tasks.adapters.registry.charts import chart_metadata
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.releases import HookRun, ReleaseStatus, Revision
from build_tasks.planning.charts.documents import HOOK, documents, within
from tests.fakes.charts import Render, values_as_configmap

_KEPT = 10


@dataclass(frozen=True)
class ScriptedTest:
    """A test hook: whether it passes, and what it logs."""

    passes: bool = True
    log: str = ""
    name: str = "test"


class Ticking:
    """A clock that moves one second with every look, so that revisions have an order in time."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


@dataclass
class FakeReleases:
    """The releases of one namespace.

    :param tests: test hooks by release; a release without an entry has none.
    :param refusals: why the next upgrade of a release is to fail (the revision is recorded as failed).
    :param killed: releases whose next upgrade ends as if Helm had been killed: pending.
    :param render: gives the manifests of a chart for a release, a namespace and values.
    :param on_change: told of the revision that a release is at from now on; None: uninstalled.
    :param ending: releases that are gone, while nobody waited for what they had made.
    """

    namespace: str = "dev"
    now: Callable[[], datetime] = field(default_factory=Ticking)
    tests: dict[str, Sequence[ScriptedTest]] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    killed: set[str] = field(default_factory=set)
    on_change: Callable[[str, Revision | None], None] = lambda _release, _revision: None
    render: Render = values_as_configmap
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    ending: set[str] = field(default_factory=set)
    _manifests: dict[tuple[str, int], str] = field(default_factory=dict)
    _records: dict[str, list[Revision]] = field(default_factory=dict)
    _runs: dict[tuple[str, int], list[HookRun]] = field(default_factory=dict)

    def list(self, *, selector: str = "") -> Sequence[Revision]:
        wanted = dict(part.split("=", 1) for part in selector.split(",") if part)
        return [
            _listed(replace(records[-1], description=""))
            for release, records in sorted(self._records.items())
            if wanted.items() <= self.labels[release].items()
        ]

    def get(self, release: str) -> Revision | None:
        records = self._records.get(release)
        return records[-1] if records else None

    def history(self, release: str) -> Sequence[Revision]:
        return [_listed(record) for record in self._records.get(release, ())]

    def manifest(self, release: str) -> str:
        current = self.get(release)
        return self._manifests[release, current.number] if current else ""

    def upgrade(
        self,
        release: str,
        chart: Path,
        values: Mapping[str, object],
        *,
        description: str,
        labels: Mapping[str, str],
    ) -> None:
        what = f"deploy {release} to {self.namespace}"
        current = self.get(release)
        if current and current.status.pending:
            why = "another operation (install/upgrade/rollback) is in progress"
            raise FlowError(what, why, code=ExitCode.DEPLOY_FAILED)
        name, app_version = _chart(chart, what)
        self.labels[release] = {**self.labels.get(release, {}), **labels}
        made = _without_hooks(self.render(chart, release, self.namespace, values))
        self._record(what, _draft(release, name, app_version, values, description), made)

    def rollback(self, release: str, revision: int) -> None:
        what = f"roll {release} in {self.namespace} back to revision {revision}"
        current = self._present(release, what)
        earlier = next((r for r in self._records[release] if r.number == revision), None)
        if earlier is None:
            raise FlowError(what, f"release has no {revision} version", code=ExitCode.DEPLOY_FAILED)
        again = replace(earlier, number=current.number, description=f"Rollback to {revision}")
        self._record(what, again, self._manifests[release, revision])

    def uninstall(self, release: str, *, wait: bool = True) -> None:
        self.labels.pop(release, None)
        if self._records.pop(release, None):
            self.on_change(release, None)
            self.ending |= set() if wait else {release}

    def test(self, release: str, *, only: str = "", without: str = "") -> str:
        what = f"verify {release} in {self.namespace}"
        current = self._present(release, what)
        known = {run.name: run for run in self.test_runs(release)}
        if only and only not in known:
            raise FlowError(what, f"its chart has no test {only}", code=ExitCode.VERIFY_FAILED)
        all_scripts = self.tests.get(release, ())
        scripts = [s for s in all_scripts if s.name != without and only in ("", s.name)]
        phases = {True: "Succeeded", False: "Failed"}
        ran = {s.name: HookRun(s.name, phases[s.passes]) for s in scripts}
        self._runs[release, current.number] = list({**known, **ran}.values())
        log = "\n".join(f"POD LOGS: {script.name}\n{script.log}" for script in scripts)
        if not all(script.passes for script in scripts):
            why = "1 error occurred"
            raise FlowError(what, why, code=ExitCode.VERIFY_FAILED, details=log.splitlines())
        return log

    def test_runs(self, release: str) -> Sequence[HookRun]:
        current = self._present(release, f"read the tests of {release}")
        never = [HookRun(script.name, "Unknown") for script in self.tests.get(release, ())]
        return self._runs.get((release, current.number), never)

    def _present(self, release: str, what: str) -> Revision:
        current = self.get(release)
        if current is None:
            raise FlowError(what, "release: not found", code=ExitCode.DEPLOY_FAILED)
        return current

    def _record(self, what: str, draft: Revision, manifest: str) -> None:
        """Add a revision after the present one and let it end as scripted."""
        release = draft.release
        records = self._records.setdefault(release, [])
        number = records[-1].number + 1 if records else 1
        status, why = ReleaseStatus.DEPLOYED, self.refusals.pop(release, "")
        if release in self.killed:
            self.killed.discard(release)
            status = ReleaseStatus.PENDING_UPGRADE if records else ReleaseStatus.PENDING_INSTALL
        elif why:
            status = ReleaseStatus.FAILED
        else:
            records[:] = [_superseded(record) for record in records]
        made = replace(draft, number=number, status=status, updated=self.now())
        records[:] = [*records, made][-_KEPT:]
        self._manifests[release, number] = manifest
        if why:
            raise FlowError(what, why, code=ExitCode.DEPLOY_FAILED)
        if not status.pending:
            self.on_change(release, made)


def _without_hooks(rendered: str) -> str:
    """Helm keeps hooks apart from the objects of a release."""
    found = (document.content for document in documents(rendered))
    return str(yaml.safe_dump_all([o for o in found if HOOK not in within(o, "metadata", "annotations")]))


def _listed(record: Revision) -> Revision:
    """Helm's lists leave the values out."""
    return replace(record, values={})


def _superseded(record: Revision) -> Revision:
    live = record.status is ReleaseStatus.DEPLOYED
    return replace(record, status=ReleaseStatus.SUPERSEDED) if live else record


def _draft(
    release: str, chart: str, app_version: str, values: Mapping[str, object], description: str
) -> Revision:
    never = datetime.fromtimestamp(0, UTC)
    return Revision(release, 0, ReleaseStatus.UNKNOWN, chart, app_version, never, description, dict(values))


def _chart(chart: Path, what: str) -> tuple[str, str]:
    """Name-version and appVersion, from a chart's folder or archive."""
    if not chart.is_file() and not (chart / "Chart.yaml").is_file():
        raise FlowError(what, f"{chart} has no Chart.yaml", code=ExitCode.CHART_REFUSED)
    metadata: Mapping[str, object] = (
        chart_metadata(chart) if chart.is_file() else yaml.safe_load((chart / "Chart.yaml").read_text())
    )
    return f"{metadata['name']}-{metadata['version']}", str(metadata.get("appVersion", ""))
