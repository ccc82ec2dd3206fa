"""``repo.*``: checking the release flow itself, as its CI does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from invoke import Collection, Context, Exit, task

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.tally import Tally
from build_tasks.ports.reporting import Reporter
from build_tasks.presentation.answers import Answers
from build_tasks.presentation.failures import Failures
from build_tasks.steps.check import Check, Outcome, Platform, Verdict, run_checks, run_checks_on_platform
from build_tasks.tasks.boundary import Boundary


class Tools(Protocol):
    """The tools that check the repository; each method raises FlowError with what it found."""

    def ruff(self) -> None: ...

    def formatting(self) -> None: ...

    def types(self) -> None: ...

    def layers(self) -> None: ...

    def tests(self, folder: str, env: Mapping[str, str]) -> tuple[Tally, FlowError | None]: ...


@dataclass(frozen=True)
class RepoBench:
    """What the repository's tasks work with.

    :param platform: makes an instance of the platform for tests only, and removes it.
    """

    reporter: Reporter
    tools: Tools
    platform: Platform
    answers: Answers
    failures: Failures


def repo_tasks(bench_for: Callable[[Context], RepoBench], boundary: Boundary) -> Collection:
    """The collection ``repo``.

    :param bench_for: called when a task runs, so that listing tasks costs nothing.
    """

    @task
    @boundary
    def lint(context: Context) -> None:
        """Check rules, layout, types and layers of the code."""
        bench = bench_for(context)
        _conclude(bench, run_checks(bench.reporter, _lints(bench.tools)))

    @task
    @boundary
    def test(context: Context) -> None:
        """Run the unit tests: no engine, no cluster, no network."""
        bench = bench_for(context)
        _conclude(bench, run_checks(bench.reporter, [_suite(bench.tools, "unit", {})]))

    @task
    @boundary
    def check(context: Context) -> None:
        """Run everything that CI runs: lint, all tests, on a platform of its own that is removed after."""
        bench = bench_for(context)
        alone = run_checks(bench.reporter, [*_lints(bench.tools), _suite(bench.tools, "unit", {})])
        together = run_checks_on_platform(
            bench.reporter,
            bench.platform,
            lambda environ: [_suite(bench.tools, kind, environ) for kind in ("contract", "integration")],
        )
        _conclude(bench, alone + together)

    return Collection("repo", lint, test, check)


def _lints(tools: Tools) -> list[Check]:
    def passing(run: Callable[[], None]) -> Callable[[], Outcome]:
        def checked() -> Outcome:
            run()
            return Outcome(Tally(passed=1))

        return checked

    return [
        Check("rules", "ruff check", passing(tools.ruff)),
        Check("layout", "ruff format", passing(tools.formatting)),
        Check("types", "mypy --strict", passing(tools.types)),
        Check("layers", "import-linter", passing(tools.layers)),
    ]


def _suite(tools: Tools, kind: str, environ: Mapping[str, str]) -> Check:
    reasons = {
        "unit": "pure logic and fakes",
        "contract": "each adapter against the real tool",
        "integration": "the whole flow on real clusters",
    }
    return Check(f"{kind} tests", reasons[kind], lambda: Outcome(*tools.tests(f"tests/{kind}", environ)))


def _conclude(bench: RepoBench, verdict: Verdict) -> None:
    """Tell all failures, then the count: the last line, plain, for whoever reads only that."""
    for error in verdict.errors:
        bench.failures.show_error(error)
    bench.answers.show_line(str(verdict.tally))
    if verdict.code is not ExitCode.OK:
        raise Exit(code=int(verdict.code))
