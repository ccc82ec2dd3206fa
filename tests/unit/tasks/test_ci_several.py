"""``ci.run`` for a change that concerns several services."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode
from tests.fakes import samples
from tests.unit.steps.shop import BASE, Shop
from tests.unit.tasks.conftest import Inv
from tests.unit.tasks.test_all_services import FAILED


@pytest.fixture(autouse=True)
def two_services_changed(shop: Shop) -> None:
    """The last commit on main concerns ``delivery`` and ``package``."""
    dockerfile = f"FROM {BASE} AS build\nFROM build AS testrunner\nFROM build AS final\n"
    shop.commit({"services/package/Dockerfile": dockerfile, "services/delivery/app.py": "better\n"})
    shop.publish()
    services = {name: samples.service(name) for name in ("delivery", "package")}
    shop.bench = replace(shop.bench, services=services)


def test_one_that_fails_hides_nothing_of_the_others(inv: Inv) -> None:
    said = inv("ci.run")
    assert said.code is ExitCode.CHART_REFUSED  # the new service has no chart yet
    assert [line.split()[:2] for line in said.out.splitlines()[1:]] == [
        ["delivery", "ok"],
        ["package", "chart"],
    ]


def test_each_failure_has_its_line(shop: Shop, inv: Inv) -> None:
    shop.tests_say(FAILED)
    said = inv("ci.run -j 1")
    assert said.code is ExitCode.TESTS_FAILED
    assert said.out.count("tests failed") == 2


def test_how_many_at_once_is_asked_before_anything_is_done(shop: Shop, inv: Inv) -> None:
    assert inv("ci.run --jobs=-1").code is ExitCode.USAGE
    assert shop.builder.built == []


def test_a_dry_run_touches_nothing(shop: Shop, inv: Inv) -> None:
    assert inv("ci.run --dry-run").code is ExitCode.OK
    assert shop.builder.built == []


def test_force_builds_and_tests_what_was_built_and_tested(shop: Shop, inv: Inv) -> None:
    inv("ci.run")
    once = len(shop.builder.built)
    inv("ci.run")
    assert len(shop.builder.built) == once
    inv("ci.run --force")
    assert len(shop.builder.built) > once
