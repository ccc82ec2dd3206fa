"""Checking the repository itself: every check runs, and all that failed is told at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.tally import Tally
from build_tasks.ports.reporting import Reporter


@dataclass(frozen=True)
class Outcome:
    """What a check found.

    :param error: why it did not pass, or None.
    """

    tally: Tally
    error: FlowError | None = None


@dataclass(frozen=True)
class Check:
    """:param run: does the check; may also raise FlowError, which counts as one failed check."""

    title: str
    reason: str
    run: Callable[[], Outcome]


@dataclass(frozen=True)
class Verdict:
    """The outcome of all checks together.

    :param errors: what failed, in the order it was run.
    """

    tally: Tally = field(default_factory=Tally)
    errors: tuple[FlowError, ...] = ()

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(self.tally + other.tally, self.errors + other.errors)

    @property
    def code(self) -> ExitCode:
        """The first failure's own code; FAILED when checks were skipped or there were none."""
        if self.errors:
            return self.errors[0].code
        return ExitCode.OK if self.tally.is_good else ExitCode.FAILED


#: Makes the platform that checks need and removes it again; gives the environment variables that lead to it.
Platform = Callable[[], AbstractContextManager[Mapping[str, str]]]


def run_checks(reporter: Reporter, checks: Iterable[Check]) -> Verdict:
    """Run all checks, whatever becomes of each."""
    return sum((_run(reporter, check) for check in checks), Verdict())


def run_checks_on_platform(
    reporter: Reporter, platform: Platform, checks: Callable[[Mapping[str, str]], Sequence[Check]]
) -> Verdict:
    """Make the platform, run the checks that need it, remove the platform even if a check failed.

    A platform that does not come up, or does not go away, counts as one failed check.

    :param checks: takes the platform's environment variables.
    """
    done = Verdict()
    try:
        with platform() as environ:
            done = run_checks(reporter, checks(environ))
    except FlowError as error:
        return done + Verdict(Tally(failed=1), (error,))
    return done


def _run(reporter: Reporter, check: Check) -> Verdict:
    outcome = Outcome(Tally(failed=1))
    with suppress(FlowError), reporter.step(check.title, check.reason):
        try:
            outcome = check.run()
        except FlowError as error:
            outcome = Outcome(Tally(failed=1), error)
        if outcome.error is not None:
            raise outcome.error  # through the step, which is marked failed
    return Verdict(outcome.tally, () if outcome.error is None else (outcome.error,))
