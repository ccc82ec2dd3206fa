"""Base images that lack security updates are made anew, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from build_tasks.adapters.machine.private_files import LocalPrivateFiles
from build_tasks.model.scan import Unreachable
from build_tasks.planning.scanning.patch_level import SecurityIndex, SuitePackage
from build_tasks.steps.platform.base_images import DerivedImages, StandIns
from build_tasks.steps.platform.updates import TakeUpdates, UpdatedBase, UpdateState
from tests.fakes.clock import FakeClock
from tests.fakes.reporter import FakeReporter
from tests.unit.provisioning.workshop import Workshop

PYTHON = "python:3.13-slim-trixie"
LISTED = "libssl3t64 3.5.1-1 amd64 openssl 3.5.1-1\ntzdata 2025a-1 all tzdata 2025a-1\n"
#: The evening before the clock's day.
PUBLISHED = datetime(2026, 2, 28, 21, 45, 30, tzinfo=UTC)
NEWER = SuitePackage("libssl3t64", "3.5.1-1+deb13u1", "amd64", "openssl", "3.5.1-1+deb13u1")


@dataclass
class FakeSuite:
    """The port ``SecurityUpdates``."""

    holds: Sequence[SuitePackage] | Unreachable = ()
    published: datetime = PUBLISHED
    asked: list[str] = field(default_factory=list)

    def index(self, codename: str) -> SecurityIndex | Unreachable:
        self.asked.append(codename)
        if isinstance(self.holds, Unreachable):
            return self.holds
        return SecurityIndex(self.published, "identity", tuple(self.holds))


class Yard:
    """Stand-ins on a fake engine, and the step that renews them."""

    def __init__(self, folder: Path) -> None:
        self.workshop = Workshop(folder)
        self.state = UpdateState(LocalPrivateFiles(), folder / "state")
        self.suite, self.clock, self.reporter = FakeSuite(), FakeClock(), FakeReporter()
        shop = self.workshop
        updated = UpdatedBase(shop.base, shop.derived, self.state)
        derived = DerivedImages(shop.recipes, shop.images, updated, shop.reporter)
        self.stand_ins = StandIns(shop.recipes, derived, shop.materials)

    def up(self) -> None:
        TakeUpdates(
            codename="trixie",
            names=lambda: {self.workshop.base()},
            images=self.workshop.images,
            listed=lambda _: LISTED,
            suite=self.suite,
            state=self.state,
            clock=self.clock,
            reporter=self.reporter,
        )()

    def python(self) -> str:
        return self.stand_ins.make(PYTHON, "a test wants it")


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path)


def test_without_an_update_nothing_is_made_anew(yard: Yard) -> None:
    before = yard.python()
    yard.suite.holds = [SuitePackage("bash", "9", "amd64", "bash", "9")]
    yard.up()
    assert (yard.suite.asked, yard.state.taken, yard.reporter.notes) == (["trixie"], "", [])
    assert yard.python() == before


def test_stand_ins_are_made_anew_with_the_updates_that_were_published(yard: Yard) -> None:
    before = yard.python()
    yard.suite.holds = [NEWER]
    yard.up()
    assert yard.state.taken == "20260228T214530Z"
    assert yard.reporter.notes == ["base images are made anew when they are needed: libssl3t64 got updates"]
    after = yard.python()
    assert after != before and yard.python() == after
    updated, python = yard.workshop.images.built[-2:]
    assert updated.image.startswith("build-tasks/debian-updated:20260228T214530Z-")
    assert updated.args == {"PUBLISHED": "20260228T214530Z"}
    assert updated.contexts["base"] == f"docker-image://{yard.workshop.base()}"
    assert python.contexts["base"] == f"docker-image://{updated.image}"


def test_images_of_the_platform_stay_as_they_are(yard: Yard) -> None:
    before = yard.workshop.provide()
    yard.suite.holds = [NEWER]
    yard.up()
    assert yard.workshop.provide() == before


def test_the_suite_is_asked_once_a_day(yard: Yard) -> None:
    yard.python()
    yard.up()
    yard.up()
    assert len(yard.suite.asked) == 1
    yard.clock.pause(86400)
    yard.suite.holds = [NEWER]
    yard.up()
    assert (len(yard.suite.asked), yard.state.taken) == (2, "20260228T214530Z")


def test_machines_agree_on_the_name_whatever_day_their_clocks_show(tmp_path: Path) -> None:
    """One asks before midnight, the other after it; the archive was the same."""
    names = []
    for number, hours in enumerate((0, 20)):
        yard = Yard(tmp_path / str(number))
        yard.clock.pause(hours * 3600)
        yard.python()
        yard.suite.holds = [NEWER]
        yard.up()
        names.append(yard.python())
    assert names[0] == names[1]


def test_what_is_published_later_on_the_same_day_is_taken_as_well(yard: Yard) -> None:
    yard.python()
    yard.suite.holds = [NEWER]
    yard.up()
    before = yard.python()
    yard.clock.pause(86400)
    yard.suite.published += timedelta(hours=2)
    yard.up()
    assert yard.python() != before


def test_what_was_taken_already_is_not_announced_again(yard: Yard) -> None:
    """A package that its image keeps back is late for ever."""
    yard.python()
    yard.suite.holds = [NEWER]
    yard.up()
    yard.reporter.forget()
    yard.clock.pause(86400)
    yard.up()
    assert (len(yard.suite.asked), yard.reporter.notes) == (2, [])


def test_where_the_suite_cannot_be_reached_images_stay_as_they_are(yard: Yard) -> None:
    before = yard.python()
    yard.suite.holds = Unreachable("no such host")
    yard.up()
    assert yard.reporter.skipped == {"security updates of base images": "no such host"}
    assert yard.python() == before


def test_an_engine_without_base_images_needs_no_updates(yard: Yard) -> None:
    yard.workshop.images.images.clear()
    TakeUpdates(
        codename="trixie",
        names=lambda: {"build-tasks/debian:none"},
        images=yard.workshop.images,
        listed=lambda _: LISTED,
        suite=yard.suite,
        state=yard.state,
        clock=yard.clock,
        reporter=yard.reporter,
    )()
    assert (yard.suite.asked, yard.state.asked) == ([], "")
