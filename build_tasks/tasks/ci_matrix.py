"""``ci.plan --matrix``: the plan as jobs of a CI system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from build_tasks.model.ci import CiSystem
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.model.event import BuildEvent
    from build_tasks.model.plan import Plan


def show(session: Session, system: str, event: BuildEvent, plan: Plan) -> None:
    """Print the jobs in the system's own form, and nothing else.

    :raises FlowError: USAGE for an unknown system.
    """
    from build_tasks.planning.pipelines.gitlab import gitlab_child
    from build_tasks.planning.pipelines.matrix import azure_matrix, github_matrix, legs
    from build_tasks.planning.pipelines.model import is_reviewed
    from build_tasks.planning.pipelines.systems import chosen_systems
    from build_tasks.steps.ci.pipelines import pipeline_here

    [wanted] = chosen_systems(system, "--matrix", at_most=1)
    settings = session.bench.settings
    jobs = legs(plan, settings.ci.jobs)
    match wanted:
        case CiSystem.AZURE:
            session.answers.show_line(azure_matrix(jobs))
        case CiSystem.GITHUB:
            session.answers.show_line(github_matrix(jobs))
        case CiSystem.GITLAB:
            reviewed = is_reviewed(event, settings.main_branch)
            session.answers.show_text(gitlab_child(pipeline_here(session.bench), jobs, reviewed=reviewed))
