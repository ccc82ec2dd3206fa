"""Promotions that are planned first and carried out later, exactly as planned or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.approvals import Standing
from build_tasks.model.evidence import ReleasedArtifacts, ReleaseRecord
from build_tasks.model.plan import Expected, Plan
from build_tasks.model.promotion import Preview, PromotionPlan, SeenApproval
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.charts.manifest_diff import manifest_diff, manifests_digest
from build_tasks.planning.delivery.promotion_plans import drift
from build_tasks.planning.evidence.gate import told
from build_tasks.planning.names import candidate_chart, production_image, release_name
from build_tasks.planning.plans.pipeline import promotion
from build_tasks.planning.releases.approvals import check_approved
from build_tasks.planning.releases.versions import check_production
from build_tasks.steps.artifacts.package import values_for
from build_tasks.steps.delivery.holding import holding
from build_tasks.steps.delivery.live import active_version
from build_tasks.steps.evidence.approval import approvers, standing_of
from build_tasks.steps.evidence.gate import weigh_evidence
from build_tasks.steps.evidence.released import artifacts
from build_tasks.steps.execute import execute
from build_tasks.steps.release.release import record
from build_tasks.steps.run import Run
from build_tasks.steps.workbench import Workbench


def preview(
    bench: Workbench,
    service: Service,
    version: Version,
    *,
    reason: str,
    downgrade: bool,
    since: PromotionPlan | None = None,
) -> Preview:
    """What a promotion would do now, and what stands in its way. Changes nothing.

    :param since: the plan that this one is compared with.
    :raises FlowError: USAGE if the version was never pushed; REFUSED if nobody cut it, or it may not follow
        what runs; WRONG_CLUSTER, UNAVAILABLE.
    """
    bench.source.fetch()
    found, release = artifacts(bench, service, version), record(bench, service, version)
    active = _active(bench, service)
    if since is None:  # else that another version is live is told as what it is
        check_production(service.name, version, active, downgrade)
    standing = standing_of(bench, release, service, found, bench.settings.production)
    planned = _planned(bench, service, version, found, reason, since.active if since else active)
    running = _running(bench, service, active)
    plan = PromotionPlan(
        service=service.name,
        version=version,
        environment=bench.settings.production.name,
        found=found,
        commit=release.commit,
        active=active,
        running=manifests_digest(running) if running else None,
        manifests=manifests_digest(planned),
        approvals=_seen(standing),
        required=standing.required,
        reason=reason,
        downgrade=downgrade,
        made=bench.clock.now(),
    )
    diff = manifest_diff(running, planned, _names(plan))
    return Preview(plan, _obstacles(bench, service, release, standing, found), diff)


def check_holds(bench: Workbench, service: Service, plan: PromotionPlan) -> None:
    """Everything is as it was when the plan was made.

    :raises FlowError: REFUSED, with every difference; else as :func:`preview`.
    """
    now = preview(bench, service, plan.version, reason=plan.reason, downgrade=plan.downgrade, since=plan).plan
    different = drift(plan, now)
    if different:
        raise FlowError(
            f"promote {service.name} {plan.version.tag} as planned on {plan.made:%Y-%m-%d %H:%M} UTC",
            f"{len(different)} thing{'s' if len(different) > 1 else ''} changed since; nothing was done",
            f"look again: ./inv {service.name}.promote --version {plan.version} --plan FILE",
            code=ExitCode.REFUSED,
            details=different,
        )
    check_production(service.name, plan.version, now.active, plan.downgrade)


def carry_out(bench: Workbench, service: Service, plan: PromotionPlan) -> None:
    """Do what was planned: these digests, and the traffic only from where it was.

    :raises FlowError: REFUSED if anything is different by now, or a gate refuses; else as its actions.
    """
    compared = f"compare with the plan of {plan.made:%Y-%m-%d %H:%M} UTC"
    with holding(bench, service.name, bench.settings.production):
        with bench.reporter.step(compared, "nothing drifted"):
            check_holds(bench, service, plan)
        run = Run(bench, plan.reason)
        run.settle(service, plan.version, plan.found)
        execute(run, actions_of(service, plan))


def at_once(bench: Workbench, service: Service, version: Version, *, downgrade: bool) -> Plan:
    """What a promotion does as things are now; what production runs must not change until it is done.

    :raises FlowError: REFUSED if the version may not follow what runs; WRONG_CLUSTER.
    """
    active = _active(bench, service)
    check_production(service.name, version, active, downgrade)
    return _actions(service, version, bench.settings.production.name, Expected(active))


def actions_of(service: Service, plan: PromotionPlan) -> Plan:
    """The plan's actions in order."""
    return _actions(service, plan.version, plan.environment, plan.expected)


def _actions(service: Service, version: Version, environment: str, expected: Expected) -> Plan:
    because = f"promote {service.name} {version.tag} to {environment}, which runs {expected.words}"
    return Plan(because, tuple(promotion(service, version, environment, expected)))


def _active(bench: Workbench, service: Service) -> Version | None:
    production = bench.settings.production
    bench.environments.workloads(production).check_cluster()
    return active_version(bench, service, production)


def _running(bench: Workbench, service: Service, active: Version | None) -> str:
    """What the live version's release is made of."""
    if active is None:
        return ""
    releases = bench.environments.releases(bench.settings.production)
    return releases.manifest(release_name(service.name, active))


def _planned(
    bench: Workbench,
    service: Service,
    version: Version,
    found: ReleasedArtifacts,
    reason: str,
    live: Version | None,
) -> str:
    """What the version's release would be made of: its pulled chart, with production's values.

    :param live: the live version, before any plan was carried out: a worker's release is made with pods if
        it is that one.
    """
    production = bench.settings.production
    image = production_image(bench.settings, service.name).at(found.image)
    with tempfile.TemporaryDirectory() as scratch:
        chart = candidate_chart(bench.settings, service.name).at(found.chart)
        archive = bench.registry.pull_chart(chart, Path(scratch))
        values = values_for(archive, production, image, reason, version.tag)
        return bench.charts.template(
            archive,
            release=release_name(service.name, version),
            namespace=production.namespace,
            values={**values, "live": live == version} if service.is_worker else values,
            kube_version=bench.settings.kubernetes,
        )


def _names(plan: PromotionPlan) -> tuple[str, str]:
    """The releases of what runs and of what would."""
    running = release_name(plan.service, plan.active) if plan.active else ""
    return running, release_name(plan.service, plan.version)


def _seen(standing: Standing) -> tuple[SeenApproval, ...]:
    return tuple(
        SeenApproval(one.signer.principal, one.statement.issued, one.statement.expires)
        for one in standing.given
        if one.signer
    )


def _obstacles(
    bench: Workbench, service: Service, release: ReleaseRecord, standing: Standing, found: ReleasedArtifacts
) -> tuple[str, ...]:
    """Why the gates would not open now."""
    refusals: list[str] = []
    try:
        check_approved(release, standing, approvers(bench))
    except FlowError as refused:
        refusals = [refused.why, *refused.details]
    return (*refusals, *told(weigh_evidence(bench, service, release.version, found, release.commit)))
