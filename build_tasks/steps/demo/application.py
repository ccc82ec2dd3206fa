"""The whole application in production, so that the story's service has company: released side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import release_branch
from build_tasks.steps.delivery.live import active_version
from build_tasks.steps.demo.milestone import Milestone
from build_tasks.steps.demo.stage import APPROVER, MANAGER, Stage
from build_tasks.steps.demo.versions import next_versions
from build_tasks.steps.evidence.released import released_versions
from build_tasks.steps.side_by_side import Crew, side_by_side
from build_tasks.steps.workbench import Workbench


def release_application(bench: Workbench, stage: Stage, crew: Crew) -> None:
    """Take every service that production lacks into production.

    :param crew: at least as many as there are services: some wait for others.
    :raises FlowError: one of them did not get there.
    """
    versions = {}
    for name, service in bench.services.items():
        if active_version(bench, service, bench.settings.production) is not None:
            bench.reporter.skip(f"release {name}", "a version of it is live in production")
        else:
            versions[name] = next_versions(released_versions(bench, service))[0]
    if versions:
        stage.git(stage.agent, "checkout", "--quiet", "-B", stage.main, f"origin/{stage.main}")
        by_hand = "the CI agent, started by hand: every service of main"
        stage.must(stage.agent, "ci.run", "--event", "manual", who=by_hand)
    for name, version in versions.items():
        words = ("release.cut", name, "--version", str(version), "--key", str(stage.manager_key), "--push")
        stage.must(stage.developer, *words, who=MANAGER)
    _side_by_side(stage, _Releases(bench.services, stage, versions), crew)


def _side_by_side(stage: Stage, releases: _Releases, crew: Crew) -> None:
    titles = {name: f"release {name} {version.tag}" for name, version in releases.versions.items()}
    with stage.reporter.side_by_side({title: name for name, title in titles.items()}):
        ended = side_by_side(
            crew,
            "demo",
            list(titles),
            releases.take_into_production,
            lambda name: stage.reporter.step(titles[name], "from its release branch into production"),
        )
    for one in ended:
        one.result()


@dataclass
class _Releases:
    """Releases that are under way at the same time. In each environment a service comes after those that it
    calls: its smoke test asks them.
    """

    services: Mapping[str, Service]
    stage: Stage
    versions: Mapping[str, Version]
    _validated: Milestone = field(init=False)
    _live: Milestone = field(init=False)

    def __post_init__(self) -> None:
        self._validated, self._live = Milestone(self.versions), Milestone(self.versions)

    def take_into_production(self, name: str) -> None:
        """From the release branch, through QA and the approval.

        :raises FlowError: a command failed, or a service that this one calls did not get there.
        """
        try:
            self._take(name)
        finally:
            for milestone in (self._validated, self._live):
                milestone.give_up(name)

    def _take(self, name: str) -> None:
        stage, clone, of_version = self.stage, self._clone(name), ("--version", str(self.versions[name]))
        stage.must(clone, "ci.run", "--no-deliver", who="a CI agent, for the new release branch")
        self._validated.wait_for(self.services[name].calls, name)
        stage.must(clone, "ci.deliver", who="the delivery job: QA")
        self._validated.reach(name)
        stage.must(clone, f"{name}.approve", *of_version, "--key", str(stage.approver_key), who=APPROVER)
        self._live.wait_for(self.services[name].calls, name)
        stage.must(clone, f"{name}.promote", *of_version, who="the delivery job: production")
        self._live.reach(name)

    def _clone(self, name: str) -> Path:
        """One of its own for each service: git locks a clone that several work in."""
        clone = self.stage.clone(f"ci-agent-{name}")
        branch = release_branch(name, self.versions[name])
        self.stage.git(clone, "checkout", "--quiet", "-B", branch, f"origin/{branch}")
        return clone
