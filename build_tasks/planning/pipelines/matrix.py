"""A plan as jobs of a CI system: one for each service that the plan does something for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from build_tasks.model.plan import Plan
from build_tasks.planning.plans.several import apart


@dataclass(frozen=True)
class Leg:
    """One job of a matrix.

    :param name: names the job: letters, digits and dashes.
    :param only: the services it works on, as ``--only`` takes them.
    """

    name: str
    only: str


def legs(plan: Plan, at_most: int) -> tuple[Leg, ...]:
    """The jobs; several services share one where there would be more than ``at_most``."""
    services = list(apart(plan))
    each, more = divmod(len(services), at_most)
    sizes = [each + (number < more) for number in range(at_most)]
    starts = [sum(sizes[:number]) for number in range(at_most)]
    return tuple(_leg(services[s : s + n]) for s, n in zip(starts, sizes, strict=True) if n)


def _leg(services: Sequence[str]) -> Leg:
    others = f"-and-{len(services) - 1}-more" if len(services) > 1 else ""
    return Leg(services[0] + others, ",".join(services))


def github_matrix(jobs: Sequence[Leg]) -> str:
    """For ``strategy.matrix.include``: a list of objects."""
    return json.dumps([{"name": job.name, "only": job.only} for job in jobs])


def azure_matrix(jobs: Sequence[Leg]) -> str:
    """For ``strategy.matrix``: variables by job. A job's name takes no dashes, a variable's value does.

    https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/jobs-job-strategy
    """
    return json.dumps({job.name.replace("-", "_"): {"leg": job.name, "only": job.only} for job in jobs})
