"""A scan of an image that another machine built, by its bill of materials alone."""

from __future__ import annotations

from pathlib import Path

import msgspec

from build_tasks.config.scan_policy import load_scan_policy
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.bill_of_materials import BillOfMaterials
from build_tasks.model.proofs import EvidenceKind, Sbom, Scanned
from build_tasks.model.scan import ScanPolicy, ScanReport, ScanResult
from build_tasks.model.service import Service
from build_tasks.planning.bill_of_materials import read_bill
from build_tasks.planning.scan_policy import fingerprint, judge
from build_tasks.steps.candidates import Candidate
from build_tasks.steps.evidence import attach_evidence
from build_tasks.steps.inputs import Recipe
from build_tasks.steps.proofs import scan_proof
from build_tasks.steps.scan import conclude
from build_tasks.steps.scanner_choice import choose
from build_tasks.steps.workbench import Workbench


def scan_candidate(
    bench: Workbench, service: Service, made: Recipe, candidate: Candidate, key: Path | None
) -> ScanResult:
    """Hold a candidate to the policy of today; look again if a scanner knows more than at the last scan.

    :param key: signs what is new of it, also what speaks against the candidate; None: nothing is attached.
    :raises FlowError: SCAN_REFUSED, SCANNER_UNAVAILABLE.
    """
    before, document = _evidence(candidate)
    policy = load_scan_policy(bench.settings.root, bench.settings.scan_policy)
    report = _report(bench, service, candidate, policy, _bill(service, document))
    verdict = judge(report, policy, bench.clock.now().date())
    result = ScanResult(made.inputs, report, verdict, fingerprint(policy), document)
    now = scan_proof(result)
    if key is not None and now != before:
        contents = {EvidenceKind.SCAN: now}
        attach_evidence(bench, service, candidate.image, made.inputs, contents, key)
    conclude(bench, service, policy, result)
    return result


def _evidence(candidate: Candidate) -> tuple[Scanned, bytes]:
    """The last scan, and the bill of materials as CycloneDX JSON."""
    accepted = candidate.evidence.accepted
    scanned, sbom = (accepted[kind].statement.content for kind in (EvidenceKind.SCAN, EvidenceKind.SBOM))
    assert isinstance(scanned, Scanned) and isinstance(sbom, Sbom), "a kind holds what belongs to it"
    return scanned, msgspec.json.encode(sbom.document)


def _bill(service: Service, document: bytes) -> BillOfMaterials:
    try:
        return read_bill(document)
    except ValueError as error:
        what, why = f"scan {service.name}", f"the candidate's bill of materials cannot be read: {error}"
        fix = "build it anew: --force"
        raise FlowError(what, why, fix, code=ExitCode.SCANNER_UNAVAILABLE) from None


def _report(
    bench: Workbench, service: Service, candidate: Candidate, policy: ScanPolicy, bill: BillOfMaterials
) -> ScanReport:
    """The report that counts: the last one, unless there is more to know."""
    piece = candidate.evidence.accepted[EvidenceKind.SCAN]
    before, _ = _evidence(candidate)
    chosen = choose(bench, policy, service, bill)
    known = before.report
    title = f"scan {service.name}"
    if known.scanner == chosen.scanner and known.database >= chosen.knowledge.database:
        when = f"{known.scanned:%Y-%m-%d %H:%M} UTC"
        bench.reporter.skip(
            title, f"scanned by {piece.builder} on {when}; {chosen.scanner} knows nothing newer"
        )
        return known
    with bench.reporter.step(title, f"{chosen.scanner} knows more than when {piece.builder} scanned it"):
        return bench.scanners[chosen.scanner].scan(bill)
