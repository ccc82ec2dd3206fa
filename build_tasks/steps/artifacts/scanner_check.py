"""Which scanners reach what they know from here: for `platform.doctor`."""

from __future__ import annotations

from collections.abc import Mapping

from build_tasks.config.scan_policy import load_scan_policy
from build_tasks.errors import FlowError
from build_tasks.model.local_platform import CheckResult, Verdict
from build_tasks.model.scan import ScannerName
from build_tasks.model.settings import Settings
from build_tasks.ports.scanning import Scanner

_MIRROR = "scan.database in pyproject.toml can name a mirror (docs/scan.md)"


def check_scanners(settings: Settings, scanners: Mapping[ScannerName, Scanner]) -> list[CheckResult]:
    """Try the policy's scanners in their order; scans use the first that reaches its source.

    :raises FlowError: CONFIG for a wrong policy.
    """
    results: list[CheckResult] = []
    names = load_scan_policy(settings.root, settings.scan_policy).scanners
    for position, name in enumerate(names):
        obstacle, remedy = _obstacle(scanners[name])
        if not obstacle:
            stands_in = f"; it stands in for {names[position - 1]}" if results else ""
            found = f"its source can be reached: scans use it{stands_in}"
            return [*results, CheckResult(f"scanner {name}", Verdict.OK, found)]
        last = position == len(names) - 1
        verdict = Verdict.WARNING if last else Verdict.NOTE
        fix = f"until one can, every scan fails; {remedy}" if last else remedy
        results.append(CheckResult(f"scanner {name}", verdict, obstacle, fix))
    return results


def _obstacle(scanner: Scanner) -> tuple[str, str]:
    """Why it cannot be used, and what to do; empty if it can."""
    try:
        obstacle = scanner.obstacle()
    except FlowError as error:
        return f"it cannot be tried: {error.why}", error.fix or _MIRROR
    return f"its source cannot be reached: {obstacle}" if obstacle else "", _MIRROR
