"""``repo.*``: checking the release flow itself, as its CI does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from invoke import Collection, Context, Exit, Task

from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.adapters.own_checks import OwnChecks
    from build_tasks.adapters.own_suites import Suite
    from build_tasks.steps.check import Check, Outcome, Verdict


def collection(session: Session) -> Collection:
    """The collection ``repo``."""
    return Collection("repo", _lint(session), _test(session), _check(session))


def _lint(session: Session) -> Task:
    @command()
    @session.boundary
    def lint(context: Context) -> None:
        """Check rules, layout, types and layers of the code, and the pipelines."""
        from build_tasks.steps.check import run_checks

        _conclude(session, run_checks(session.composition.reporter, _lints(session, _tools(session))))

    return lint


def _test(session: Session) -> Task:
    @command(help={"only": "these tests: folders, files or file.py::test, a,b (default: tests/unit)"})
    @session.boundary
    def test(context: Context, only: str = "") -> None:
        """Run the unit tests, or some tests; any but those get CI's platform, which then stays up."""
        from build_tasks.adapters.own_suites import UNIT
        from build_tasks.steps.check import run_checks

        tools, wanted = _tools(session), _wanted(session, only)
        checks = [_some(tools, wanted)] if wanted else _suites(tools, [UNIT], {})
        _conclude(session, run_checks(session.composition.reporter, checks))

    return test


def _wanted(session: Session, only: str) -> list[str]:
    """What ``--only`` names, each of which has to be there."""
    from build_tasks.adapters.own_suites import from_top
    from build_tasks.errors import ExitCode, FlowError

    wanted = [from_top(session.root, name.strip()) for name in only.split(",") if name.strip()]
    for name in wanted:
        if not (session.root / name.partition("::")[0]).exists():
            fix = "name files or folders from the repository's top: tests/contract/test_leases.py"
            raise FlowError("read the command line", f"there is no {name}", fix, code=ExitCode.USAGE)
    return wanted


def _some(tools: OwnChecks, wanted: Sequence[str]) -> Check:
    from build_tasks.adapters.own_suites import need_platform
    from build_tasks.steps.check import Check, Outcome

    def run() -> Outcome:
        env = tools.bring_platform_up() if need_platform(wanted) else {}
        return Outcome(*tools.tests(*wanted, env=env))

    return Check("run some tests", ", ".join(wanted), run)


def _check(session: Session) -> Task:
    @command()
    @session.boundary
    def check(context: Context) -> None:
        """Run all that CI runs: lint and every test, on a platform of its own, removed afterwards."""
        from build_tasks.adapters.own_suites import ON_PLATFORM, UNIT
        from build_tasks.steps.check import run_checks, run_checks_on_platform

        tools, reporter = _tools(session), session.composition.reporter
        alone = run_checks(reporter, [*_lints(session, tools), *_suites(tools, [UNIT], {})])
        together = run_checks_on_platform(
            reporter, tools.platform, lambda environ: _suites(tools, ON_PLATFORM, environ)
        )
        _conclude(session, alone + together)

    return check


def _tools(session: Session) -> OwnChecks:
    from build_tasks.adapters.own_checks import OwnChecks

    composition = session.composition
    return OwnChecks(composition.processes, composition.root, composition.reporter)


def _lints(session: Session, tools: OwnChecks) -> list[Check]:
    from build_tasks.model.tally import Tally
    from build_tasks.steps.check import Check, Outcome

    def passing(run: Callable[[], None]) -> Callable[[], Outcome]:
        def checked() -> Outcome:
            run()
            return Outcome(Tally(passed=1))

        return checked

    return [
        Check("check rules", "ruff check", passing(tools.rules)),
        Check("check layout", "ruff format", passing(tools.layout)),
        Check("check types", "mypy --strict", passing(tools.types)),
        Check("check layers", "import-linter", passing(tools.layers)),
        Check("compare pipelines", "ci.generate --check", passing(lambda: _compare_pipelines(session))),
        Check("check pipelines", "ci.lint", passing(lambda: _check_pipelines(session))),
    ]


def _compare_pipelines(session: Session) -> None:
    from build_tasks.steps.ci.pipelines import changes_here, refuse_drift, systems_here

    bench = session.bench
    refuse_drift(changes_here(bench, systems_here(bench, "")), show=True)


def _check_pipelines(session: Session) -> None:
    from build_tasks.presentation.findings import refusal
    from build_tasks.steps.ci.lint import lint

    error = refusal(lint(session.bench))
    if error is not None:
        raise error


def _suites(tools: OwnChecks, suites: Sequence[Suite], environ: Mapping[str, str]) -> list[Check]:
    from build_tasks.steps.check import Check, Outcome

    def running(suite: Suite) -> Callable[[], Outcome]:
        return lambda: Outcome(*tools.tests(*suite.words, env=environ))

    return [Check(f"run {suite.name} tests", suite.reason, running(suite)) for suite in suites]


def _conclude(session: Session, verdict: Verdict) -> None:
    """Tell all failures, then the count: the last line, plain, for whoever reads only that."""
    import sys

    from build_tasks.presentation.failures import failures_on

    failures = failures_on(sys.stderr)
    for error in verdict.errors:
        failures.show_error(error)
    session.answers.show_line(str(verdict.tally))
    if verdict.code:
        raise Exit(code=int(verdict.code))
