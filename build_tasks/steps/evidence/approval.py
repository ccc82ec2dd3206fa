"""Approving and rejecting a version for production, and reading what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from build_tasks.errors import FlowError
from build_tasks.model.approvals import Standing
from build_tasks.model.environment import Environment
from build_tasks.model.evidence import (
    APPROVAL_NAMESPACE,
    APPROVAL_TYPE,
    Decision,
    ReleasedArtifacts,
    ReleaseRecord,
    SignedStatement,
    Statement,
)
from build_tasks.model.images import Attachment, Ref
from build_tasks.model.service import Service
from build_tasks.model.source import Signature
from build_tasks.model.version import Version
from build_tasks.planning.names import candidate_image, production_image
from build_tasks.planning.releases.approvals import check_approved, check_may_decide, stand, who_may
from build_tasks.planning.releases.statements import read_statement, write_statement
from build_tasks.steps.delivery.verify import check_verified
from build_tasks.steps.evidence.attached import signed_for
from build_tasks.steps.evidence.released import artifacts
from build_tasks.steps.evidence.signatures import SIGNATURE, parts, signed, signer_of
from build_tasks.steps.release.release import allowed_signers, key_of, record, required_approvals
from build_tasks.steps.workbench import Workbench


def decide(
    bench: Workbench,
    service: Service,
    version: Version,
    decision: Decision,
    *,
    key: Path | None,
    reason: str,
) -> SignedStatement:
    """Sign a decision about the version's exact digests and attach it to the image.

    :raises FlowError: REFUSED for an approval of what was not verified in pre-production, or by whoever cut
        it; for a key that main's allowed signers do not name.
    """
    what = f"{decision.value} {service.name} {version.tag}"
    bench.source.fetch()
    found = artifacts(bench, service, version)
    production = bench.settings.production
    release = record(bench, service, version)
    if decision is Decision.APPROVE:
        for environment in service.environments:
            check_verified(bench, service, version, found, bench.settings.environments[environment])
    signing_key = key_of(bench, key, what)
    now = bench.clock.now()
    expires = now + bench.settings.approval_lifetime
    statement = Statement(
        decision, service.name, str(version), production.name, found.image, found.chart, now, expires, reason
    )
    with bench.reporter.step(what, f"image {found.image.short}, chart {found.chart.short}"):
        data = write_statement(statement)
        files = signed(bench, data, signing_key, APPROVAL_NAMESPACE)
        signer = bench.signer.verify(data, files[SIGNATURE], allowed_signers(bench), APPROVAL_NAMESPACE)
        if decision is Decision.APPROVE:
            check_may_decide(release, signer)
        bench.registry.attach(_image(bench, service, found), APPROVAL_TYPE, files)
    until = f", counts until {expires:%Y-%m-%d %H:%M} UTC" if decision is Decision.APPROVE else ""
    bench.reporter.note(f"signed by {signer.principal}{until}")
    return SignedStatement(statement, signer)


def missing_approvals(bench: Workbench, service: Service, version: Version) -> str:
    """What a version still lacks, in words; empty if nothing stands between it and a promotion."""
    release = record(bench, service, version)
    found = artifacts(bench, service, version)
    standing = standing_of(bench, release, service, found, bench.settings.production)
    if standing.open:
        return ""
    if standing.rejection is not None:
        return "it was rejected"
    return f"{standing.words} ({who_may(release, standing, approvers(bench))})"


def check_gate(
    bench: Workbench,
    service: Service,
    version: Version,
    found: ReleasedArtifacts,
    production: Environment,
    *,
    again: bool = False,
) -> tuple[SignedStatement, ...]:
    """The approvals that let the version into production.

    :param again: it was let in before, by as many as that took then. One of its approvals does now, also
        after it expired, as what runs in production can be put back at any time; a rejection counts whenever
        it came.
    :raises FlowError: REFUSED.
    """
    bench.source.fetch()
    release = record(bench, service, version)
    standing = standing_of(bench, release, service, found, production, again=again)
    try:
        return check_approved(release, standing, approvers(bench))
    except FlowError:
        _keep(bench, service, found)
        raise


def approvers(bench: Workbench) -> Sequence[Signature]:
    """Whom main names as approvers."""
    return bench.signer.accepted(allowed_signers(bench), APPROVAL_NAMESPACE)


def standing_of(
    bench: Workbench,
    release: ReleaseRecord,
    service: Service,
    found: ReleasedArtifacts,
    production: Environment,
    *,
    again: bool = False,
) -> Standing:
    """How far the approvals of a version have come.

    :param release: its record.
    :param again: it was let in before; see :func:`check_gate`.
    """
    statements = decisions(bench, service, found)
    now, required = (None, 1) if again else (bench.clock.now(), required_approvals(bench))
    return stand(release, found, production.name, statements, now, required)


def decisions(
    bench: Workbench, service: Service, found: ReleasedArtifacts, signers: str | None = None
) -> list[SignedStatement]:
    """Every decision attached to the image, with the outcome of checking its signature: those among the
    candidates, oldest first, then those that only its copy in prod/ has.

    :param signers: the allowed signers, where they were read before; None: as main says.
    """
    signers = allowed_signers(bench) if signers is None else signers
    places = (_image(bench, service, found), _copy(bench, service, found))
    attached = (item for image in places for item in bench.registry.attachments(image, APPROVAL_TYPE))
    once = {item.digest: item for item in attached}.values()
    return [checked for item in once if (checked := _checked(bench, item, signers)) is not None]


def _keep(bench: Workbench, service: Service, found: ReleasedArtifacts) -> None:
    """What was decided against a version that is in prod/ is kept there: who may delete from the candidates
    alone cannot take it back any more. It takes the promotion job's rights, and refuses without them, too."""
    copy = _copy(bench, service, found)
    if bench.registry.digest(copy) is None:
        return
    try:
        image = _image(bench, service, found)
        bench.registry.copy(image, copy, signed_for(bench, image))
    except FlowError as error:
        bench.reporter.warn(f"what was decided is kept with the candidate alone: {error.why}")


def _checked(bench: Workbench, item: Attachment, signers: str) -> SignedStatement | None:
    data, signature = parts(item.files)
    try:
        statement = read_statement(data)
    except ValueError as error:
        bench.reporter.warn(f"attachment {item.digest.short} is passed over: {error}")
        return None
    signer = signer_of(bench, data, signature, signers, APPROVAL_NAMESPACE)
    if isinstance(signer, str):
        return SignedStatement(statement, None, signer)
    return SignedStatement(statement, signer)


def _image(bench: Workbench, service: Service, found: ReleasedArtifacts) -> Ref:
    return candidate_image(bench.settings, service.name).at(found.image)


def _copy(bench: Workbench, service: Service, found: ReleasedArtifacts) -> Ref:
    """The image in prod/, if it is there."""
    return production_image(bench.settings, service.name).at(found.image)
