"""``ci.generate``, and the flags of ``ci.plan`` and ``ci.run`` that generated pipelines use."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import yaml

from build_tasks.errors import ExitCode
from build_tasks.model.pipelines import CiSettings
from tests.fakes import samples
from tests.unit.steps.shop import BASE, Shop
from tests.unit.tasks.conftest import Inv, Typed

DOCKERFILE = f"FROM {BASE} AS build\nFROM build AS testrunner\nFROM build AS final\n"


@pytest.fixture
def two_services(shop: Shop) -> Shop:
    """``delivery`` and ``package``; the last commit on main concerns only the first."""
    shop.commit({"services/package/Dockerfile": DOCKERFILE})
    shop.commit({"services/delivery/app.py": "better\n"})
    shop.publish()
    services = {name: samples.service(name) for name in ("delivery", "package")}
    shop.bench = replace(shop.bench, services=services)
    return shop


def test_generate_says_what_became_of_each_file(shop: Shop, inv: Inv) -> None:
    tried = inv("ci.generate --system azure,gitlab --dry-run")
    assert (tried.code, tried.out) == (ExitCode.OK, ".gitlab-ci.yml: new\nazure-pipelines.yml: new\n")
    assert not (shop.root / "azure-pipelines.yml").exists()
    assert inv("ci.generate --system azure,gitlab").out == tried.out
    assert (shop.root / "azure-pipelines.yml").exists() and not (shop.root / ".github").exists()
    assert inv("ci.generate --system azure").out == "azure-pipelines.yml: unchanged\n"


def test_check_prints_a_patch_and_fails(shop: Shop, inv: Inv) -> None:
    inv("ci.generate --system gitlab")
    assert inv("ci.generate --system gitlab --check") == Typed(ExitCode.OK, "", "")
    ci = CiSettings(tags=("docker",))
    shop.bench = replace(shop.bench, settings=replace(shop.bench.settings, ci=ci))
    before = (shop.root / ".gitlab-ci.yml").read_text()
    found = inv("ci.generate --system gitlab --check")
    assert found.code is ExitCode.CONFIG
    assert found.out.splitlines()[:2] == ["--- a/.gitlab-ci.yml", "+++ b/.gitlab-ci.yml"]
    assert "+  tags: [docker]" in found.out
    assert "run ./inv ci.generate" in found.err
    assert (shop.root / ".gitlab-ci.yml").read_text() == before


def test_generate_for_the_systems_of_the_settings(shop: Shop, inv: Inv) -> None:
    assert inv("ci.generate").code is ExitCode.USAGE
    assert inv("ci.generate --check").code is ExitCode.USAGE
    assert inv("ci.generate --system jenkins").code is ExitCode.USAGE
    assert not (shop.root / "azure-pipelines.yml").exists()


def test_generate_over_somebody_elses_file(shop: Shop, inv: Inv) -> None:
    shop.write({".gitlab-ci.yml": "stages: []\n"})
    refused = inv("ci.generate --system gitlab")
    assert refused.code is ExitCode.CONFLICT and "nothing was written" in refused.err
    assert inv("ci.generate --system gitlab --force").out == ".gitlab-ci.yml: written anew\n"


def test_a_matrix_is_all_that_is_printed(two_services: Shop, inv: Inv) -> None:
    github = inv("ci.plan --matrix github")
    assert json.loads(github.out) == [{"name": "delivery", "only": "delivery"}]
    azure = inv("ci.plan --matrix azure")
    assert json.loads(azure.out) == {"delivery": {"leg": "delivery", "only": "delivery"}}
    assert github.out.count("\n") == azure.out.count("\n") == 1


def test_a_matrix_for_gitlab_is_a_pipeline(two_services: Shop, inv: Inv) -> None:
    main = yaml.safe_load(inv("ci.plan --matrix gitlab").out)
    assert main["service delivery"]["environment"] == {"name": "build", "action": "access"}
    assert "service package" not in main
    request = yaml.safe_load(inv("ci.plan --event pull_request --matrix gitlab").out)
    assert "environment" not in request.get("service delivery", {})


def test_the_limit_of_jobs_is_that_of_the_settings(two_services: Shop, inv: Inv) -> None:
    ci = CiSettings(jobs=1)
    two_services.bench = replace(two_services.bench, settings=replace(two_services.bench.settings, ci=ci))
    found = json.loads(inv("ci.plan --event schedule --matrix github").out)
    assert found == [{"name": "delivery-and-1-more", "only": "delivery,package"}]


def test_a_release_is_one_job(two_services: Shop, inv: Inv) -> None:
    found = json.loads(inv("ci.plan --branch release/package/v1.0.0 --matrix github").out)
    assert found == [{"name": "package", "only": "package"}]


def test_a_job_of_the_matrix_works_on_its_services_alone(two_services: Shop, inv: Inv) -> None:
    said = inv("ci.run --event schedule --only package --dry-run").out.splitlines()
    assert [line.split("(")[0].strip() for line in said[1:3]] == ["build package", "test package"]
    assert said[-1] == "  skip delivery: not among --only"
    nothing = inv("ci.run --only package --dry-run").out.splitlines()
    assert nothing[-1] == "  nothing to do"
    assert inv("ci.run --only package").code is ExitCode.OK and two_services.builder.built == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("ci.plan --matrix jenkins", "there is no CI system 'jenkins'"),
        ("ci.plan --matrix github,azure", "more than one CI system"),
        ("ci.run --only deliveri", "did you mean delivery?"),
    ],
)
def test_what_one_may_mistype(shop: Shop, inv: Inv, words: str, said: str) -> None:
    typed = inv(words)
    assert typed.code is ExitCode.USAGE and said in typed.err
    assert shop.builder.built == []
