"""``ci.simulate``: what any event would run, without a CI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.steps.ci.simulation import Scenario

_HELP = {
    "event": "push, pull_request, manual, schedule, tag or deletion",
    "ref": "the branch (a pull request's source), or a full ref like refs/tags/v1; it need not exist",
    "base": "commit to compare with (default: as ci.run finds it)",
    "target": "the branch a pull request is to go into (default: main)",
    "changed": "the paths that change, with commas between them, instead of those that git says",
    "released": "versions of the service that exist, with commas between them; the registry is not asked",
    "actor": "who causes it",
    "fork": "the pull request comes from a fork",
    "deliver": "with the delivery of a release",
    "json": words.JSON,
}


def simulate(session: Session) -> Task:
    """The task ``ci.simulate``."""

    @command(help=_HELP)
    @session.boundary
    def simulate(
        context: Context,
        event: str = "push",
        ref: str = "",
        base: str = "",
        target: str = "",
        changed: str = "",
        released: str = "",
        actor: str = "",
        fork: bool = False,
        deliver: bool = True,
        json: bool = False,
    ) -> None:
        """Print the plan an event would give, without a CI and whether or not its branch exists."""
        from build_tasks.steps.ci.simulation import Scenario

        texts = {"event": event, "ref": ref, "base": base, "target": target, "actor": actor}
        scenario = Scenario(**texts, changed=_listed(changed), released=_listed(released), fork=fork)
        _show(session, scenario, deliver=deliver, json=json)

    return simulate


def _show(session: Session, scenario: Scenario, *, deliver: bool, json: bool) -> None:
    from build_tasks.steps.ci.simulation import simulated

    event, plan = simulated(session.bench, scenario, deliver=deliver)
    session.show_event(event, plan, json=json)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
