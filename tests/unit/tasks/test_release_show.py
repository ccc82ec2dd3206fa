"""``inv release.show`` as it is typed."""

from __future__ import annotations

import json

import pytest

from build_tasks.errors import ExitCode
from tests.unit.steps.shop import SIGNERS, Shop
from tests.unit.tasks.conftest import Inv


@pytest.fixture
def delivered(shop: Shop, inv: Inv) -> Shop:
    for environment in ("qa", "prod"):
        shop.smoke_test("0.1.0", environment=environment)
    assert inv("release.cut delivery --version 0.1.0 --push").code is ExitCode.OK
    assert inv("ci.run --branch release/delivery/v0.1.0").code is ExitCode.OK
    return shop


@pytest.mark.parametrize("words", ["delivery 0.1.0", "delivery v0.1.0", "delivery --version 0.1.0"])
def test_the_story_in_lines(delivered: Shop, inv: Inv, words: str) -> None:
    said = inv(f"release.show {words}")
    assert said.code is ExitCode.OK, said.err
    lines = said.out.splitlines()
    assert lines[0] == "delivery v0.1.0"
    assert "  cut by  cutter" in lines
    assert f"  commit  {delivered.source.head().sha}" in lines
    tests = next(line for line in lines if line.startswith("  test results"))
    assert "1 passed, 0 failed, 0 skipped" in tests and "slowest" in tests and "[builder on" in tests
    assert next(line for line in lines if line.startswith("  vulnerability scan  grype 1.0"))
    assert next(line for line in lines if line.startswith("  bill of materials  CycloneDX 1.6, 2 components"))
    assert next(line for line in lines if line.startswith("  build provenance  SLSA v0.2"))
    assert "  decisions  none yet" in lines
    assert "  in candidate  the same image" in lines and "  in prod  not there" in lines
    assert "  runs in qa  live, 2/2 ready, verified" in lines
    assert lines[-1] == "  evidence  complete"


def test_the_story_of_an_approved_version(delivered: Shop, inv: Inv) -> None:
    assert (
        inv(f"delivery.approve --version 0.1.0 --key {delivered.keys['ann']} --reason fine").code
        is ExitCode.OK
    )
    assert inv("delivery.promote --version 0.1.0").code is ExitCode.OK
    lines = inv("release.show delivery 0.1.0").out.splitlines()
    approval = next(line for line in lines if line.startswith("  approve by ann on"))
    assert "counts until" in approval and approval.endswith(": fine")
    assert "  in prod  the same image" in lines
    assert next(line for line in lines if line.startswith("  runs in prod  live"))


def test_what_does_not_count_is_told(delivered: Shop, inv: Inv) -> None:
    delivered.commit({SIGNERS: delivered.signers(builder="git")})
    delivered.publish()
    lines = inv("release.show delivery 0.1.0").out.splitlines()
    assert next(line for line in lines if line.startswith("  cut by nobody who counts: "))
    assert len([line for line in lines if "NOT ENOUGH: signed by no accepted builder" in line]) == 6
    assert lines[-1] == "  evidence  does not do for production"


def test_the_story_as_json(delivered: Shop, inv: Inv) -> None:
    story = json.loads(inv("release.show delivery 0.1.0 --json").out)
    assert (story["service"], story["version"], story["cut_by"], story["complete"]) == (
        "delivery",
        "v0.1.0",
        "cutter",
        True,
    )
    assert [piece["kind"] for piece in story["evidence"]] == [
        "inputs",
        "test results",
        "vulnerability scan",
        "bill of materials",
        "build provenance",
        "version and chart",
    ]
    assert story["deployed"][0]["environment"] == "qa"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("release.show deliveri 0.1.0", "did you mean delivery?"),
        ("release.show delivery 1.0", "is not a SemVer"),
        ("release.show delivery 0.9.0", "it was never pushed"),
    ],
)
def test_what_one_may_mistype(inv: Inv, words: str, said: str) -> None:
    typed = inv(words)
    assert typed.code is ExitCode.USAGE
    assert said in typed.err and "Traceback" not in typed.err


def test_a_version_has_to_be_named(inv: Inv) -> None:
    assert "did not receive required positional arguments: 'version'" in inv("release.show delivery").err
