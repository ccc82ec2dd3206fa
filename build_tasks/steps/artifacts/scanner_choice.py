"""Which scanner looks at an image: the first of the policy's that knows enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.bill_of_materials import BillOfMaterials
from build_tasks.model.scan import Knowledge, ScannerName, ScanPolicy, Unreachable
from build_tasks.model.service import Service
from build_tasks.planning.scanning.policy import too_old
from build_tasks.steps.workbench import Workbench


@dataclass(frozen=True)
class Chosen:
    """The scanner whose report counts, and what it knows."""

    scanner: ScannerName
    knowledge: Knowledge


def choose(bench: Workbench, policy: ScanPolicy, service: Service, bill: BillOfMaterials) -> Chosen:
    """The first scanner of the policy that knows enough.

    A later one is no way around a failure of an earlier one: it is only asked where neither publisher nor
    mirror of the earlier one could be reached.

    :raises FlowError: SCANNER_UNAVAILABLE, with the reason of each.
    """
    reasons: list[str] = []
    for name in policy.scanners:
        knowledge = bench.scanners[name].knowledge(bill)
        if isinstance(knowledge, Unreachable):
            reasons.append(f"{name}: {knowledge.reason}")
            continue
        aged = too_old(knowledge.database, policy, bench.clock.now())
        if not aged:
            _tell(bench, name, knowledge, reasons)
            return Chosen(name, knowledge)
        reasons.append(f"{name}: {aged}" + (f"; {knowledge.unasked}" if knowledge.unasked else ""))
        if not knowledge.unasked:
            break
    raise FlowError(
        f"scan {service.name}",
        "no scanner that the policy names knows enough: nothing was proven",
        f"let one reach its source (`./inv platform.doctor` tries), or see `scanners` in {_file(bench)}",
        code=ExitCode.SCANNER_UNAVAILABLE,
        details=reasons,
    )


def _tell(bench: Workbench, name: ScannerName, knowledge: Knowledge, reasons: Sequence[str]) -> None:
    for reason in reasons:
        bench.reporter.warn(f"{name} stands in for {reason}")
    if knowledge.unasked:
        made = f"{knowledge.database:%Y-%m-%d %H:%M} UTC"
        bench.reporter.warn(
            f"{name} could not ask for news and uses what it has of {made}: {knowledge.unasked}"
        )


def _file(bench: Workbench) -> str:
    return bench.settings.scan_policy
