"""Scanning a service's runtime image, and holding what was found to the policy."""

from __future__ import annotations

from collections.abc import Sequence

from build_tasks.config.scan_policy import load_scan_policy
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.bill_of_materials import BillOfMaterials
from build_tasks.model.images import LocalImage
from build_tasks.model.scan import ScanException, ScanPolicy, ScanResult
from build_tasks.model.service import Service
from build_tasks.planning.dockerfiles.dockerfile import FINAL
from build_tasks.planning.names import local_image
from build_tasks.planning.scanning.bill_of_materials import read_bill
from build_tasks.planning.scanning.policy import fingerprint, judge, superseded, too_old
from build_tasks.planning.scanning.table import excepted_lines, expired_lines, refused_lines, summary
from build_tasks.steps.artifacts import scan_results
from build_tasks.steps.artifacts.image import present_image
from build_tasks.steps.artifacts.inputs import Recipe
from build_tasks.steps.artifacts.scan_results import KeptScan
from build_tasks.steps.artifacts.scanner_choice import Chosen, choose
from build_tasks.steps.workbench import Workbench


def scan(
    bench: Workbench, service: Service, made: Recipe, image: LocalImage, *, force: bool = False
) -> ScanResult:
    """Scan a runtime image of the engine and hold what is found to the policy. It builds nothing.

    A scan is kept for the image it was of, and used again until the scanner knows something newer; the policy
    is applied anew each time.

    :raises FlowError: SCAN_REFUSED with a table of what the policy refuses; SCANNER_UNAVAILABLE where nothing
        was proven; CONFIG for a wrong policy.
    """
    policy = load_scan_policy(bench.settings.root, bench.settings.scan_policy)
    folder = bench.folder(service, "scan") / made.inputs[:16]
    before = None if force else _of(scan_results.read(folder), image)
    bill = _bill(bench, service, made, image, before, force=force)
    chosen = choose(bench, policy, service, bill)
    if before and (before.report.scanner, before.knowledge) == (chosen.scanner, chosen.knowledge.identity):
        bench.reporter.skip(f"scan {service.name}", f"{chosen.scanner} has nothing newer to say")
        kept = before
    else:
        with bench.reporter.step(f"scan {service.name}", _reason(chosen, before, force)):
            report = bench.scanners[chosen.scanner].scan(bill)
        kept = KeptScan(image.id, chosen.knowledge.identity, report, bill.document)
        scan_results.keep(folder, kept)
    result = _result(bench, policy, made, kept)
    conclude(bench, service, policy, result, where=f"; all of it is in {folder}")
    return result


def conclude(
    bench: Workbench,
    service: Service,
    policy: ScanPolicy,
    result: ScanResult,
    *,
    whose: str = "",
    where: str = "",
) -> None:
    """Tell the reader what a scan found.

    A policy with an exception that expired accepts nothing, also where what it was for is gone: else nobody
    would take it out.

    :param whose: where the policy is from: `` on main``; empty: it is what is checked out.
    :param where: a clause that says where there is more to see.
    :raises FlowError: SCAN_REFUSED with a table of what the policy refuses, and a line for each exception.
    """
    for line in (*result.report.notes, *excepted_lines(result.verdict), summary(result)):
        bench.reporter.note(line)
    expired = superseded(policy, bench.clock.now().date())
    if expired or not result.verdict.passed:
        raise _refusal(service, result, expired, f"{bench.settings.scan_policy}{whose}", where)


def remembered_scan(bench: Workbench, service: Service, made: Recipe) -> ScanResult | None:
    """The last scan of these inputs, under the policy of today; asks nobody for news.

    :returns: None if there is none that counts: of another image, by a scanner that the policy does not name,
        or by what is too old by now.
    :raises FlowError: CONFIG for a wrong policy.
    """
    policy = load_scan_policy(bench.settings.root, bench.settings.scan_policy)
    kept = scan_results.read(bench.folder(service, "scan") / made.inputs[:16])
    image = present_image(bench, service, FINAL, made)
    if kept is None or (image is not None and image.id != kept.image):
        return None
    if kept.report.scanner not in policy.scanners:
        return None
    if too_old(kept.report.database, policy, bench.clock.now()):
        return None
    return _result(bench, policy, made, kept)


def _of(kept: KeptScan | None, image: LocalImage) -> KeptScan | None:
    """The kept scan, if it is of this very image: the same inputs may have been built anew."""
    return kept if kept is not None and kept.image == image.id else None


def _bill(
    bench: Workbench,
    service: Service,
    made: Recipe,
    image: LocalImage,
    before: KeptScan | None,
    *,
    force: bool,
) -> BillOfMaterials:
    what = f"list what is in {service.name}'s image"
    if before is None:
        with bench.reporter.step(what, "its bill of materials (CycloneDX)"):
            name = local_image(bench.settings, service.name, FINAL, made.inputs)
            document = bench.bills.of(image.id, name, anew=force)
    else:
        document = before.sbom
    try:
        return read_bill(document)
    except ValueError as error:
        why = f"the bill of materials cannot be read: {error}"
        raise FlowError(what, why, "try --force", code=ExitCode.SCANNER_UNAVAILABLE) from None


def _reason(chosen: Chosen, before: KeptScan | None, force: bool) -> str:
    if force:
        return "forced"
    if before is None:
        return f"{chosen.scanner} has not seen this image"
    if before.report.scanner != chosen.scanner:
        return f"{chosen.scanner} has not seen this image, {before.report.scanner} has"
    return f"{chosen.scanner} knows more than when it saw this image"


def _result(bench: Workbench, policy: ScanPolicy, made: Recipe, kept: KeptScan) -> ScanResult:
    verdict = judge(kept.report, policy, bench.clock.now().date())
    return ScanResult(made.inputs, kept.report, verdict, fingerprint(policy), kept.sbom)


def _refusal(
    service: Service, result: ScanResult, expired: Sequence[ScanException], policy: str, where: str
) -> FlowError:
    whys, fixes, details = [], [], expired_lines(expired)
    if not result.verdict.passed:
        whys.append(f"{policy} does not accept what {summary(result)}")
        fixes.append(
            "do what the table says, or except a finding for a while, with its"
            f" id, reason, owner and expires in {policy}"
        )
        details = [*refused_lines(result.verdict), *details]
    if expired:
        has = f"has {len(expired)} exceptions" if len(expired) > 1 else "has an exception"
        whys.append(f"{'it' if whys else policy} {has} that expired")
        renewed = "or renew it: a later day, and a reason that still holds"
        fixes.append(f"what expired: take it out of {policy}, {renewed}")
    what, why, fix = f"scan {service.name}", "; ".join(whys), "; ".join(fixes) + where
    return FlowError(what, why, fix, code=ExitCode.SCAN_REFUSED, details=details)
