"""What tasks on several services share: how many at once, and how they end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from invoke import Exit

from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.model.outcomes import ServiceOutcome
    from build_tasks.steps.side_by_side import Crew


def crew_of(session: Session, jobs: int) -> Crew:
    """Who does the work.

    :param jobs: how many services at the same time; 0: as many as there are CPUs, but at least 2.
    :raises FlowError: USAGE for a negative number.
    """
    import os

    from build_tasks.errors import ExitCode, FlowError
    from build_tasks.steps.side_by_side import Crew

    if jobs < 0:
        why = f"--jobs {jobs}: how many services at the same time?"
        raise FlowError("read the command line", why, "a number from 1 up", code=ExitCode.USAGE)
    at_once = jobs or max(2, os.cpu_count() or 2)
    return Crew(at_once, session.bench.clock, session.composition.processes.end_running)


def show_outcomes(session: Session, outcomes: Sequence[ServiceOutcome]) -> None:
    """What became of each service, in a table."""
    from build_tasks.presentation.plain_text import duration

    rows = [[o.service, o.outcome, duration(o.seconds), o.summary] for o in outcomes]
    session.answers.show_table(["service", "outcome", "took", "summary"], rows)


def conclude(errors: Sequence[Exception | None]) -> None:
    """End as the services did; what became of each has been shown.

    :param errors: of each service, None for those that did not fail.
    :raises Exit: with the code that the failures have in common.
    :raises Exception: the first error nobody expected.
    """
    from build_tasks.errors import ExitCode, FlowError
    from build_tasks.model.outcomes import common_code

    for error in errors:
        if error is not None and not isinstance(error, FlowError):
            raise error
    code = common_code(error.code for error in errors if isinstance(error, FlowError))
    if code is not ExitCode.OK:
        raise Exit(code=int(code))
