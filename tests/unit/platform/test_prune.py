"""`platform.prune` on a fake host."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.build_cache import CACHE_TYPE
from build_tasks.model.images import Digest, Ref
from build_tasks.model.pruning import BuildRecord, CacheEntry, EngineImage, Place, PruneRules
from build_tasks.steps.platform.prune import PruneParts, carry_out, plan_prune
from build_tasks.steps.platform.status import status
from build_tasks.steps.platform.up import up
from tests.fakes.oci_content import put_image
from tests.fakes.platform import Ended, FakeWorld
from tests.fakes.platform_parts import platform_parts
from tests.fakes.pruning import FakeBuildCache, FakeCachedThings, FakeEngineContents
from tests.fakes.registry import FakeRegistry
from tests.fakes.registry_contents import FakeContents
from tests.fakes.reporter import FakeReporter

RULES = PruneRules(timedelta(days=7), keep=1, cache_limit=1000)
OLD = "2020-01-01T00:00:00Z"
REGISTRY = "build-tasks-local-registry"


class Yard:
    """A platform that is up, with a leftover of each kind."""

    def __init__(self) -> None:
        self.world = FakeWorld()
        self.platform = platform_parts(self.world)
        up(self.platform)
        self.world.go_on()
        registry = self.platform.registry
        assert isinstance(registry, FakeRegistry)
        self.registry = registry
        self.images = [self.add(number, f"202{number}-01-01T00:00:00Z") for number in (0, 1)]
        long_ago = self.platform.clock.now() - timedelta(days=99)
        self.engine = FakeEngineContents([EngineImage("id", ("build-tasks/node:0",), {}, long_ago, 7)])
        self.build_cache = FakeBuildCache([BuildRecord("r", "RUN make", 5, long_ago, True)])
        self.cache = FakeCachedThings([CacheEntry(Path("/cache/tools/kind/0"), 3, long_ago)])

    def add(self, number: int, created: str) -> Digest:
        ref = Ref("localhost:5001", "dev/delivery", f"v0.0.0-dev.i{number:012}")
        return put_image(self.registry, ref, layer=f"{number}".encode(), created=created)

    @property
    def parts(self) -> PruneParts:
        contents = FakeContents(self.registry)
        names = frozenset({"build-tasks/node:1"})
        return PruneParts(self.platform, contents, self.engine, self.build_cache, self.cache, lambda: names)

    def tags(self) -> set[str]:
        return set(self.registry.tags(Ref("localhost:5001", "dev/delivery")))

    @property
    def told(self) -> FakeReporter:
        assert isinstance(self.platform.reporter, FakeReporter)
        return self.platform.reporter


@pytest.fixture
def yard() -> Yard:
    return Yard()


def test_a_plan_changes_nothing(yard: Yard) -> None:
    plan = plan_prune(yard.parts, RULES)
    assert {one.place for one in plan.leftovers} == set(Place)
    assert yard.world.changes == []
    assert len(yard.tags()) == 2
    assert yard.engine.removed == []
    assert yard.build_cache.pruned == []


def test_what_the_plan_says_goes_and_the_second_time_nothing(yard: Yard) -> None:
    plan = plan_prune(yard.parts, RULES)
    assert carry_out(yard.parts, plan, RULES) == plan.size
    assert yard.tags() == {"v0.0.0-dev.i000000000001"}
    assert yard.engine.removed == ["build-tasks/node:0"]
    assert yard.build_cache.pruned == [(RULES.older_than, RULES.cache_limit)]
    assert yard.cache.there == []
    assert not plan_prune(yard.parts, RULES).of(Place.REGISTRY)


def test_garbage_is_collected_while_the_registry_is_down(yard: Yard) -> None:
    carry_out(yard.parts, plan_prune(yard.parts, RULES), RULES)
    ((image, command, volumes, beside),) = yard.world.ran
    assert (image, command[0]) == ("registry:1", "garbage-collect")
    assert volumes == {REGISTRY: "/var/lib/registry"}
    assert REGISTRY not in beside
    assert yard.world.containers[REGISTRY].running


@pytest.mark.parametrize("cluster", ["local-devtest", "local-prod"])
def test_what_runs_in_any_environment_stays(yard: Yard, cluster: str) -> None:
    yard.world.clusters[cluster].images.add(f"localhost:5001/dev/delivery@{yard.images[0]}")
    assert plan_prune(yard.parts, RULES).of(Place.REGISTRY) == ()


def test_a_cluster_that_does_not_answer_saves_the_registry(yard: Yard) -> None:
    del yard.world.clusters["local-prod"]
    plan = plan_prune(yard.parts, RULES)
    assert plan.of(Place.REGISTRY) == ()
    assert "prod does not answer" in plan.skipped[0]
    assert plan.of(Place.CACHE), "the rest is pruned all the same"


def test_a_registry_that_does_not_run_is_left_alone(yard: Yard) -> None:
    state = yard.world.containers[REGISTRY]
    yard.world.containers[REGISTRY] = replace(state, status="exited")
    plan = plan_prune(yard.parts, RULES)
    carry_out(yard.parts, plan, RULES)
    assert plan.skipped == ("registry: it does not run",)
    assert yard.world.ran == []


def test_the_build_cache_of_a_users_own_engine_is_left_alone(yard: Yard) -> None:
    parts = replace(yard.parts, build_cache=None)
    plan = plan_prune(parts, RULES)
    assert plan.of(Place.BUILD_CACHE) == ()
    assert "the engine is yours" in plan.skipped[0]
    carry_out(parts, plan, RULES)


def test_what_cannot_be_removed_is_told_and_passed_over(yard: Yard) -> None:
    yard.engine.busy.add("build-tasks/node:0")
    plan = plan_prune(yard.parts, RULES)
    assert carry_out(yard.parts, plan, RULES) == plan.size - 7
    assert yard.told.warnings == ["build-tasks/node:0 stays: a container uses it"]
    assert yard.cache.there == []


@pytest.mark.parametrize("effective", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(3))
def test_a_run_that_is_ended_leaves_a_platform_that_comes_up(
    yard: Yard, number: int, effective: bool
) -> None:
    yard.world.end_at, yard.world.effective = number, effective
    with pytest.raises(Ended):
        carry_out(yard.parts, plan_prune(yard.parts, RULES), RULES)
    yard.world.go_on()
    up(yard.platform)
    assert status(yard.platform).complete
    carry_out(yard.parts, plan_prune(yard.parts, RULES), RULES)
    assert yard.world.containers[REGISTRY].running


def test_a_collection_that_fails_leaves_the_registry_running(yard: Yard) -> None:
    class Broken(type(yard.platform.objects)):  # type: ignore[misc]
        def run_once(self, *_: object) -> str:
            raise FlowError("collect", "no", code=ExitCode.TOOL_FAILED)

    platform = replace(yard.platform, objects=Broken(yard.world))
    with pytest.raises(FlowError):
        carry_out(replace(yard.parts, platform=platform), plan_prune(yard.parts, RULES), RULES)
    assert yard.world.containers[REGISTRY].running


def test_what_was_signed_for_an_old_build_cache_goes_and_the_cache_that_is_used_stays(yard: Yard) -> None:
    """A cache is replaced under its tag; what was attached to the one before is of no use to anybody."""
    cache = Ref("localhost:5001", "delivery", "cache")
    signed = [yard.registry.add_image(cache, {}, layer) for layer in (b"before", b"now")]
    for digest in signed:
        artifact = yard.registry.attach(cache.at(digest), CACHE_TYPE, {"statement.json": b"{}"})
        hexes = [one.text.removeprefix("sha256:") for one in (digest, artifact)]
        own = cache.tagged(f"sha256-{hexes[0]}.{hexes[1][:40]}")
        yard.registry.copy(cache.at(artifact), own)  # the tag that the adapter gives it
    yard.platform.clock.pause(timedelta(days=9).total_seconds())
    plan = plan_prune(yard.parts, RULES)
    gone = [one.title for one in plan.of(Place.REGISTRY) if one.title.startswith("delivery:")]
    assert [title.partition(".")[0] for title in gone] == [
        f"delivery:{signed[0]}".replace("sha256:", "sha256-")
    ]
    carry_out(yard.parts, plan, RULES)
    assert yard.registry.digest(cache) == signed[1]
    assert len(yard.registry.attachments(cache, CACHE_TYPE)) == 1
