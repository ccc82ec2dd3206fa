"""Carrying out a plan, action by action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from build_tasks.model.environment import Environment
from build_tasks.model.plan import Action, Plan, Verb
from build_tasks.model.scan import ScanResult
from build_tasks.model.service import Service
from build_tasks.model.tests import TestSummary
from build_tasks.model.version import Version
from build_tasks.planning.dockerfile import BUILD, FINAL
from build_tasks.steps import promote, traffic
from build_tasks.steps.approval import check_gate, decisions
from build_tasks.steps.deploy import deploy_released, deployable
from build_tasks.steps.image import build_stage, check_image
from build_tasks.steps.inputs import Recipe, recipe
from build_tasks.steps.package import UNRELEASED, package
from build_tasks.steps.push import artifacts, push, released_versions
from build_tasks.steps.release import check_source
from build_tasks.steps.scan import scan
from build_tasks.steps.test import test
from build_tasks.steps.verify import verify
from build_tasks.steps.workbench import Workbench
from build_tasks.steps.working_tree import deploy_working_tree


@dataclass
class Run:
    """One run of a plan; what its actions share.

    :param reason: the change cause of deployments.
    :param force: build and test even if the inputs are unchanged.
    :param matching: run only tests that match this expression.
    :param tested: what the unit tests of each service reported.
    :param scanned: what a scan of each service's runtime image found.
    """

    bench: Workbench
    reason: str
    force: bool = False
    matching: str = ""
    tested: dict[str, TestSummary] = field(default_factory=dict)
    scanned: dict[str, ScanResult] = field(default_factory=dict)
    _recipes: dict[str, Recipe] = field(default_factory=dict)
    _archives: dict[tuple[str, Version], Path] = field(default_factory=dict)
    _checked: set[str] = field(default_factory=set)
    _trees: dict[str, Version] = field(default_factory=dict)

    def recipe(self, service: Service) -> Recipe:
        """What the service's images are made of, worked out once."""
        if service.name not in self._recipes:
            self._recipes[service.name] = recipe(self.bench, service)
        return self._recipes[service.name]

    def known_inputs(self, service: str) -> str:
        """The inputs hash of the service's images, if it was worked out already; else empty."""
        return self._recipes[service].inputs if service in self._recipes else ""

    def runtime_image(self, service: Service, *, force: bool = False) -> None:
        """Build the runtime image and hold it to the conventions, once."""
        if service.name not in self._checked:
            image = build_stage(self.bench, service, FINAL, self.recipe(service), force=force)
            check_image(service, image)
            self._checked.add(service.name)

    def archive(self, service: Service, version: Version) -> Path:
        """The chart's archive under a version, checked and made once."""
        key = (service.name, version)
        if key not in self._archives:
            self._archives[key] = package(self.bench, service, version)
        return self._archives[key]

    def working_tree(self, service: Service, environment: Environment) -> None:
        """Deploy what is in the working tree; what follows in the plan without a version is about it."""
        bench = self.bench
        self._trees[service.name] = deploy_working_tree(
            bench, service, self.recipe(service), environment, self.reason
        )

    def version(self, action: Action) -> Version:
        """The version an action is about: the released one it names, else the working tree's."""
        return action.version or self._trees[action.service]


def execute(run: Run, plan: Plan) -> None:
    """Carry out every action in order; the first failure ends the run.

    Every action looks at what is before it acts, so that a plan that was interrupted can be run again.
    """
    for action in plan.actions:
        _DO[action.verb](run, action)


def _build(run: Run, action: Action) -> None:
    service = run.bench.services[action.service]
    build_stage(run.bench, service, BUILD, run.recipe(service), force=run.force)


def _test(run: Run, action: Action) -> None:
    service = run.bench.services[action.service]
    made = run.recipe(service)
    run.tested[service.name] = test(run.bench, service, made, force=run.force, matching=run.matching)


def _image(run: Run, action: Action) -> None:
    run.runtime_image(run.bench.services[action.service], force=run.force)


def _scan(run: Run, action: Action) -> None:
    service = run.bench.services[action.service]
    run.runtime_image(service)
    run.scanned[service.name] = scan(run.bench, service, run.recipe(service), force=run.force)


def _package(run: Run, action: Action) -> None:
    run.archive(run.bench.services[action.service], action.version or UNRELEASED)


def _push(run: Run, action: Action) -> None:
    bench, service, version = run.bench, run.bench.services[action.service], _version(action)
    run.runtime_image(service)
    if version not in released_versions(bench, service):
        check_source(bench, service, version)
    pushed = push(bench, service, version, run.recipe(service), run.archive(service, version))
    bench.reporter.note(f"{service.name} {version.tag} is image {pushed.image} with chart {pushed.chart}")


def _deploy(run: Run, action: Action) -> None:
    environment = run.bench.settings.environments[action.environment]
    service = run.bench.services[action.service]
    if action.version is None:
        run.working_tree(service, environment)
        return
    wanted = deployable(run.bench, service, action.version, environment)
    deploy_released(run.bench, wanted, environment, run.reason)


def _verify(run: Run, action: Action) -> None:
    environment = run.bench.settings.environments[action.environment]
    verify(run.bench, run.bench.services[action.service], run.version(action), environment)


def _switch(run: Run, action: Action) -> None:
    environment = run.bench.settings.environments[action.environment]
    service = run.bench.services[action.service]
    traffic.switch(run.bench, service, run.version(action), environment, run.reason)


def _retire(run: Run, action: Action) -> None:
    environment = run.bench.settings.environments[action.environment]
    traffic.retire(run.bench, run.bench.services[action.service], environment)


def _await_approval(run: Run, action: Action) -> None:
    bench, service, version = run.bench, run.bench.services[action.service], _version(action)
    for signed in decisions(bench, service, artifacts(bench, service, version)):
        decision = signed.statement.decision.value
        if signed.signer is None:
            bench.reporter.warn(f"a decision to {decision} does not count: {signed.refusal}")
        else:
            bench.reporter.note(f"{signed.signer.principal} decided to {decision} it")
    bench.reporter.note(f"{service.name} {version.tag} waits for an approver:")
    bench.reporter.note(f"  ./inv {service.name}.approve --version {version}")
    bench.reporter.note(f"  ./inv {service.name}.promote --version {version}")


def _check_approval(run: Run, action: Action) -> None:
    bench, service, version = run.bench, run.bench.services[action.service], _version(action)
    found = artifacts(bench, service, version)
    production = bench.settings.environments[action.environment]
    approval = check_gate(bench, service, version, found, production)
    who = approval.signer.principal if approval.signer else ""
    bench.reporter.note(f"approved by {who} until {approval.statement.expires:%Y-%m-%d %H:%M} UTC")


def _copy(run: Run, action: Action) -> None:
    bench, service, version = run.bench, run.bench.services[action.service], _version(action)
    promote.copy(bench, service, version, artifacts(bench, service, version))


def _version(action: Action) -> Version:
    assert action.version is not None, f"{action.verb} is planned without a version"
    return action.version


_DO: Mapping[Verb, Callable[[Run, Action], None]] = {
    Verb.BUILD: _build,
    Verb.TEST: _test,
    Verb.IMAGE: _image,
    Verb.SCAN: _scan,
    Verb.PACKAGE: _package,
    Verb.PUSH: _push,
    Verb.DEPLOY: _deploy,
    Verb.VERIFY: _verify,
    Verb.SWITCH: _switch,
    Verb.RETIRE: _retire,
    Verb.AWAIT_APPROVAL: _await_approval,
    Verb.CHECK_APPROVAL: _check_approval,
    Verb.COPY: _copy,
}
