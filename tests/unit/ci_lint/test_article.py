"""The article's own trigger block, in a repository like its reference implementation's.

Its mistakes are the ones that a pipeline of ours must not make: a typo in a branch filter, a trigger that
misses a folder which the Dockerfile copies, an image that pull requests never build, no scan, and `latest`.
"""

from __future__ import annotations

import pytest

from build_tasks.model.ci_lint import LintFinding, LintRule
from tests.unit.ci_lint.monorepo import Monorepo

TRIGGER = """trigger:
  batch: true
  branches:
    include:
    # for new release to production: release flow strategy
    - release/{service}/v*
    - refs/relelase/{service}/v*
    - master
    - feature/{service}/*
    - topic/{service}/*
  paths:
    include:
    - /src/shipping/{service}/
"""
#: The build and test steps of the article, and the conditions of the reference implementation.
STEPS = """
variables:
  dockerFileName: src/shipping/{service}/Dockerfile
  imageName: {service}:$(Build.SourceBranchName)
jobs:
- job: ci
  variables:
    fullCI: $[ startsWith(variables['build.sourceBranch'], 'refs/heads/release/{service}/v') ]
    buildImage: $[ eq(variables['build.sourceBranch'], 'refs/head/master') ]
  steps:
  - task: Docker@1
    inputs:
      arguments: '--pull --target testrunner'
      dockerFile: $(System.DefaultWorkingDirectory)/$(dockerFileName)
      imageName: '$(imageName)-test'
  - task: Docker@1
    inputs: {{command: run, containerName: testrunner, imageName: '$(imageName)-test'}}
  - task: Docker@1
    condition: or(eq(variables['buildImage'],True),eq(variables['fullCI'],True))
    inputs:
      dockerFile: $(System.DefaultWorkingDirectory)/$(dockerFileName)
      includeLatestTag: {latest}
      imageName: '$(imageName)'
  - task: Docker@1
    condition: eq(variables['fullCI'],True)
    inputs: {{command: Push an image, imageName: '$(imageName)', includeSourceTags: false}}
"""


def pipeline(service: str, *, latest: str = "true") -> dict[str, str]:
    text = TRIGGER.format(service=service) + STEPS.format(service=service, latest=latest)
    return {f"src/shipping/{service}/azure-pipelines.yml": text}


def at(findings: list[LintFinding], rule: LintRule) -> list[tuple[int, str, str]]:
    return [(one.line, one.message, one.fix) for one in findings if one.rule is rule]


def test_the_article_s_trigger_block_on_its_own(repo: Monorepo) -> None:
    """As it stands in the article; the delivery service copies nothing from elsewhere."""
    repo.commit({"src/shipping/delivery/azure-pipelines.yml": TRIGGER.format(service="delivery")})
    [finding] = repo.lint().findings
    assert (finding.line, finding.rule) == (7, LintRule.DEAD_BRANCH)
    assert finding.message == (
        "the branch filter 'refs/relelase/delivery/v*' can never match: nothing is called so:"
        " below refs/ there are heads/, tags/, pull/, merge-requests/ only"
    )
    assert finding.fix == "did you mean release/delivery/v*?"


def test_a_trigger_that_misses_a_copied_folder(repo: Monorepo) -> None:
    found = repo.found(LintRule.MISSED_INPUT, pipeline("dronescheduler"))
    assert at(found, LintRule.MISSED_INPUT) == [
        (
            12,
            "dronescheduler is built from src/shipping/common (its Dockerfile copies src/shipping/common),"
            " which this filter leaves out",
            "add src/shipping/common",
        )
    ]


def test_the_trigger_with_the_folder_added_is_right(repo: Monorepo) -> None:
    files = pipeline("dronescheduler")
    [(path, text)] = files.items()
    repo.commit(
        {
            path: text.replace(
                "    - /src/shipping/dronescheduler/\n",
                "    - src/shipping/dronescheduler\n    - src/shipping/common\n",
            )
        }
    )
    assert at(list(repo.lint().findings), LintRule.MISSED_INPUT) == []


def test_pull_requests_never_build_the_image(repo: Monorepo) -> None:
    """Build.SourceBranch of a pull request is refs/pull/1/merge, so neither condition holds."""
    [(line, message, _)] = at(repo.found(LintRule.NO_IMAGE, pipeline("delivery")), LintRule.NO_IMAGE)
    assert (line, message) == (
        31,
        "the image is built here, but no condition on the way to it can hold for a pull request",
    )


def test_no_scan_although_the_article_promises_one(repo: Monorepo) -> None:
    [(line, message, _)] = at(repo.found(LintRule.NO_SCAN, pipeline("delivery")), LintRule.NO_SCAN)
    assert line == 31
    assert message == "this pipeline builds an image, and nothing in it scans an image for vulnerabilities"


@pytest.mark.parametrize(("latest", "lines"), [("true", [31]), ("false", [])])
def test_latest_pushed_by_default(repo: Monorepo, latest: str, lines: list[int]) -> None:
    found = repo.found(LintRule.LATEST, pipeline("delivery", latest=latest))
    assert [one.line for one in found] == lines


def test_a_condition_with_a_ref_that_cannot_be(repo: Monorepo) -> None:
    """The reference implementation's validation pipelines compare with refs/head/master."""
    found = repo.found(LintRule.DEAD_BRANCH, pipeline("delivery"))
    assert [(one.line, one.fix) for one in found] == [
        (7, "did you mean release/delivery/v*?"),
        (22, "did you mean refs/heads/master?"),
    ]


def test_corrected_it_has_no_mistake(repo: Monorepo) -> None:
    [(path, text)] = pipeline("dronescheduler", latest="false").items()
    right = (
        text.replace("    - refs/relelase/dronescheduler/v*\n", "")
        .replace("refs/head/master", "refs/heads/master")
        .replace(
            "    - /src/shipping/dronescheduler/\n",
            "    - src/shipping/dronescheduler\n    - src/shipping/common\n",
        )
        .replace("    condition: or(eq(variables['buildImage'],True),eq(variables['fullCI'],True))\n", "")
    )
    repo.commit({path: right + "  - script: trivy image --exit-code 1 $(imageName)\n"})
    report = repo.lint()
    assert (report.findings, report.files) == ((), (path,))
