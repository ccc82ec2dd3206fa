"""`platform.pin` writes what publishers say, and nothing that they do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Ref
from build_tasks.model.platform import ToolRecipe
from build_tasks.model.upstream import TARGETS, PinnedRelease, Pins, PinState, Release, Upstream
from build_tasks.ports.artifacts import Registry
from build_tasks.steps.platform.pin import PinParts, failure, pin
from tests.fakes.registry import FakeRegistry
from tests.fakes.reporter import FakeReporter
from tests.fakes.upstream import FakeDownloads
from tests.unit.provisioning.workshop import digest_of

_SITE = "https://example.org"
_ONE_BY_ONE = Release(
    "kubectl", "kubernetes", f"{_SITE}/{{system}}-{{machine}}", "{file}.sha256", "", ("linux", "darwin")
)
_LISTED = Release("oras", "oras", f"{_SITE}/oras-{{system}}-{{machine}}", f"{_SITE}/sums", "oras", ("linux",))
_RECIPES = {
    "kubernetes": ToolRecipe("kubernetes", "1.2.3", Path(), {"kubectl": "x"}),
    "oras": ToolRecipe("oras", "1.3.6", Path(), {"oras": "x"}),
}
_REDIS = "redis:8"


class Office:
    """Two publishers, a registry, and the lock file."""

    def __init__(self) -> None:
        self.sites = FakeDownloads()
        for number, target in enumerate(TARGETS):
            self.sites.files[f"{_SITE}/{target}.sha256"] = f"{number}".encode() * 64
        lines = [
            f"{letter * 64} *oras-linux-{machine}" for letter, machine in (("a", "amd64"), ("b", "arm64"))
        ]
        self.sites.files[f"{_SITE}/sums"] = "\n".join(lines).encode()
        self.registry = FakeRegistry()
        self.redis = self.registry.add_image(Ref("hub.example.org", "library/redis", "8"))
        self.saved: list[Pins] = []
        self.under: list[Pins] = []
        self.no_oras: FlowError | None = None

    def parts(self) -> PinParts:
        upstream = Upstream({"kubectl": _ONE_BY_ONE, "oras": _LISTED}, {}, "hub.example.org")
        return PinParts(
            upstream, _RECIPES, [_REDIS, _REDIS], self.sites, self._ask, self.saved.append, FakeReporter()
        )

    def pin(self, before: Pins | None = None, *, replaced: bool = False) -> dict[str, PinState]:
        news = pin(self.parts(), before or Pins(), replaced=replaced)
        self.failure = failure(news)
        return {one.what: one.state for one in news}

    def _ask(self, pins: Pins) -> Registry:
        self.under.append(pins)
        if self.no_oras is not None:
            raise self.no_oras
        return self.registry


@pytest.fixture
def office() -> Office:
    return Office()


def test_everything_is_pinned_for_every_machine(office: Office) -> None:
    assert set(office.pin().values()) == {PinState.NEW}
    assert office.failure is None
    pins = office.saved[-1]
    assert pins.tools["kubectl"] == PinnedRelease("1.2.3", {t: f"{n}" * 64 for n, t in enumerate(TARGETS)})
    assert pins.tools["oras"].files == {TARGETS[0]: "a" * 64, TARGETS[1]: "b" * 64}
    assert pins.images == {_REDIS: office.redis}


def test_a_list_for_a_whole_release_is_read_once(office: Office) -> None:
    office.pin()
    assert office.sites.asked.count(f"{_SITE}/sums") == 1


def test_the_program_that_asks_registries_comes_under_the_new_pins(office: Office) -> None:
    office.pin()
    assert office.under[0].tools == office.saved[-1].tools


def test_the_second_time_nothing_changes(office: Office) -> None:
    office.pin()
    before = office.saved[-1]
    assert set(office.pin(before).values()) == {PinState.SAME}
    assert office.saved[-1] == before


def test_an_image_s_tag_may_move(office: Office) -> None:
    before = Pins(images={_REDIS: digest_of("e")})
    assert office.pin(before)[_REDIS] is PinState.CHANGED
    assert office.saved[-1].images == {_REDIS: office.redis}


def test_a_new_version_is_a_new_pin(office: Office) -> None:
    before = Pins({"oras": PinnedRelease("1.3.5", {TARGETS[0]: "c" * 64})})
    assert office.pin(before)["oras"] is PinState.CHANGED
    assert office.saved[-1].tools["oras"].version == "1.3.6"


def test_another_file_under_the_same_version_is_refused_and_nothing_is_saved(office: Office) -> None:
    office.pin()
    before = office.saved.pop()
    office.saved.clear()
    office.sites.files[f"{_SITE}/sums"] = (
        f"{'c' * 64} *oras-linux-amd64\n{'b' * 64} *oras-linux-arm64".encode()
    )
    with pytest.raises(FlowError) as caught:
        office.pin(before)
    assert caught.value.code is ExitCode.CONFLICT
    assert caught.value.details == (
        f"oras 1.3.6 for linux-amd64: sha256:{'a' * 64} before, sha256:{'c' * 64} now",
    )
    assert office.saved == []
    assert office.pin(before, replaced=True)["oras"] is PinState.CHANGED


@pytest.mark.parametrize("content", [None, b"<html>", b"d" * 64 + b"  something-else"])
def test_what_cannot_be_read_is_told_and_the_rest_saved(office: Office, content: bytes | None) -> None:
    if content is None:
        del office.sites.files[f"{_SITE}/sums"]
    else:
        office.sites.files[f"{_SITE}/sums"] = content
    states = office.pin()
    assert states == {"kubectl": PinState.NEW, "oras": PinState.UNREAD, _REDIS: PinState.NEW}
    assert office.failure is not None
    assert office.failure.code is ExitCode.UNAVAILABLE
    assert [detail.partition(":")[0] for detail in office.failure.details] == ["oras"]
    assert set(office.saved[-1].tools) == {"kubectl"}


def test_what_cannot_be_read_keeps_its_pin_of_the_same_version(office: Office) -> None:
    office.pin()
    before = office.saved[-1]
    office.sites.files.clear()
    office.registry.down.add("hub.example.org")
    assert set(office.pin(before).values()) == {PinState.UNREAD}
    assert office.saved[-1] == before
    old = replace(before, tools={"oras": PinnedRelease("1.3.5", {TARGETS[0]: "c" * 64})})
    office.pin(old)
    assert office.saved[-1].tools == {}, "a pin of another version is of no use"


def test_without_the_program_that_asks_registries_tools_are_pinned_all_the_same(office: Office) -> None:
    office.no_oras = FlowError("provide oras", "no source has it", code=ExitCode.UNAVAILABLE)
    before = Pins(images={_REDIS: digest_of("e"), "gone:1": digest_of("f")})
    states = office.pin(before)
    assert states[_REDIS] is PinState.UNREAD
    assert office.saved[-1].images == {_REDIS: digest_of("e")}
    assert set(office.saved[-1].tools) == {"kubectl", "oras"}


def test_an_image_that_the_registry_does_not_have(office: Office) -> None:
    office.registry = FakeRegistry()
    assert office.pin()[_REDIS] is PinState.UNREAD
    assert office.failure is not None
    assert "hub.example.org has no such image" in office.failure.details[0]


def test_what_nobody_names_any_more_goes(office: Office) -> None:
    before = Pins({"jq": PinnedRelease("1.0.0", {})}, {"perl:5": digest_of("e")})
    states = office.pin(before)
    assert (states["jq"], states["perl:5"]) == (PinState.GONE, PinState.GONE)
    assert "jq" not in office.saved[-1].tools and "perl:5" not in office.saved[-1].images
