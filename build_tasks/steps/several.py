"""Carrying out plans of several services side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.outcomes import ServiceOutcome
from build_tasks.model.plan import Plan, Verb
from build_tasks.planning.scan_table import summary
from build_tasks.ports.artifacts import BaseImages
from build_tasks.steps.execute import Run, execute
from build_tasks.steps.inputs import read_dockerfile
from build_tasks.steps.side_by_side import Crew, Ended, side_by_side
from build_tasks.steps.workbench import Workbench

#: Verbs that build images; deploying the working tree (no version) does so, too.
_BUILDING = {Verb.BUILD, Verb.TEST, Verb.IMAGE, Verb.SCAN, Verb.PUSH}


def execute_each(
    bench: Workbench,
    plans: Mapping[str, Plan],
    crew: Crew,
    task: str,
    *,
    reason: str,
    force: bool = False,
    matching: str = "",
    carry_out: Callable[[Run, Plan], None] = execute,
) -> list[Ended[str]]:
    """Carry out the plan of each service, all to their ends; what they share is made once, before.

    :param plans: by service; each concerns its service alone.
    :param task: how it was called, ``all.test``.
    :param reason: the change cause of deployments.
    :param matching: run only tests that match this expression. That a service has none is no failure as long
        as another one has: nobody can be asked to know which.
    :param carry_out: carries out one plan; gives who keeps an account of it a look at each action.
    :returns: how each ended; the answer is what its tests and its scan said in one line.
    """
    shared = _with_bases(bench, [name for name, plan in plans.items() if _builds(plan)])
    titles = {name: f"{task} {name}" for name in plans}
    idle: dict[str, FlowError] = {}

    def work(service: str) -> str:
        run = Run(shared, reason, force, matching)
        try:
            carry_out(run, plans[service])
        except FlowError as error:
            if not matching or error.code is not ExitCode.NO_TESTS:
                raise
            idle[service] = error
            bench.reporter.note(error.why)
            return error.why
        return _said(run, service)

    with bench.reporter.side_by_side({title: name for name, title in titles.items()}):
        ended = side_by_side(
            crew, task, list(plans), work, lambda service: bench.reporter.step(titles[service])
        )
    if len(idle) < len(plans):
        return ended
    return [replace(one, answer=None, error=idle[one.service]) for one in ended]


def _said(run: Run, service: str) -> str:
    """What its tests and its scan amount to; empty when neither was done."""
    tested = [run.tested[service].line] if service in run.tested else []
    scanned = [summary(run.scanned[service])] if service in run.scanned else []
    return "; ".join([*tested, *scanned])


def outcome(ended: Ended[str]) -> ServiceOutcome:
    """How it ended, for the reader."""
    match ended.error:
        case None:
            code, summary = ExitCode.OK, ended.answer or ""
        case FlowError() as error:
            code, summary = error.code, error.why.partition("\n")[0]
        case bug:
            code, summary = ExitCode.BUG, repr(bug)
    return ServiceOutcome(ended.service, code.words, int(code), round(ended.seconds, 1), summary)


@dataclass(frozen=True)
class ProvidedBases:
    """Base images as they were provided before, once for all: implements the port ``BaseImages``.

    :param found: for each reference the image that stands for it, or why there is none.
    :param others: asked for what nobody needed then: a Dockerfile may be edited meanwhile.
    """

    found: Mapping[str, str | FlowError]
    others: BaseImages

    def provide(self, references: Sequence[str]) -> Mapping[str, str]:
        """:raises FlowError: one of them could not be provided."""
        images = dict(self.others.provide([r for r in references if r not in self.found]))
        for reference in references:
            image = self.found.get(reference, images.get(reference, reference))
            if isinstance(image, FlowError):
                raise image
            images[reference] = image
        return images


def _builds(plan: Plan) -> bool:
    return any(
        action.verb in _BUILDING or (action.verb is Verb.DEPLOY and action.version is None)
        for action in plan.actions
    )


def _with_bases(bench: Workbench, services: Sequence[str]) -> Workbench:
    """The workbench, with the base images of these services made before any of them needs one.

    Two services on the same base would otherwise make it twice at the same time. A base that cannot be had
    fails those services that are built on it, and no other.
    """
    references: dict[str, None] = {}
    for name in services:
        with suppress(FlowError):  # told by the service's own plan, where it belongs
            references |= dict.fromkeys(read_dockerfile(bench, bench.services[name]).bases)
    found: dict[str, str | FlowError] = {}
    for reference in references:
        try:
            found |= bench.bases.provide([reference])
        except FlowError as error:
            found[reference] = error
    return replace(bench, bases=ProvidedBases(found, bench.bases))
