"""The local platform's own builder has a key; main decides whether it counts."""

from __future__ import annotations

from build_tasks.model.local_platform import PartState, PartStatus, PlatformStatus, Verdict
from build_tasks.steps.platform.builder_key import builder_key_status, check_builder_key, ensure_builder_key
from build_tasks.steps.platform.doctor import doctor
from build_tasks.steps.platform.down import down
from build_tasks.steps.platform.status import status
from build_tasks.steps.platform.up import up
from tests.fakes.platform import FakeWorld
from tests.fakes.platform_parts import platform_parts
from tests.fakes.reporter import FakeReporter

LINE = 'builder-local namespaces="evidence@build-tasks" ssh-ed25519 AAAAbuilder-local'


def test_the_key_is_made_once_and_its_line_is_told() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    assert isinstance(parts.reporter, FakeReporter)
    assert [note for note in parts.reporter.notes if LINE in note]
    world.go_on()
    ensure_builder_key(parts)
    assert world.changes == []


def test_it_is_a_part_of_the_platform() -> None:
    parts = platform_parts(FakeWorld())
    missing = PartStatus("builder's key", "/state/local/builder", PartState.MISSING, "exists", "-")
    assert builder_key_status(parts) == missing
    up(parts)
    assert _row(status(parts)).state is PartState.OK


def test_the_doctor_says_what_it_takes_to_count() -> None:
    parts = platform_parts(FakeWorld())
    without = check_builder_key(parts)
    assert (without.verdict, without.fix) == (Verdict.FAILED, "run `./inv platform.up`")
    up(parts)
    [found] = [result for result in doctor(parts) if result.name == "builder's key"]
    assert found.verdict is Verdict.OK and LINE in found.found


def test_it_goes_with_its_platform() -> None:
    world = FakeWorld()
    parts = platform_parts(world)
    up(parts)
    down(parts)
    assert parts.instance.builder_key not in world.files


def _row(found: PlatformStatus) -> PartStatus:
    [row] = [part for part in found.parts if part.kind == "builder's key"]
    return row
