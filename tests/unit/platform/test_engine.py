"""Which engine is used, and what is raised on the host."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.local_platform import EngineChoice
from build_tasks.steps.platform.engine import choose_engine, ensure_engine, ensure_limits, fits
from tests.fakes.platform import FakeEngines, FakeManagedEngine, FakeWorld
from tests.fakes.platform_parts import FakeHost, platform_parts
from tests.fakes.reporter import FakeReporter

DEFAULT = "unix:///var/run/docker.sock"
OURS = "unix:///run/fake.sock"


def ours(*, runs: bool = False, reason: str = "") -> FakeManagedEngine:
    return FakeManagedEngine(FakeWorld(engine_runs=runs), reason=reason)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("23.0.0", True),
        ("29.0.0-beta", True),
        ("100.1", True),
        ("20.10.24", False),
        ("", False),
        ("dev", False),
    ],
)
def test_engines_from_23_fit(version: str, expected: bool) -> None:
    assert fits(version) is expected


def test_the_users_engine_is_preferred() -> None:
    choice = choose_engine(FakeEngines({DEFAULT: "27.1"}), ours())
    assert (choice.host, choice.version, choice.managed) == (DEFAULT, "27.1", False)


@pytest.mark.parametrize("versions", [{}, {DEFAULT: "20.10.24"}])
def test_ours_where_none_fits(versions: dict[str, str]) -> None:
    choice = choose_engine(FakeEngines(versions), ours())
    assert (choice.host, choice.managed) == (OURS, True)
    assert DEFAULT in choice.reason


def test_a_managed_engine_that_runs_is_kept_even_if_another_comes_along() -> None:
    assert choose_engine(FakeEngines({DEFAULT: "27.1"}), ours(runs=True)).managed


def test_docker_host_may_name_ours() -> None:
    assert choose_engine(FakeEngines(named=OURS), ours()).managed


@pytest.mark.parametrize("versions", [{}, {"tcp://build:2376": "19.03"}])
def test_an_engine_that_the_user_names_must_fit(versions: dict[str, str]) -> None:
    with pytest.raises(FlowError, match="DOCKER_HOST=tcp://build:2376") as refused:
        choose_engine(FakeEngines(versions, named="tcp://build:2376"), ours())
    assert refused.value.code is ExitCode.UNAVAILABLE


def test_where_ours_cannot_run_it_says_what_to_install() -> None:
    with pytest.raises(FlowError, match="needs root") as refused:
        choose_engine(FakeEngines(), ours(reason="needs root"))
    assert "install Docker Engine 23" in refused.value.fix


def test_the_users_engine_is_never_started() -> None:
    world = FakeWorld(engine_runs=False)
    parts = replace(platform_parts(world), engine=EngineChoice(DEFAULT, "27", False, "it fits"))
    ensure_engine(parts)
    assert world.changes == []


@pytest.mark.parametrize(("found", "expected"), [(128, 512), (511, 512), (512, 512), (8192, 8192), (-1, -1)])
def test_the_inotify_limit_is_raised_never_lowered(found: int, expected: int) -> None:
    world = FakeWorld(inotify=found)
    ensure_limits(platform_parts(world))
    assert world.inotify == expected


def test_a_limit_that_cannot_be_raised_is_told() -> None:
    class Locked(FakeHost):
        def raise_inotify_instances(self, to: int) -> bool:
            return False

    world, reporter = FakeWorld(inotify=128), FakeReporter()
    ensure_limits(replace(platform_parts(world), host=Locked(world), reporter=reporter))
    assert "sudo sysctl fs.inotify.max_user_instances=512" in reporter.warnings[0]
