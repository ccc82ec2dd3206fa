"""The three systems run for the branches that the flow's table calls something for, and for no others.

Those are the ones that `ci.lint` takes for the flow's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from build_tasks.errors import FlowError
from build_tasks.model.event import BuildEvent, EventKind
from build_tasks.planning.ci.triggers import Extent, trigger
from build_tasks.planning.ci_lint.conditions.refs import flow_refs
from build_tasks.planning.ci_lint.patterns.automaton import automaton
from build_tasks.planning.pipelines.azure import azure
from build_tasks.planning.pipelines.github import github
from build_tasks.planning.pipelines.gitlab import gitlab
from build_tasks.planning.pipelines.model import is_reviewed
from tests.fakes.pipelines import pipeline
from tests.unit.planning.pipelines.reading import read

CALLED_FOR = [
    "main",
    "release/delivery/v1.0.2",
    "release/delivery/v1.0.2-rc.1",
    "release/nobody/v1.0.0",
    "release/delivery/1.0",
    "feature/delivery/x",
    "feature/package/deep/er",
    "topic/delivery/x",
]
OTHERS = [
    "mainline",
    "main/x",
    "docs/x",
    "features/delivery/x",
    "releases/delivery/v1.0.0",
    "relelase/delivery/v1",
]


def extent(branch: str) -> str:
    try:
        return trigger(
            BuildEvent(EventKind.PUSH, branch, "", "c0ffee"), "main", ["delivery", "package"]
        ).extent
    except FlowError:
        return "refused"  # which takes a run to be told


def github_runs(branch: str) -> bool:
    """``**`` matches any characters, ``*`` none of ``/``."""
    patterns: list[str] = []
    for text in github(pipeline()).values():
        patterns += (read(text)["on"].get("push") or {}).get("branches", [])
    regexes = [re.escape(p).replace(r"\*\*", ".*").replace(r"\*", "[^/]*") for p in patterns]
    return any(re.fullmatch(regex, branch) for regex in regexes)


def azure_runs(branch: str) -> bool:
    """``*`` matches any characters."""
    patterns: Sequence[str] = read(azure(pipeline())["azure-pipelines.yml"])["trigger"]["branches"]["include"]
    return any(re.fullmatch(re.escape(p).replace(r"\*", ".*"), branch) for p in patterns)


def gitlab_runs(branch: str) -> bool:
    """The first rule that holds creates the pipeline."""
    for rule in read(gitlab(pipeline())[".gitlab-ci.yml"])["workflow"]["rules"][1:]:
        if equal := re.fullmatch(r'\$CI_COMMIT_BRANCH == "(.*)"', rule["if"]):
            found = branch == equal[1]
        else:
            pattern = re.fullmatch(r"\$CI_COMMIT_BRANCH =~ /(.*)/", rule["if"])
            assert pattern
            found = bool(re.search(pattern[1], branch))
        if found:
            return True
    return False


@pytest.mark.parametrize("branch", [*CALLED_FOR, *OTHERS])
def test_a_push(branch: str) -> None:
    wanted = branch in CALLED_FOR
    assert (extent(branch) != Extent.NOTHING) == wanted
    assert (github_runs(branch), azure_runs(branch), gitlab_runs(branch)) == (wanted, wanted, wanted)


@pytest.mark.parametrize("branch", [*CALLED_FOR, *OTHERS])
def test_a_name_in_somebody_s_filter(branch: str) -> None:
    """It can be a branch of the flow if a push to it is answered by more than a refusal."""
    flow = automaton(flow_refs("main", ["delivery", "package"], ()))
    assert flow.accepts(f"refs/heads/{branch}") == (extent(branch) not in (Extent.NOTHING, "refused"))


def test_what_may_sign_evidence() -> None:
    def reviewed(kind: EventKind, branch: str) -> bool:
        return is_reviewed(BuildEvent(kind, branch, "", "c0ffee"), "main")

    assert reviewed(EventKind.PUSH, "main") and reviewed(EventKind.PUSH, "release/delivery/v1.0.2")
    assert not reviewed(EventKind.PUSH, "feature/delivery/x")
    assert not reviewed(EventKind.PULL_REQUEST, "main")
    assert not reviewed(EventKind.PULL_REQUEST, "release/delivery/v1.0.2")
