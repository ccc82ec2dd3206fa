"""What the environment says goes before what the repository does."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.routes import Route
from build_tasks.wiring import Composition

_SETTINGS = """
[tool.build_tasks]
application = "shop"
platform.routes = ["path", "upstream"]
[tool.build_tasks.environments.prod]
cluster = "prod"
namespace = "shop"
production = true
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(_SETTINGS)
    return tmp_path


def test_routes_of_the_repository(root: Path) -> None:
    assert Composition(root, {}).routes == (Route.PATH, Route.UPSTREAM)


def test_routes_of_one_machine(root: Path) -> None:
    assert Composition(root, {"BUILD_TASKS_ROUTES": "packages"}).routes == (Route.PACKAGES,)


def test_a_route_that_there_is_not(root: Path) -> None:
    with pytest.raises(FlowError) as caught:
        _ = Composition(root, {"BUILD_TASKS_ROUTES": "internet"}).routes
    assert caught.value.code is ExitCode.USAGE
    assert "known: path, upstream, packages" in caught.value.why
    assert "BUILD_TASKS_ROUTES" in caught.value.fix
