"""The other services of the application: released side by side, so that the story's service has company."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from build_tasks.errors import FlowError
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import release_branch
from build_tasks.steps.demo.stage import APPROVER, MANAGER, Stage
from build_tasks.steps.demo.versions import next_versions
from build_tasks.steps.live import active_version
from build_tasks.steps.released import released_versions
from build_tasks.steps.side_by_side import Crew, side_by_side
from build_tasks.steps.workbench import Workbench

#: Seconds in which a service gets into production, or does not: nobody waits for ever.
_PATIENCE = 1800.0


def release_others(bench: Workbench, stage: Stage, service: Service, crew: Crew) -> None:
    """Take every other service that production lacks into production.

    :param crew: at least as many as there are services: some wait for others.
    :raises FlowError: one of them did not get there.
    """
    versions = {}
    for name in bench.services:
        if name == service.name:
            continue
        if active_version(bench, bench.services[name], bench.settings.production) is not None:
            bench.reporter.skip(f"release {name}", "a version of it is live in production")
        else:
            versions[name] = next_versions(released_versions(bench, bench.services[name]))[0]
    if versions:
        # The pushes so far concerned the story's service; a release is cut from what main's pipeline made.
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
    """Releases that are under way at the same time; each is delivered after those that its service calls."""

    services: Mapping[str, Service]
    stage: Stage
    versions: Mapping[str, Version]
    _ended: dict[str, threading.Event] = field(init=False)
    _live: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._ended = {name: threading.Event() for name in self.versions}

    def take_into_production(self, name: str) -> None:
        """From the release branch, through QA and the approval.

        :raises FlowError: a command failed, or a service that this one calls did not get there.
        """
        try:
            self._take(name)
            self._live.add(name)
        finally:
            self._ended[name].set()

    def _take(self, name: str) -> None:
        stage, clone, of_version = self.stage, self._clone(name), ("--version", str(self.versions[name]))
        stage.must(clone, "ci.run", "--no-deliver", who="a CI agent, for the new release branch")
        self._await_callees(name)
        stage.must(clone, "ci.deliver", who="the delivery job: QA")
        stage.must(clone, f"{name}.approve", *of_version, "--key", str(stage.approver_key), who=APPROVER)
        stage.must(clone, f"{name}.promote", *of_version, who="the delivery job: production")

    def _clone(self, name: str) -> Path:
        """One of its own for each service: git locks a clone that several work in."""
        clone = self.stage.clone(f"ci-agent-{name}")
        branch = release_branch(name, self.versions[name])
        self.stage.git(clone, "checkout", "--quiet", "-B", branch, f"origin/{branch}")
        return clone

    def _await_callees(self, name: str) -> None:
        """Its smoke test asks them."""
        for callee in self.services[name].calls:
            if callee in self._ended:
                self._ended[callee].wait(_PATIENCE)
                if callee not in self._live:
                    raise FlowError(f"release {name}", f"{callee}, which it calls, did not get to production")
