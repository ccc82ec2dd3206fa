"""What every scanner has in common, the fake included: reached, not reached, and a source that went away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.scanning.grype import Grype
from build_tasks.model.scan import Knowledge, ScannerName, Unreachable
from build_tasks.planning.scanning.bill_of_materials import read_bill
from build_tasks.ports.scanning import Scanner
from tests.contract.publisher import publisher
from tests.fakes.scanning import FakeScanner, bill, component

pytestmark = pytest.mark.timeout(900)

BUILT = datetime(2026, 3, 1, tzinfo=UTC)
IMAGE = read_bill(bill(component("pypi", "requests", "2.39.0")))
#: A scanner as a new command has it: whether its source can be reached, and whether it was before.
Make = Callable[[bool, bool], Scanner]


def _fake(reached: bool, before: bool) -> Scanner:
    scanner = FakeScanner(ScannerName.GRYPE, BUILT)
    if not reached:
        scanner.unasked, scanner.unreachable = "no such host", "" if before else "no such host"
    return scanner


@pytest.fixture(params=["fake", "grype"])
def make(request: pytest.FixtureRequest, tool: Callable[[str], Path], tmp_path: Path) -> Iterator[Make]:
    if request.param == "fake":
        yield _fake
        return
    with publisher(tmp_path / "served") as served:
        served.publish(BUILT)

        def real(reached: bool, before: bool) -> Scanner:
            scanners = [
                Grype(Processes(CommandLog(None)), tool("grype"), tmp_path / "db", address, lambda: BUILT)
                for address in ([served.address] if before else [])
                + [served.address if reached else "http://127.0.0.1:9"]
            ]
            for scanner in scanners[:-1]:
                scanner.knowledge(IMAGE)
            return scanners[-1]

        yield real


def test_its_source_is_reached(make: Make) -> None:
    scanner = make(True, False)
    knowledge = scanner.knowledge(IMAGE)
    assert isinstance(knowledge, Knowledge)
    assert (knowledge.database, knowledge.unasked) == (BUILT, "")
    assert scanner.obstacle() == ""
    report = scanner.scan(IMAGE)
    assert (report.scanner, report.database, report.findings) == ("grype", BUILT, ())


def test_the_same_knowledge_has_the_same_identity(make: Make) -> None:
    first, second = make(True, False).knowledge(IMAGE), make(True, True).knowledge(IMAGE)
    assert isinstance(first, Knowledge) and first == second


def test_its_source_was_never_reached(make: Make) -> None:
    scanner = make(False, False)
    assert isinstance(scanner.knowledge(IMAGE), Unreachable)
    assert scanner.obstacle() != ""


def test_its_source_was_reached_before(make: Make) -> None:
    knowledge = make(False, True).knowledge(IMAGE)
    assert isinstance(knowledge, Knowledge)
    assert knowledge.database == BUILT and knowledge.unasked != ""
