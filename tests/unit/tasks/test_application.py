"""``app.*`` as it is typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode
from tests.fakes import samples
from tests.unit.steps.shop import BASE, Shop
from tests.unit.tasks.conftest import Inv


@pytest.fixture(autouse=True)
def two_services(shop: Shop) -> None:
    """``delivery``, which calls ``package``."""
    dockerfile = f"FROM {BASE} AS build\nFROM build AS testrunner\nFROM build AS final\n"
    shop.commit({"services/package/Dockerfile": dockerfile})
    services = {name: samples.service(name) for name in ("delivery", "package")}
    services["delivery"] = replace(services["delivery"], calls=("package",))
    shop.bench = replace(shop.bench, services=services)


def test_a_dry_run_names_what_is_called_first(inv: Inv) -> None:
    said = inv("app.deploy --dry-run")
    assert said.code is ExitCode.OK
    assert said.out.index("deploy package") < said.out.index("deploy delivery")


def test_what_calls_a_service_that_failed_is_named_and_left_alone(shop: Shop, inv: Inv) -> None:
    shop.write({"services/package/Dockerfile": None})
    said = inv("app.deploy")
    assert said.code is ExitCode.CONFIG
    assert shop.reporter.warnings == ["not deployed, they come after what failed: delivery"]
    assert shop.namespace("dev").releases.list() == []
