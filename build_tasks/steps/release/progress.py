"""How far a version came, by its record, the registry and the decisions about it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from build_tasks.errors import FlowError
from build_tasks.model.evidence import ReleasedArtifacts, ReleaseRecord
from build_tasks.model.images import Digest
from build_tasks.model.overview import ReleasedVersion
from build_tasks.model.service import Service
from build_tasks.model.source import TagObject
from build_tasks.model.version import Version
from build_tasks.planning.names import candidate_chart, candidate_image, production_image
from build_tasks.planning.releases.approvals import approval_state, stand
from build_tasks.planning.releases.statements import tagged_at
from build_tasks.steps.artifacts.image_labels import REVISION_LABEL
from build_tasks.steps.evidence.approval import decisions
from build_tasks.steps.evidence.signed_record import verified
from build_tasks.steps.workbench import Workbench

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Cut:
    """A version that was cut, or pushed without having been.

    :param tag: the tag under the name of its record, whoever signed it; None if there is none.
    """

    service: Service
    version: Version
    tag: TagObject | None

    @property
    def when(self) -> datetime:
        """When it was cut, as the tag says; before everything else if nothing says."""
        return (tagged_at(self.tag.text) if self.tag else None) or _NEVER

    def record(self, bench: Workbench, signers: str) -> ReleaseRecord | None:
        """Its record, if one of the allowed signers made it and it is about this version."""
        if self.tag is None:
            return None
        with suppress(FlowError):
            read = verified(bench, self.tag, signers)
            return read if read.is_about(self.service.name, self.version) else None
        return None


def progress(bench: Workbench, cut: Cut, signers: str, required: int) -> ReleasedVersion:
    """How far a version came; what runs where is added by others.

    :param signers: main's allowed signers.
    :param required: approvals that main wants.
    :raises FlowError: UNAVAILABLE if the registry does not answer.
    """
    name, tag = cut.service.name, cut.version.tag
    record = cut.record(bench, signers)
    image = bench.registry.digest(candidate_image(bench.settings, name).tagged(tag))
    promoted = image and image == bench.registry.digest(production_image(bench.settings, name).tagged(tag))
    return ReleasedVersion(
        service=name,
        version=tag,
        cut=cut.when if record else None,
        cut_by=record.signer.principal if record else "",
        commit=record.commit if record else _built_from(bench, name, image),
        image=str(image or ""),
        promoted=bool(promoted),
        approval=_approval(bench, cut, record, image, signers, required, promoted=bool(promoted)),
    )


def _built_from(bench: Workbench, service: str, image: Digest | None) -> str:
    """The commit that an image without a record says it was built from."""
    if image is None:
        return ""
    return bench.registry.labels(candidate_image(bench.settings, service).at(image)).get(REVISION_LABEL, "")


def _approval(
    bench: Workbench,
    cut: Cut,
    record: ReleaseRecord | None,
    image: Digest | None,
    signers: str,
    required: int,
    *,
    promoted: bool,
) -> str:
    """In a word or two what became of its approval, or why there can be none."""
    if image is None:
        return "not pushed"
    chart_ref = candidate_chart(bench.settings, cut.service.name).tagged(str(cut.version))
    chart = bench.registry.digest(chart_ref)
    if chart is None:
        return "no chart"
    if cut.version.is_prerelease:
        return "pre-release"
    if record is None:
        return "no record"
    found, production = ReleasedArtifacts(image, chart), bench.settings.production.name
    said = decisions(bench, cut.service, found, signers)
    now, lapsed = (
        stand(record, found, production, said, time, required) for time in (bench.clock.now(), None)
    )
    return approval_state(now, lapsed, promoted=promoted).value
