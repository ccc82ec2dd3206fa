"""`platform.doctor` says which scanner there is."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.local_platform import CheckResult, Verdict
from build_tasks.steps.artifacts.scanner_check import check_scanners
from tests.unit.steps.shop import Shop

BOTH = 'scanners = ["grype", "patch-level"]\n'


def look(shop: Shop) -> list[CheckResult]:
    return check_scanners(shop.bench.settings, shop.bench.scanners)


def test_the_first_scanner_can_be_used(shop: Shop) -> None:
    shop.write({"policy/scan.toml": BOTH})
    [found] = look(shop)
    assert (found.name, found.verdict, found.fix) == ("scanner grype", Verdict.OK, "")


def test_patch_level_is_what_there_is(shop: Shop) -> None:
    shop.write({"policy/scan.toml": BOTH})
    shop.grype.unreachable = "no such host"
    grype, patch_level = look(shop)
    assert (grype.verdict, patch_level.verdict) == (Verdict.NOTE, Verdict.OK)
    assert "no such host" in grype.found and "scan.database" in grype.fix
    assert patch_level.found == "its source can be reached: scans use it; it stands in for grype"


@pytest.mark.parametrize("text", ["", BOTH])
def test_no_scanner_that_the_policy_names_can_be_used(shop: Shop, text: str) -> None:
    shop.write({"policy/scan.toml": text})
    shop.grype.unreachable = shop.patch_level.unreachable = "no such host"
    assert look(shop)[-1].verdict is Verdict.WARNING
    assert "every scan fails" in look(shop)[-1].fix


def test_a_program_that_is_missing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise FlowError("look", "cannot start grype", "run x", code=ExitCode.SCANNER_UNAVAILABLE)

    monkeypatch.setattr(shop.grype, "obstacle", missing)
    [found] = look(shop)
    assert found.found == "it cannot be tried: cannot start grype"
    assert found.fix == "until one can, every scan fails; run x"
