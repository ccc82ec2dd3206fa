"""Where the results of tests are kept, so that two runs at the same time do not get into each other's way."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from filelock import FileLock

from build_tasks.model.service import Service
from build_tasks.model.tests import TestOutcome, TestSummary
from build_tasks.steps.artifacts.inputs import Recipe
from build_tasks.steps.whole_files import write_whole
from build_tasks.steps.workbench import Basis

_SUMMARY, _JUNIT = "summary.json", "junit.xml"


@dataclass(frozen=True)
class Results:
    """The results of a service's tests for its present inputs.

    :param folder: of the run that ended last, as a whole: ``junit.xml``, ``output.txt``, ``results/``.
    :param for_ci: a JUnit file for whatever uploads it; None for a run of some tests only.
    """

    folder: Path
    for_ci: Path | None
    _lock: FileLock = field(repr=False)

    @property
    def parent(self) -> Path:
        """Where a run may have a folder of its own as long as it runs: on the same file system."""
        return self.folder.parent

    def remembered(self) -> TestSummary | None:
        """The summary if these inputs passed before; the file for CI is theirs then."""
        if self.for_ci is None:
            return None
        try:
            with self._lock:
                data = json.loads((self.folder / _SUMMARY).read_text(encoding="utf-8"))
                junit = (self.folder / _JUNIT).read_bytes()
            found = TestSummary(**{**data, "outcome": TestOutcome(data["outcome"]), "failures": ()})
        except (OSError, ValueError, KeyError, TypeError):
            return None
        _publish(self.for_ci, junit)
        return found

    def withdraw(self) -> None:
        """No file for CI: the one that is there is of other inputs, and this run may end without one."""
        if self.for_ci is not None:
            self.for_ci.unlink(missing_ok=True)

    def keep(self, run: Path, summary: TestSummary, junit: bytes, *, lasting: bool = True) -> None:
        """Let a run's folder take the place of the one before; a pass is remembered.

        :param lasting: the inputs tell all that was tested; else even a pass is run again.
        :param run: a folder in one of its own below :attr:`parent`, where what was there before goes.
        """
        (run / _JUNIT).write_bytes(junit)
        if lasting and summary.outcome is TestOutcome.PASSED and self.for_ci is not None:
            (run / _SUMMARY).write_text(json.dumps(asdict(summary)), encoding="utf-8")
        with self._lock:
            if self.folder.exists():
                self.folder.rename(run.parent / "before")
            run.rename(self.folder)
            if self.for_ci is not None:
                _publish(self.for_ci, junit)


def results_of(bench: Basis, service: Service, made: Recipe, matching: str = "") -> Results:
    """Where they are kept, for all tests or for those that match an expression."""
    tests = bench.folder(service, "tests")
    limited = f"-{hashlib.sha256(matching.encode()).hexdigest()[:8]}" if matching else ""
    for_ci = bench.settings.build_folder / "ci" / "junit" / f"{service.name}.xml"
    folder = tests / f"{made.inputs[:16]}{limited}"
    return Results(folder, None if matching else for_ci, FileLock(tests / ".lock"))


def passed_before(bench: Basis, service: Service, made: Recipe) -> TestSummary | None:
    """What is remembered of a run that these inputs passed, which the reader is told; None if nothing is."""
    remembered = results_of(bench, service, made).remembered()
    if remembered is not None:
        bench.reporter.skip(f"test {service.name}", f"unchanged inputs passed before: {remembered.line}")
    return remembered


def reports_in(folder: Path) -> dict[str, bytes]:
    """The files that may be reports, by their paths in the folder. Links are none: they may lead out."""
    from build_tasks.planning.reports.detection import HEAD_BYTES, dialect

    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            if dialect(name, head) is not None:
                found[name] = head + file.read()
    return found


def _publish(path: Path, content: bytes) -> None:
    """As a whole or not at all: an upload may read it at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
