"""Carrying out a plan, action by action."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from build_tasks.model.plan import Action, Plan, Verb
from build_tasks.model.version import Version
from build_tasks.planning.evidence.gate import told
from build_tasks.steps.artifacts.once import build_once, image_once, publish_once, scan_once, test_once
from build_tasks.steps.artifacts.package import UNRELEASED
from build_tasks.steps.artifacts.push import push
from build_tasks.steps.artifacts.rescan import scan_version
from build_tasks.steps.delivery import promote, traffic
from build_tasks.steps.delivery.deploy import deploy_released, deployable
from build_tasks.steps.delivery.verify import verify
from build_tasks.steps.evidence.approval import check_gate, decisions
from build_tasks.steps.evidence.gate import check_evidence, weigh_evidence
from build_tasks.steps.evidence.pushed import is_pushed, testify
from build_tasks.steps.evidence.records import attach_record
from build_tasks.steps.release.release import check_source, required_approvals
from build_tasks.steps.run import Run


def execute(run: Run, plan: Plan) -> None:
    """Carry out every action in order; the first failure ends the run.

    Every action looks at what is before it acts, so that a plan that was interrupted can be run again.
    """
    run.expect(plan)
    with run.stretch.kept():
        for action in plan.actions:
            run.stretch.enter(run.bench, action)
            _DO[action.verb](run, action)


def _build(run: Run, action: Action) -> None:
    build_once(run, run.bench.services[action.service])


def _test(run: Run, action: Action) -> None:
    test_once(run, run.bench.services[action.service])


def _image(run: Run, action: Action) -> None:
    image_once(run, run.bench.services[action.service])


def _scan(run: Run, action: Action) -> None:
    """Of a version that is in the registry it is that image that counts, whatever would be built now."""
    service, version, key = run.bench.services[action.service], action.version, run.key
    pushed = scan_version(run.bench, service, version, key, force=run.force) if version and key else None
    if pushed is None:
        scan_once(run, service)


def _publish(run: Run, action: Action) -> None:
    publish_once(run, run.bench.services[action.service])


def _package(run: Run, action: Action) -> None:
    run.archive(run.bench.services[action.service], action.version or UNRELEASED)


def _push(run: Run, action: Action) -> None:
    bench, service, version = run.bench, run.bench.services[action.service], _version(action)
    if not is_pushed(bench, service, version):
        check_source(bench, service, version)
    archive, made = run.archive(service, version), run.recipe(service)
    pushed = push(bench, service, version, made, archive, lambda: publish_once(run, service))
    run.pushed(service, version, pushed)
    assert run.key is not None, "a run that pushes was given no key"
    testify(bench, service, version, pushed, run.key)
    attach_record(bench, service, version, pushed.image)
    bench.reporter.note(f"{service.name} {version.tag} is image {pushed.image} with chart {pushed.chart}")


def _deploy(run: Run, action: Action) -> None:
    environment = run.bench.settings.environments[action.environment]
    service = run.bench.services[action.service]
    if action.version is None:
        run.working_tree(service, environment)
        return
    found = run.released(service, action.version)
    wanted = deployable(run.bench, service, action.version, found, environment)
    deploy_released(run.bench, wanted, environment, run.reason)


def _verify(run: Run, action: Action) -> None:
    environment = run.bench.settings.environments[action.environment]
    verify(run.bench, run.bench.services[action.service], run.version(action), environment)


def _switch(run: Run, action: Action) -> None:
    environment = run.bench.settings.environments[action.environment]
    service = run.bench.services[action.service]
    traffic.switch(run.bench, service, run.version(action), environment, run.reason, action.expected)


def _retire(run: Run, action: Action) -> None:
    environment = run.bench.settings.environments[action.environment]
    traffic.retire(run.bench, run.bench.services[action.service], environment)


def _await_approval(run: Run, action: Action) -> None:
    bench, service, version = run.bench, run.bench.services[action.service], _version(action)
    found = run.released(service, version)
    for problem in told(weigh_evidence(bench, service, version, found)):
        bench.reporter.warn(f"production will refuse it: {problem}")
    for signed in decisions(bench, service, found):
        decision = signed.statement.decision.value
        if signed.signer is None:
            bench.reporter.warn(f"a decision to {decision} does not count: {signed.refusal}")
        else:
            bench.reporter.note(f"{signed.signer.principal} decided to {decision} it")
    required = required_approvals(bench)
    whom = "an approver" if required == 1 else f"{required} approvers"
    bench.reporter.note(f"{service.name} {version.tag} waits for {whom}:")
    bench.reporter.note(f"  ./inv {service.name}.approve --version {version}")
    bench.reporter.note(f"  ./inv {service.name}.promote --version {version}")


def _check_approval(run: Run, action: Action) -> None:
    bench, service, version = run.bench, run.bench.services[action.service], _version(action)
    found = run.released(service, version)
    production = bench.settings.environments[action.environment]
    for approval in check_gate(bench, service, version, found, production):
        who = approval.signer.principal if approval.signer else ""
        bench.reporter.note(f"approved by {who} until {approval.statement.expires:%Y-%m-%d %H:%M} UTC")


def _check_evidence(run: Run, action: Action) -> None:
    bench, service, version = run.bench, run.bench.services[action.service], _version(action)
    check_evidence(bench, service, version, run.released(service, version))


def _copy(run: Run, action: Action) -> None:
    bench, service, version = run.bench, run.bench.services[action.service], _version(action)
    promote.copy(bench, service, version, run.released(service, version))


def _version(action: Action) -> Version:
    assert action.version is not None, f"{action.verb} is planned without a version"
    return action.version


_DO: Mapping[Verb, Callable[[Run, Action], None]] = {
    Verb.BUILD: _build,
    Verb.TEST: _test,
    Verb.IMAGE: _image,
    Verb.SCAN: _scan,
    Verb.PACKAGE: _package,
    Verb.PUBLISH: _publish,
    Verb.PUSH: _push,
    Verb.DEPLOY: _deploy,
    Verb.VERIFY: _verify,
    Verb.SWITCH: _switch,
    Verb.RETIRE: _retire,
    Verb.AWAIT_APPROVAL: _await_approval,
    Verb.CHECK_APPROVAL: _check_approval,
    Verb.CHECK_EVIDENCE: _check_evidence,
    Verb.COPY: _copy,
}
