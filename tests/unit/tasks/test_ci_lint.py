"""`inv ci.lint` as it is typed."""

from __future__ import annotations

import json

import pytest

from build_tasks.errors import ExitCode
from tests.unit.steps.shop import Shop
from tests.unit.tasks.conftest import Inv

WRONG = "trigger:\n- main\n- refs/relelase/delivery/v*\nsteps:\n- script: ./inv ci.run\n"
UNSEEN = "trigger: [main]\nextends:\n  template: build.yml@templates\n"


def test_nothing_to_look_at(inv: Inv) -> None:
    said = inv("ci.lint")
    assert (said.code, said.out) == (ExitCode.OK, "there is no pipeline file\n")


def test_a_mistake_is_a_wrong_configuration(shop: Shop, inv: Inv) -> None:
    shop.commit({"azure-pipelines.yml": WRONG})
    said = inv("ci.lint")
    assert said.code is ExitCode.CONFIG
    assert said.out.splitlines() == [
        "azure-pipelines.yml:3: dead-branch: the branch filter 'refs/relelase/delivery/v*' can never match:"
        " nothing is called so: below refs/ there are heads/, tags/, pull/, merge-requests/ only",
        "    to do: did you mean release/delivery/v*?",
        "1 pipeline file, 1 mistake",
    ]


def test_findings_as_json(shop: Shop, inv: Inv) -> None:
    shop.commit({"azure-pipelines.yml": WRONG, ".gitlab-ci.yml": "job:\n  script: make\n"})
    said = inv("ci.lint --json")
    assert said.code is ExitCode.CONFIG
    report = json.loads(said.out)
    assert report["files"] == [".gitlab-ci.yml", "azure-pipelines.yml"]
    [finding] = report["findings"]
    assert (finding["file"], finding["line"], finding["rule"]) == ("azure-pipelines.yml", 3, "dead-branch")
    assert finding["fix"] == "did you mean release/delivery/v*?"


@pytest.mark.parametrize(("flags", "code"), [("", ExitCode.OK), (" --strict", ExitCode.CONFIG)])
def test_what_could_not_be_judged_fails_only_if_it_is_to(
    shop: Shop, inv: Inv, flags: str, code: ExitCode
) -> None:
    shop.commit({"azure-pipelines.yml": UNSEEN})
    said = inv(f"ci.lint{flags}")
    assert said.code is code
    assert said.out.splitlines()[-1] == "1 pipeline file, 0 mistakes, 1 not looked into"


def test_some_files_only(shop: Shop, inv: Inv) -> None:
    shop.commit({"azure-pipelines.yml": WRONG, "a/azure-pipelines.yml": WRONG, "b.yml": "- just a list\n"})
    assert inv("ci.lint --files a/azure-pipelines.yml").out.splitlines()[-1] == "1 pipeline file, 1 mistake"
    two = inv("ci.lint --files a/azure-pipelines.yml,azure-pipelines.yml")
    assert two.out.splitlines()[-1] == "2 pipeline files, 2 mistakes"
    for words, why in (("nowhere.yml", "there is no file nowhere.yml"), ("b.yml", "b.yml: neither Azure's")):
        said = inv(f"ci.lint --files {words}")
        assert said.code is ExitCode.USAGE
        assert why in said.err and "to do:" in said.err


def test_a_pipeline_that_misses_an_input(shop: Shop, inv: Inv) -> None:
    text = "on:\n  push:\n    paths: ['services/delivery/**']\n"
    text += "jobs:\n  a:\n    steps:\n    - run: ./inv delivery.test\n"
    shop.commit({".github/workflows/delivery.yml": text})
    said = inv("ci.lint")
    assert "delivery.yml:3: missed-input: delivery is built from services/shared" in said.out
    assert "(its Dockerfile copies services/shared), which this filter leaves out" in said.out
    assert "    to do: add services/shared/**" in said.out
