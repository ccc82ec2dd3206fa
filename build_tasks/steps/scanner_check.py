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
        obstacle = _obstacle(scanners[name])
        if not obstacle:
            stands_in = f"; it stands in for {names[position - 1]}" if results else ""
            found = f"its source can be reached: scans use it{stands_in}"
            return [*results, CheckResult(f"scanner {name}", Verdict.OK, found)]
        last = position == len(names) - 1
        verdict = Verdict.WARNING if last else Verdict.NOTE
        found = f"its source cannot be reached: {obstacle}"
        fix = f"until one can, every scan fails; {_MIRROR}" if last else _MIRROR
        results.append(CheckResult(f"scanner {name}", verdict, found, fix))
    return results


def _obstacle(scanner: Scanner) -> str:
    try:
        return scanner.obstacle()
    except FlowError as error:
        return error.why
