"""What this machine can testify of an image that it built, tested and scanned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import LocalImage
from build_tasks.model.proofs import (
    Content,
    EvidenceKind,
    MadeFrom,
    Provenance,
    Sbom,
    Scanned,
    TestsRun,
)
from build_tasks.model.scan import ScanResult
from build_tasks.model.service import Service
from build_tasks.model.tests import TestSummary
from build_tasks.steps.artifacts.build_provenance import kept_provenance
from build_tasks.steps.artifacts.image_labels import DIRTY, REVISION_LABEL
from build_tasks.steps.artifacts.inputs import Recipe
from build_tasks.steps.artifacts.test_results import results_of
from build_tasks.steps.workbench import Workbench


def proofs(
    bench: Workbench,
    service: Service,
    made: Recipe,
    image: LocalImage,
    tested: TestSummary,
    scanned: ScanResult,
    *,
    chart: str,
) -> Mapping[EvidenceKind, Content]:
    """Everything that there must be of a candidate.

    :param chart: the inputs hash of its chart, if that was found good; else empty.
    :raises FlowError: REFUSED for an image of what is in no commit; TOOL_FAILED if the builder tells no
        provenance.
    """
    revision = image.labels.get(REVISION_LABEL, "")
    if revision.endswith(DIRTY):
        why = f"uncommitted changes in {', '.join(made.paths)}"
        fix = "commit them; a candidate is made of commits"
        raise FlowError(f"publish {service.name}", why, fix, code=ExitCode.REFUSED)
    now = bench.clock.now()
    return {
        EvidenceKind.INPUTS: MadeFrom(revision, bench.source.remote_url(), made.bases, now, chart),
        EvidenceKind.TESTS: _tests_run(bench, service, made, tested),
        EvidenceKind.SCAN: scan_proof(scanned, now),
        EvidenceKind.SBOM: Sbom(msgspec.json.decode(scanned.sbom)),
        EvidenceKind.PROVENANCE: _provenance(bench, service, made, image),
    }


def scan_proof(scanned: ScanResult, judged: datetime) -> Scanned:
    """A scan as evidence.

    :param judged: when it was held to the policy (UTC).
    """
    return Scanned(scanned.report, scanned.verdict, scanned.policy, judged)


def note_tests(bench: Workbench, service: Service, made: Recipe) -> datetime:
    """When the tests of these inputs passed: now, unless it was noted before. Another run begins anew."""
    note = _note(bench, service, made)
    try:
        return datetime.fromisoformat(note.read_text(encoding="utf-8")).astimezone(UTC)
    except (OSError, ValueError):
        now = bench.clock.now()
        note.write_text(now.isoformat(), encoding="utf-8")
        return now


def _note(bench: Workbench, service: Service, made: Recipe) -> Path:
    """Beside the results, which the next run replaces as a whole."""
    return results_of(bench, service, made).folder / "passed"


def _tests_run(bench: Workbench, service: Service, made: Recipe, tested: TestSummary) -> TestsRun:
    return TestsRun(
        passed=tested.passed,
        failed=tested.failed,
        skipped=tested.skipped,
        seconds=tested.seconds,
        slowest=tested.slowest,
        finished=note_tests(bench, service, made),
    )


def _provenance(bench: Workbench, service: Service, made: Recipe, image: LocalImage) -> Provenance:
    """What the builder told of the very image; a run that signs builds one of which nothing is kept."""
    found = kept_provenance(bench, image)
    if found is None:
        why = "the builder tells no provenance (docker buildx does from 0.13 on)"
        raise FlowError(f"publish {service.name}", why, "use a newer buildx", code=ExitCode.TOOL_FAILED)
    return found
