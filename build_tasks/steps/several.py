"""Carrying out plans of several services side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Lock

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.outcomes import ServiceOutcome
from build_tasks.model.plan import Plan
from build_tasks.planning.scanning.table import summary
from build_tasks.ports.artifacts import BaseImages
from build_tasks.steps.artifacts.publishing import Publishing
from build_tasks.steps.execute import execute
from build_tasks.steps.run import Run
from build_tasks.steps.side_by_side import Crew, Ended, side_by_side
from build_tasks.steps.workbench import Workbench


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
    """Carry out the plan of each service, all to their ends; base images that they share are made once.

    :param plans: by service; each concerns its service alone.
    :param task: how it was called, ``all.test``.
    :param reason: the change cause of deployments.
    :param matching: run only tests that match this expression. That a service has none is no failure as long
        as another one has: nobody can be asked to know which.
    :param carry_out: carries out one plan; gives who keeps an account of it a look at each action.
    :returns: how each ended; the answer is what its tests and its scan said in one line.
    """
    shared = replace(bench, bases=SharedBases(bench.bases))
    publishing = Publishing()
    titles = {name: f"{task} {name}" for name in plans}
    idle: dict[str, FlowError] = {}

    def work(service: str) -> str:
        run = Run(shared, reason, force, matching, publishing)
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


class SharedBases:
    """Base images for services that work side by side: implements the port ``BaseImages``.

    Two services would otherwise make the same base, or what two bases have in common, at the same time. A
    base that cannot be had fails those services that are built on it, and no other.
    """

    def __init__(self, bases: BaseImages) -> None:
        self._bases = bases
        self._turn = Lock()
        self._provided: dict[str, str | FlowError] = {}

    def identities(self, references: Sequence[str]) -> Mapping[str, str]:
        return self._bases.identities(references)

    def provide(self, references: Sequence[str]) -> Mapping[str, str]:
        """:raises FlowError: one of them could not be provided."""
        with self._turn:
            return {reference: self._one(reference) for reference in references}

    def _one(self, reference: str) -> str:
        if reference not in self._provided:
            try:
                self._provided[reference] = self._bases.provide([reference])[reference]
            except FlowError as error:
                self._provided[reference] = error
        found = self._provided[reference]
        if isinstance(found, FlowError):
            raise found
        return found
