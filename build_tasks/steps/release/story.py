"""The whole story of a version: from the registry, and from the clusters where it runs."""

from __future__ import annotations

from build_tasks.errors import FlowError
from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.images import Digest, Ref
from build_tasks.model.overview import DeployedVersion
from build_tasks.model.service import Service
from build_tasks.model.story import Story, ToldCopy, ToldDecision
from build_tasks.model.version import Version
from build_tasks.planning.evidence.story import tell
from build_tasks.planning.names import candidate_chart, candidate_image, production_chart, production_image
from build_tasks.steps.artifacts.image_labels import INPUTS_LABEL, REVISION_LABEL
from build_tasks.steps.delivery.overview import status
from build_tasks.steps.evidence.approval import decisions
from build_tasks.steps.evidence.gate import weigh_evidence
from build_tasks.steps.evidence.records import attached_record
from build_tasks.steps.evidence.released import artifacts
from build_tasks.steps.release.release import fetch_if_reachable
from build_tasks.steps.workbench import Workbench


def release_story(bench: Workbench, service: Service, version: Version) -> Story:
    """Everything that registry and clusters know of a version; whose signatures count is what main says.

    Clusters that do not answer are part of the story.

    :raises FlowError: USAGE if it was never pushed; UNAVAILABLE if the registry does not answer.
    """
    fetch_if_reachable(bench, "who may sign is what this clone knows")
    found = artifacts(bench, service, version)
    ref = candidate_image(bench.settings, service.name).at(found.image)
    labels = bench.registry.labels(ref)
    record = attached_record(bench, service, version, ref)
    commit = "" if isinstance(record, str) else record.commit
    evidence = weigh_evidence(bench, service, version, found, commit)
    deployed, unknown = _runs(bench, service, version)
    return Story(
        service=service.name,
        version=version.tag,
        image=str(found.image),
        chart=str(found.chart),
        inputs=labels.get(INPUTS_LABEL, ""),
        built_from=labels.get(REVISION_LABEL, ""),
        commit=commit,
        cut_by="" if isinstance(record, str) else record.signer.principal,
        cut_problem=record if isinstance(record, str) else "",
        complete=evidence.complete,
        evidence=tell(evidence),
        decisions=_decisions(bench, service, version, found),
        copies=_copies(bench, service, version),
        deployed=deployed,
        unknown=unknown,
    )


def _decisions(
    bench: Workbench, service: Service, version: Version, found: ReleasedArtifacts
) -> tuple[ToldDecision, ...]:
    return tuple(
        ToldDecision(
            decision=signed.statement.decision.value,
            by=signed.signer.principal if signed.signer else "",
            issued=signed.statement.issued,
            expires=signed.statement.expires,
            reason=signed.statement.reason,
            refusal=signed.refusal,
        )
        for signed in decisions(bench, service, found)
        if signed.statement.version == str(version)
    )


def _copies(bench: Workbench, service: Service, version: Version) -> tuple[ToldCopy, ...]:
    name, settings = service.name, bench.settings
    places = (
        ("candidate", candidate_image(settings, name), candidate_chart(settings, name)),
        ("prod", production_image(settings, name), production_chart(settings, name)),
    )
    return tuple(
        ToldCopy(place, _digest(bench, image, version.tag), _digest(bench, chart, str(version)))
        for place, image, chart in places
    )


def _digest(bench: Workbench, repository: Ref, tag: str) -> str:
    found: Digest | None = bench.registry.digest(repository.tagged(tag))
    return str(found or "")


def _runs(
    bench: Workbench, service: Service, version: Version
) -> tuple[tuple[DeployedVersion, ...], dict[str, str]]:
    """Where it runs, and where that is not known."""
    deployed: list[DeployedVersion] = []
    unknown = {}
    for environment in bench.settings.environments.values():
        try:
            rows = status(bench, service, [environment])
        except FlowError as error:
            unknown[environment.name] = error.why
        else:
            deployed += [row for row in rows if row.version == version.tag]
    return tuple(deployed), unknown
