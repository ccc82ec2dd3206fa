"""What is left of Helm's messages."""

from __future__ import annotations

import pytest

from build_tasks.adapters.helm.failures import deploy_failure
from build_tasks.adapters.helm.failures import test_failure as failed_test
from build_tasks.adapters.helm.messages import findings, reason
from build_tasks.errors import ExitCode, ToolError

_HELM_3 = (
    'Error: template: demo/templates/cm.yaml:7:5: executing "demo/templates/cm.yaml" at '
    '<include "demo.labels" .>: error calling include: template: demo/templates/_helpers.tpl:2:13: '
    'executing "demo.labels" at <.Values.foo.bar>: nil pointer evaluating interface {}.bar\n'
    "\nUse --debug flag to render out invalid YAML\n"
)
_HELM_4 = """Error: demo/templates/cm.yaml:7:5
  executing "demo/templates/cm.yaml" at <include "demo.labels" .>:
    error calling include:
demo/templates/_helpers.tpl:2:13
  executing "demo.labels" at <.Values.foo.bar>:
    nil pointer evaluating interface {}.bar

Use --debug flag to render out invalid YAML
"""


@pytest.mark.parametrize("said", [_HELM_3, _HELM_4])
def test_the_last_link_of_a_chain_is_the_cause(said: str) -> None:
    expected = (
        "demo/templates/_helpers.tpl:2:13: at <.Values.foo.bar>: nil pointer evaluating interface {}.bar"
    )
    assert reason(said) == expected


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (
            "Error: execution error at (d/t/cm.yaml:7:8): set image\n\nUse --debug",
            "d/t/cm.yaml:7:8: set image",
        ),
        ("level=WARN msg=x\nError: parse error at (d/t/cm.yaml:7): bad", "d/t/cm.yaml:7: bad"),
        (
            "Error: YAML parse error on d/t/cm.yaml: error converting YAML to JSON: yaml: line 6: no key",
            "d/t/cm.yaml: not valid YAML once rendered: line 6: no key",
        ),
        ("Error: UPGRADE FAILED: another operation is in progress", "another operation is in progress"),
        ("something without a prefix", "something without a prefix"),
    ],
)
def test_prefixes_go_and_places_come_first(said: str, left: str) -> None:
    assert reason(said) == left


def test_findings_once_each_without_information() -> None:
    said = """==> Linting c
[INFO] Chart.yaml: icon is recommended
[WARNING] templates/two.yaml: object name does not conform
[ERROR] templates/: validation: version "one" is invalid
[ERROR] values.yaml: - at '/k': got number, want string

[ERROR] values.yaml: - at '/k': got number, want string
[ERROR] : unable to load chart
\tvalidation: version "one" is invalid

1 chart(s) linted, 1 chart(s) failed
"""
    assert findings(said) == (
        "[WARNING] templates/two.yaml: object name does not conform",
        '[ERROR] validation: version "one" is invalid',
        "[ERROR] values.yaml: - at '/k': got number, want string",
    )


def _failed(stderr: str, stdout: str = "") -> ToolError:
    return ToolError("what", "helm ended with status 1", tool="helm", status=1, stdout=stdout, stderr=stderr)


@pytest.mark.parametrize(
    ("stderr", "code"),
    [
        ("Error: kubernetes cluster unreachable: dial tcp: connection refused", ExitCode.UNAVAILABLE),
        ("Error: UPGRADE FAILED: another operation (install) is in progress", ExitCode.DEPLOY_FAILED),
        ("Error: execution error at (d/t/cm.yaml:7:8): set image", ExitCode.CHART_REFUSED),
        ("Error: values don't meet the specifications of the schema(s)", ExitCode.CHART_REFUSED),
        ('Error: admission webhook "x" denied the request: not from prod/', ExitCode.DEPLOY_FAILED),
        ("", ExitCode.DEPLOY_FAILED),
    ],
)
def test_each_failure_has_its_code(stderr: str, code: ExitCode) -> None:
    error = deploy_failure("deploy x", _failed(stderr))
    assert error.code is code
    assert error.why


def test_a_failed_test_brings_its_log() -> None:
    stdout = "NAME: x\nPhase: Failed\n\nPOD LOGS: x-smoke (main)\nno answer\n"
    error = failed_test("verify x", _failed("Error: 1 error occurred:\n\t* pod x-smoke failed\n", stdout))
    assert error.code is ExitCode.VERIFY_FAILED
    assert error.details == ("POD LOGS: x-smoke (main)", "no answer")


def test_a_test_that_no_cluster_ran_did_not_fail() -> None:
    error = failed_test("verify x", _failed("Error: kubernetes cluster unreachable: connection refused"))
    assert error.code is ExitCode.UNAVAILABLE
