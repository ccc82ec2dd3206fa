"""The other services of the application: released side by side, so that the story's service has company."""

from __future__ import annotations

from pathlib import Path

from build_tasks.model.order import waves
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import release_branch
from build_tasks.steps.demo.stage import APPROVER, MANAGER, Stage
from build_tasks.steps.demo.versions import next_versions
from build_tasks.steps.live import active_version
from build_tasks.steps.push import released_versions
from build_tasks.steps.side_by_side import Crew, side_by_side
from build_tasks.steps.workbench import Workbench


def release_others(bench: Workbench, stage: Stage, service: Service, crew: Crew) -> None:
    """Take every other service that production lacks into production; whom a service calls comes before it.

    :raises FlowError: one of them did not get there.
    """
    calls = {name: other.calls for name, other in bench.services.items() if name != service.name}
    for wave in waves(calls):
        lacking = [name for name in wave if _is_lacking(bench, bench.services[name])]
        for name in wave:
            if name not in lacking:
                bench.reporter.skip(f"release {name}", "a version of it is live in production")
        _release(bench, stage, lacking, crew)


def _is_lacking(bench: Workbench, service: Service) -> bool:
    return active_version(bench, service, bench.settings.production) is None


def _release(bench: Workbench, stage: Stage, names: list[str], crew: Crew) -> None:
    versions = {name: next_versions(released_versions(bench, bench.services[name]))[0] for name in names}
    for name, version in versions.items():
        words = ("release.cut", name, "--version", str(version), "--key", str(stage.manager_key), "--push")
        stage.must(stage.developer, *words, who=MANAGER)
    titles = {name: f"release {name} {version.tag}" for name, version in versions.items()}
    with bench.reporter.side_by_side({title: name for name, title in titles.items()}):
        ended = side_by_side(
            crew,
            "demo",
            names,
            lambda name: _into_production(stage, name, versions[name]),
            lambda name: bench.reporter.step(titles[name], "from its release branch into production"),
        )
    for one in ended:
        if one.error is not None:
            raise one.error


def _into_production(stage: Stage, name: str, version: Version) -> None:
    clone, of_version = _checked_out(stage, name, version), ("--version", str(version))
    stage.must(clone, "ci.run", who="a CI agent, for the new release branch")
    stage.must(clone, f"{name}.approve", *of_version, "--key", str(stage.approver_key), who=APPROVER)
    stage.must(clone, f"{name}.promote", *of_version, who="the delivery job")


def _checked_out(stage: Stage, name: str, version: Version) -> Path:
    """A clone of its own for each service: git locks one that several work in."""
    clone = stage.clone(f"ci-agent-{name}")
    branch = release_branch(name, version)
    stage.git(clone, "checkout", "--quiet", "-B", branch, f"origin/{branch}")
    return clone
