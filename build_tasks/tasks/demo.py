"""``demo``: watch a change reach production."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Context, Task

from build_tasks.tasks.command import command
from build_tasks.tasks.crew import crew_of
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.steps.demo.stage import Stage
    from build_tasks.steps.demo.story import Outcome

#: The service whose changes the demonstration releases.
SERVICE = "delivery"


def demo_task(session: Session) -> Task:
    """The top-level task ``demo``."""

    @command()
    @session.boundary
    def demo(context: Context) -> None:
        """Set everything up, release the sample application, then take two changes towards production."""
        from build_tasks.steps.demo.stage import Stage
        from build_tasks.steps.demo.story import tell
        from build_tasks.steps.platform.up import up

        composition = session.composition
        with composition.reporter.step("$ inv platform.up", "engine, tools, registry, two clusters"):
            up(composition.platform.parts)
        bench, settings = session.bench, session.bench.settings
        folder = settings.build_folder / "demo"
        stage = Stage(session.root, folder, settings.main_branch, composition.commands, composition.reporter)
        with composition.reporter.step("clone this repository", "the demonstration changes only its copies"):
            stage.set_up(settings.allowed_signers, bench.signer.public_half(bench.builder_key))
        crew = crew_of(session, len(bench.services))  # they wait for clusters, and for each other
        outcome = tell(bench, stage, session.service(SERVICE), crew)
        _conclude(session, stage, outcome)

    return demo


def _conclude(session: Session, stage: Stage, outcome: Outcome) -> None:
    from build_tasks.steps.delivery.overview import status

    answers, bench = session.answers, session.bench
    took = [[f"{seconds:.1f} s", command] for command, seconds in stage.took]
    answers.show_table(["took", "command"], took, title="what was typed")
    environments = list(bench.settings.environments.values())
    deployed = [v for s in bench.services.values() for v in status(bench, s, environments)]
    rows = [[v.service, v.environment, v.version, "live" if v.live else "", v.ready] for v in deployed]
    answers.show_table(["service", "environment", "version", "", "ready"], rows, title="what runs where")
    answers.show_text(
        f"{outcome.broken.tag} was explained {outcome.explained:.1f} s after its deployment began.\n"
        f"The rollback took {outcome.rollback:.1f} s; of {outcome.tally.requests} requests meanwhile"
        f" {outcome.tally.failed} were lost.\n"
        "Next:\n"
        f"  ./inv {SERVICE}.history --env prod      how it came to this\n"
        f"  ./inv {SERVICE}.deploy --env dev        your working tree, in dev\n"
        "  ./inv --list                         everything else\n"
        "  ./inv platform.down                  remove it all again\n"
    )
