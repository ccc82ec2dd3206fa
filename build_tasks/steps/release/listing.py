"""The versions of services, and how far each came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from typing import TypeVar

from build_tasks.errors import FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.overview import ReleasedVersion
from build_tasks.model.service import Service
from build_tasks.model.source import TagObject
from build_tasks.model.version import Version
from build_tasks.planning.names import record_tag
from build_tasks.steps.delivery.running import Running, running_in
from build_tasks.steps.release.progress import Cut, progress
from build_tasks.steps.release.release import (
    allowed_signers,
    fetch_if_reachable,
    required_approvals,
    taken_versions,
)
from build_tasks.steps.workbench import Workbench

Found = TypeVar("Found")

#: Questions that are asked at the same time: each waits for a registry, a cluster or a program.
_AT_ONCE = 16


def released(
    bench: Workbench, services: Sequence[Service], environments: Sequence[Environment], *, last: int = 0
) -> list[ReleasedVersion]:
    """The versions of the services, in the services' order, of each the one that was cut last first.

    Those that nobody cut come last, the highest first.

    :param environments: where to look for what runs; one that does not answer is told and passed over.
    :param last: only so many of each service; 0: all.
    :raises FlowError: UNAVAILABLE if the registry does not answer.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:

        def ask(question: Callable[..., Found], *about: object) -> Future[Found]:
            return pool.submit(copy_context().run, question, *about)

        running = [ask(running_in, bench, environment) for environment in environments]
        fetch_if_reachable(bench, "what was cut elsewhere may be missing")
        signers, required = _signers(bench), required_approvals(bench)
        taken = [ask(taken_versions, bench, service) for service in services]
        tags = bench.source.signed_tags("record/")
        cuts = [
            cut
            for service, versions in zip(services, taken, strict=True)
            for cut in _newest(bench, service, versions.result(), tags, last)
        ]
        asked = [ask(progress, bench, cut, signers, required) for cut in cuts]
        runs = [*_answered(bench, environments, running)]
        return [_with(cut, told.result(), runs) for cut, told in zip(cuts, asked, strict=True)]


def _signers(bench: Workbench) -> str:
    """Whose signatures count; nobody's where main does not say, which is told."""
    try:
        return allowed_signers(bench)
    except FlowError as error:
        bench.reporter.warn(f"no signature counts: {error.why}")
        return ""


def _newest(
    bench: Workbench,
    service: Service,
    versions: Sequence[Version],
    tags: Mapping[str, TagObject],
    last: int,
) -> list[Cut]:
    cuts = [Cut(service, version, tags.get(record_tag(service.name, version))) for version in versions]
    cuts.sort(key=lambda cut: (cut.when, cut.version), reverse=True)
    if last and len(cuts) > last:
        bench.reporter.note(f"{service.name}: {len(cuts) - last} older left out")
    return cuts[: last or None]


def _answered(
    bench: Workbench, environments: Sequence[Environment], asked: Sequence[Future[Running]]
) -> Iterator[Running]:
    for environment, one in zip(environments, asked, strict=True):
        try:
            yield one.result()
        except FlowError as error:
            bench.reporter.warn(f"what runs in {environment.name} is not known: {error.why}")


def _with(cut: Cut, told: ReleasedVersion, runs: Sequence[Running]) -> ReleasedVersion:
    there = [running for running in runs if running.runs(cut.service, cut.version)]
    return replace(
        told,
        runs=tuple(running.environment for running in there),
        live=tuple(r.environment for r in there if r.live.get(cut.service.name) == cut.version),
    )
