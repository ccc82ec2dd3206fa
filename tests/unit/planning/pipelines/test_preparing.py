"""Which jobs bring the tools first: those that build or deploy. The plan reads git, the gate nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest

from build_tasks.model.pipelines import CiSettings
from build_tasks.planning.pipelines.azure import azure
from build_tasks.planning.pipelines.github import github
from build_tasks.planning.pipelines.gitlab import gitlab, gitlab_child
from build_tasks.planning.pipelines.matrix import Leg
from tests.fakes.pipelines import EVERYTHING, OWN_AGENTS, pipeline
from tests.unit.planning.pipelines.reading import Tree, every, read

JobsOf = Callable[[CiSettings], Iterator[Tree]]
_TASK = re.compile(r"\./inv \S*(?:ci\.run|ci\.deliver|\.promote)")


def of_github(ci: CiSettings) -> Iterator[Tree]:
    for text in github(pipeline(ci)).values():
        yield from read(text)["jobs"].values()


def of_azure(ci: CiSettings) -> Iterator[Tree]:
    for text in azure(pipeline(ci)).values():
        for jobs in every(read(text), "jobs"):
            yield from jobs


def of_gitlab(ci: CiSettings) -> Iterator[Tree]:
    made = pipeline(ci)
    for text in [*gitlab(made).values(), gitlab_child(made, [Leg("delivery", "delivery")], reviewed=True)]:
        yield from (job for job in read(text).values() if isinstance(job, dict) and "script" in job)


@pytest.mark.parametrize("ci", [EVERYTHING, OWN_AGENTS])
@pytest.mark.parametrize("jobs_of", [of_github, of_azure, of_gitlab])
def test_what_builds_or_deploys_is_prepared_and_nothing_else(jobs_of: JobsOf, ci: CiSettings) -> None:
    jobs = [json.dumps(job).replace('\\"', "") for job in jobs_of(ci)]
    working = [job for job in jobs if _TASK.search(job)]
    assert len(working) >= 3 and len(working) < len(jobs)
    assert [job for job in jobs if ci.prepare in job] == working
    assert all(_TASK.search(job, job.index(ci.prepare)) for job in working)


@pytest.mark.parametrize("jobs_of", [of_github, of_azure, of_gitlab])
def test_there_is_a_plan_among_those_that_are_not(jobs_of: JobsOf) -> None:
    plans = [text for text in map(json.dumps, jobs_of(OWN_AGENTS)) if "ci.plan" in text]
    assert plans and not any(OWN_AGENTS.prepare in plan for plan in plans)


def test_who_brings_no_tools_keeps_none() -> None:
    """A folder that is not there fails the job that is to keep it."""
    jobs = [json.dumps(job) for job in of_azure(EVERYTHING)]
    assert [job for job in jobs if "Restore the tools" in job] == [job for job in jobs if _TASK.search(job)]
