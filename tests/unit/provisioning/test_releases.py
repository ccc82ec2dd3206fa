"""Publishers' releases: taken if platform.lock accepts them, and only then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from build_tasks.adapters.provisioning.content_store import ContentStore
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import Declined, Found, Obtainable, ToolRecipe
from build_tasks.model.upstream import PinnedRelease, Pins, Release, Target, Upstream
from build_tasks.steps.platform.releases import UpstreamReleases
from tests.fakes.upstream import FakeArchives, FakeDownloads, hash_of

_LINUX, _MAC = Target("linux", "amd64"), Target("darwin", "arm64")
_RECIPE = ToolRecipe("kubernetes", "1.2.3", Path(), {"kubectl": "x", "kubelet": "y"})
_URL = "https://example.org/v1.2.3/kubectl-linux-amd64"
_CONTENT = b"program"


def _release(member: str = "", systems: tuple[str, ...] = ("linux", "darwin")) -> Release:
    file = "https://example.org/v{version}/kubectl-{system}-{machine}"
    return Release("kubectl", "kubernetes", file, "{file}.sha256", member, systems)


class Shelf:
    """A source with one release, and what sites have."""

    def __init__(self, folder: Path) -> None:
        self.store = ContentStore(folder)
        self.sites = FakeDownloads({_URL: _CONTENT})
        self.pins = Pins({"kubectl": PinnedRelease("1.2.3", {_LINUX: hash_of(_CONTENT)})})
        self.release = _release()
        self.lines: list[str] = []

    def source(self, target: Target = _LINUX) -> UpstreamReleases:
        upstream = Upstream({"kubectl": self.release}, {}, "docker.io")
        return UpstreamReleases(upstream, self.pins, target, lambda: self.sites, FakeArchives(), self.store)

    def look(self, program: str = "kubectl", target: Target = _LINUX) -> Found | Obtainable | Declined:
        return self.source(target).look(_RECIPE, program)

    def bring(self) -> None:
        self.source().bring(_RECIPE, self.lines.append)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_what_is_pinned_is_brought_once(shelf: Shelf) -> None:
    assert isinstance(shelf.look(), Obtainable)
    shelf.bring()
    shelf.bring()
    found = shelf.look()
    assert isinstance(found, Found)
    assert found.version == "1.2.3"
    assert found.path.read_bytes() == _CONTENT
    assert [file.name for file in found.path.parents[1].iterdir()] == ["bin"], (
        "the download itself is not kept"
    )
    assert shelf.sites.asked == [_URL]
    assert shelf.lines[0] == f"kubectl: {_URL}"


@pytest.mark.parametrize(
    ("pins", "reason"),
    [
        (Pins(), "not pinned: run `./inv platform.pin`"),
        (
            Pins({"kubectl": PinnedRelease("1.2.2", {_LINUX: "a" * 64})}),
            "platform.lock is about 1.2.2: run `./inv platform.pin`",
        ),
        (
            Pins({"kubectl": PinnedRelease("1.2.3", {_MAC: "a" * 64})}),
            "not pinned for linux-amd64: run `./inv platform.pin`",
        ),
    ],
)
def test_what_is_not_pinned_is_declined_and_not_asked_for(shelf: Shelf, pins: Pins, reason: str) -> None:
    shelf.pins = pins
    assert shelf.look() == Declined(reason)
    shelf.bring()
    assert shelf.sites.asked == []


def test_programs_that_nobody_publishes(shelf: Shelf) -> None:
    assert isinstance(shelf.look("kubelet"), Declined)
    shelf.release = _release(systems=("linux",))
    assert shelf.look(target=_MAC) == Declined("none that can be verified is known for darwin")


def test_a_tampered_file_ends_it_and_leaves_nothing(shelf: Shelf, tmp_path: Path) -> None:
    shelf.sites.files[_URL] = b"other program"
    with pytest.raises(FlowError) as caught:
        shelf.bring()
    assert caught.value.code is ExitCode.CONFLICT
    assert isinstance(shelf.look(), Obtainable)
    assert [path.name for path in (tmp_path / "kubectl").iterdir()] == [".lock"]


def test_a_site_that_does_not_answer_is_unavailable(shelf: Shelf) -> None:
    shelf.sites.files.clear()
    with pytest.raises(FlowError) as caught:
        shelf.bring()
    assert caught.value.code is ExitCode.UNAVAILABLE


def test_another_pin_or_place_in_the_archive_is_another_program(shelf: Shelf) -> None:
    shelf.bring()
    shelf.release = _release(member="bin/kubectl")
    assert isinstance(shelf.look(), Obtainable)
    shelf.release = _release()
    shelf.pins = replace(shelf.pins, tools={"kubectl": PinnedRelease("1.2.3", {_LINUX: "a" * 64})})
    assert isinstance(shelf.look(), Obtainable)
