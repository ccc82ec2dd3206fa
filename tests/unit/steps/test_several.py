"""Plans of several services, carried out side by side on fakes."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.plan import Verb
from build_tasks.planning.plans.several import plan_each
from build_tasks.steps.several import execute_each, outcome
from build_tasks.steps.side_by_side import Crew, Ended
from build_tasks.steps.workbench import Workbench
from tests.fakes import samples
from tests.unit.steps.shop import BASE, Shop

NAMES = ["delivery", "package"]


@dataclass
class CountingBases:
    """Base images, and who asked for what; those that are missing cannot be had."""

    missing: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    busy: threading.Lock = field(default_factory=threading.Lock)

    def identities(self, references: Sequence[str]) -> Mapping[str, str]:
        return {reference: reference for reference in references}

    def provide(self, references: Sequence[str]) -> Mapping[str, str]:
        assert self.busy.acquire(blocking=False), "two make something at the same time"
        try:
            for reference in references:
                self.asked.append(reference)
                if reference in self.missing:
                    raise FlowError("provide", f"no {reference}", code=ExitCode.UNAVAILABLE)
        finally:
            self.busy.release()
        return self.identities(references)


@pytest.fixture
def bases() -> CountingBases:
    return CountingBases()


@pytest.fixture
def bench(shop: Shop, bases: CountingBases) -> Workbench:
    """Two services on the same base; package also on one of its own."""
    package = f"FROM node:24 AS build\nFROM {BASE} AS testrunner\nFROM {BASE} AS final\n"
    shop.commit({"services/package/Dockerfile": package})
    services = {name: samples.service(name) for name in NAMES}
    return replace(shop.bench, services=services, bases=bases)


def run(bench: Workbench, verb: Verb, *, force: bool = False) -> dict[str, Ended[str]]:
    crew = Crew(2, bench.clock, lambda: None)
    plans = plan_each(verb, NAMES)
    ended = execute_each(bench, plans, crew, f"all.{verb.value}", reason="a change", force=force)
    return {one.service: one for one in ended}


def test_every_service_is_tested_in_a_step_of_its_own(shop: Shop, bench: Workbench) -> None:
    ended = run(bench, Verb.TEST)
    assert all("1 passed, 0 failed" in (one.answer or "") for one in ended.values())
    assert shop.reporter.beside == [{"all.test delivery": "delivery", "all.test package": "package"}]
    assert {"all.test delivery", "all.test package", "test delivery", "test package"} <= {*shop.reporter.done}


def test_bases_are_provided_once(bench: Workbench, bases: CountingBases) -> None:
    run(bench, Verb.IMAGE)
    assert sorted(bases.asked) == ["node:24", BASE]


def test_no_base_is_provided_for_what_was_built_before(bench: Workbench, bases: CountingBases) -> None:
    run(bench, Verb.IMAGE)
    bases.asked.clear()
    run(bench, Verb.IMAGE)
    assert bases.asked == []


def test_a_base_that_cannot_be_had_fails_only_who_is_built_on_it(
    bench: Workbench, bases: CountingBases
) -> None:
    bases.missing.add("node:24")
    ended = run(bench, Verb.TEST)
    assert ended["delivery"].error is None
    assert isinstance(ended["package"].error, FlowError)
    assert ended["package"].error.code is ExitCode.UNAVAILABLE


def test_a_dockerfile_that_cannot_be_read_is_its_own_services_failure(shop: Shop, bench: Workbench) -> None:
    shop.write({"services/package/Dockerfile": None})
    ended = run(bench, Verb.BUILD)
    assert ended["delivery"].error is None
    assert outcome(ended["package"]).exit_code == ExitCode.CONFIG


def test_charts_need_no_base(bench: Workbench, shop: Shop, bases: CountingBases) -> None:
    ended = run(bench, Verb.PACKAGE)
    assert ended["delivery"].error is None and bases.asked == []
    assert outcome(ended["package"]).outcome == "chart refused", "it has none"


def test_unchanged_inputs_are_not_tested_again_unless_forced(shop: Shop, bench: Workbench) -> None:
    run(bench, Verb.TEST)
    run(bench, Verb.TEST)
    assert len(shop.builder.environments) == 2
    run(bench, Verb.TEST, force=True)
    assert len(shop.builder.environments) == 4


def test_outcomes_say_what_happened() -> None:
    failed = FlowError("test package", "1 passed, 2 failed\nmore", code=ExitCode.TESTS_FAILED)
    told = [
        outcome(Ended("delivery", 1.234, "3 passed, 0 failed", None)),
        outcome(Ended("package", 2.0, None, failed)),
        outcome(Ended("workflow", 0.0, None, KeyError("x"))),
    ]
    assert [(o.outcome, o.exit_code, o.seconds, o.summary) for o in told] == [
        ("ok", 0, 1.2, "3 passed, 0 failed"),
        ("tests failed", 21, 2.0, "1 passed, 2 failed"),
        ("bug", 3, 0.0, "KeyError('x')"),
    ]
