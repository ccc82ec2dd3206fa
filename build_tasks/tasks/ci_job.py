"""Carrying out a plan as a CI job, and telling what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from build_tasks.tasks.crew import conclude, crew_of, show_outcomes
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.model.plan import Plan
    from build_tasks.steps.ledger import Ledger


def carry_out(session: Session, task: str, plan: Plan, jobs: int, *, force: bool = False) -> None:
    """Carry out a plan; what became of it is told to the CI system in its own forms, also when it failed.

    :param task: how it was called, ``ci.run``.
    :param jobs: how many services at the same time; 0: as suits the machine.
    :param force: build, test and scan even what was published of the same inputs.
    """
    from build_tasks.model.plan import Verb
    from build_tasks.steps.ci.account import forget_reports
    from build_tasks.steps.ledger import Ledger

    bench = session.bench
    bench.reporter.note(plan.because)
    for skipped in plan.skipped:
        bench.reporter.note(f"  skip {skipped}")
    if not plan.actions:
        bench.reporter.note("  nothing to do")
    if any(action.verb is Verb.TEST for action in plan.actions):
        forget_reports(bench)
    ledger = Ledger(bench, plan)
    try:
        _work(session, task, ledger, jobs, force)
    except KeyboardInterrupt:
        ledger.interrupted()
        raise
    finally:
        _tell(session, task, ledger)


def _work(session: Session, task: str, ledger: Ledger, jobs: int, force: bool) -> None:
    """Several services side by side: one that fails hides nothing of the others."""
    from build_tasks.planning.plans.several import apart
    from build_tasks.steps.ci.plans import check_versions
    from build_tasks.steps.run import Run
    from build_tasks.steps.several import execute_each, outcome

    check_versions(ledger.bench, ledger.plan)
    plans = apart(ledger.plan)
    reason = session.head_reason()
    if len(plans) < 2:
        ledger.carry_out(Run(ledger.bench, reason, force), ledger.plan)
        return
    crew = crew_of(session, jobs)
    ended = execute_each(
        ledger.bench, plans, crew, task, reason=reason, force=force, carry_out=ledger.carry_out
    )
    show_outcomes(session, [outcome(one) for one in ended])
    conclude([one.error for one in ended])


def _tell(session: Session, task: str, ledger: Ledger) -> None:
    import sys

    from build_tasks.errors import FlowError
    from build_tasks.presentation.ci_forms import ci_forms_on
    from build_tasks.steps.ci.account import account_of, ci_folder

    bench = session.bench
    try:
        ci_forms_on(sys.stdout).tell(task, account_of(ledger), ci_folder(bench))
    except (OSError, FlowError) as error:
        # How the plan ended counts, not whether that could be told.
        bench.reporter.warn(f"the summary of {task} could not be written: {error}")
