"""A scan of an image that another machine built, by its bill of materials alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from build_tasks.config.scan_policy import load_scan_policy
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.bill_of_materials import BillOfMaterials
from build_tasks.model.images import Ref
from build_tasks.model.plan import Action, Plan, Verb
from build_tasks.model.proofs import EvidenceKind, Sbom, Scanned
from build_tasks.model.scan import ScanPolicy, ScanReport, ScanResult
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.model.weighed import Accepted, EvidenceFound
from build_tasks.planning.evidence.gate import told, weigh
from build_tasks.planning.names import candidate_image
from build_tasks.planning.scanning.bill_of_materials import read_bill
from build_tasks.planning.scanning.policy import fingerprint, judge
from build_tasks.steps.artifacts.candidates import Candidate
from build_tasks.steps.artifacts.inputs import Recipe
from build_tasks.steps.artifacts.proofs import scan_proof
from build_tasks.steps.artifacts.scan import conclude
from build_tasks.steps.artifacts.scanner_choice import choose
from build_tasks.steps.evidence.evidence import attach_evidence, attached_evidence, subject_of
from build_tasks.steps.evidence.gate import main_policy
from build_tasks.steps.evidence.released import artifacts
from build_tasks.steps.workbench import Workbench


@dataclass(frozen=True)
class _Known:
    """An image in the registry, and what counts of what is attached to it.

    :param image: by digest.
    :param inputs: the inputs hash that it is made of.
    """

    image: Ref
    inputs: str
    evidence: EvidenceFound

    @property
    def last(self) -> Accepted | None:
        """The scan that counts so far."""
        return self.evidence.accepted.get(EvidenceKind.SCAN)

    @property
    def scan(self) -> Scanned | None:
        """What it says."""
        said = self.last.statement.content if self.last else None
        return said if isinstance(said, Scanned) else None

    @property
    def sbom(self) -> bytes:
        """The bill of materials, CycloneDX JSON."""
        said = self.evidence.accepted[EvidenceKind.SBOM].statement.content
        assert isinstance(said, Sbom), "evidence of a kind holds what belongs to it"
        return msgspec.json.encode(said.document)


def scan_candidate(
    bench: Workbench, service: Service, made: Recipe, candidate: Candidate, key: Path | None
) -> ScanResult:
    """Hold a candidate to the policy of today; look again if a scanner knows more than at the last scan.

    :param key: signs what is new of it, also what speaks against the candidate; None: nothing is attached.
    :raises FlowError: SCAN_REFUSED, SCANNER_UNAVAILABLE.
    """
    policy = load_scan_policy(bench.settings.root, bench.settings.scan_policy)
    known = _Known(candidate.image, made.inputs, candidate.evidence)
    result = _held(bench, service, known, policy, key)
    conclude(bench, service, policy, result)
    return result


def scan_version(
    bench: Workbench, service: Service, version: Version, key: Path, *, force: bool = False
) -> ScanResult | None:
    """The same with a version that was pushed, and main's policy, as production holds it to that.

    It is as old as it is, whatever its branch, its base images or its candidate became since: nothing but the
    registry is asked, and nothing is built.

    :param force: look again even if no scanner knows more.
    :returns: None if the version was never pushed.
    :raises FlowError: as :func:`scan_candidate`; REFUSED if no bill of materials of it counts.
    """
    tagged = candidate_image(bench.settings, service.name).tagged(version.tag)
    digest = bench.registry.digest(tagged)
    if digest is None:
        return None
    image = tagged.at(digest)
    subject = subject_of(bench, service, digest)
    evidence = weigh(subject, attached_evidence(bench, image))
    _check_sbom(service, version, evidence)
    policy = main_policy(bench)
    result = _held(bench, service, _Known(image, subject.inputs, evidence), policy, key, force=force)
    conclude(bench, service, policy, result, whose=f" on {bench.settings.main_branch}")
    return result


def renewal(bench: Workbench, service: Service, version: Version) -> Plan:
    """The plan that scans a pushed version anew, and nothing else.

    :raises FlowError: USAGE if it was never pushed, with the versions that were.
    """
    artifacts(bench, service, version)
    action = Action(Verb.SCAN, service.name, "asked for: the image in the registry", version)
    return Plan(f"inv {service.name}.scan", (action,))


def _held(
    bench: Workbench,
    service: Service,
    known: _Known,
    policy: ScanPolicy,
    key: Path | None,
    *,
    force: bool = False,
) -> ScanResult:
    """What is known of an image, held to a policy; signed and attached where that is new."""
    report = _report(bench, service, known, policy, force=force)
    verdict = judge(report, policy, bench.clock.now().date())
    result = ScanResult(known.inputs, report, verdict, fingerprint(policy), known.sbom)
    now = scan_proof(result, bench.clock.now())
    if key is not None and (known.scan is None or replace(known.scan, judged=now.judged) != now):
        attach_evidence(bench, service, known.image, known.inputs, {EvidenceKind.SCAN: now}, key)
    return result


def _report(
    bench: Workbench, service: Service, known: _Known, policy: ScanPolicy, *, force: bool
) -> ScanReport:
    """The report that counts: the last one, unless there is more to know."""
    bill = _bill(service, known.sbom)
    chosen = choose(bench, policy, service, bill)
    title = f"scan {service.name}"
    before, builder = known.scan.report if known.scan else None, known.last.builder if known.last else ""
    if before is None or force:
        reason = "forced" if before else f"no scan of {known.image.digest} counts"
    elif before.scanner == chosen.scanner and before.database >= chosen.knowledge.database:
        when = f"{before.scanned:%Y-%m-%d %H:%M} UTC"
        bench.reporter.skip(title, f"scanned by {builder} on {when}; {chosen.scanner} knows nothing newer")
        return before
    else:
        reason = f"{chosen.scanner} knows more than when {builder} scanned it"
    with bench.reporter.step(title, reason):
        return bench.scanners[chosen.scanner].scan(bill)


def _bill(service: Service, document: bytes) -> BillOfMaterials:
    try:
        return read_bill(document)
    except ValueError as error:
        what, why = f"scan {service.name}", f"its bill of materials in the registry cannot be read: {error}"
        fix = "build it anew: --force"
        raise FlowError(what, why, fix, code=ExitCode.SCANNER_UNAVAILABLE) from None


def _check_sbom(service: Service, version: Version, evidence: EvidenceFound) -> None:
    if EvidenceKind.SBOM not in evidence.accepted:
        raise FlowError(
            f"scan {service.name} {version.tag}",
            "it is scanned by its bill of materials, and none that is attached to it counts",
            f"cut the next version: ./inv release.cut {service.name} --bump patch",
            code=ExitCode.REFUSED,
            details=told(evidence, [EvidenceKind.SBOM]),
        )
