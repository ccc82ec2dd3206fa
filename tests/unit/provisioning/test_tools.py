"""Which source a tool is taken from, and what people are told about the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from build_tasks.adapters.provisioning.content_store import ContentStore
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import AcceptedVersions, ToolRecipe
from build_tasks.model.upstream import ToolOrigin
from build_tasks.steps.platform.tools import ProvideTools
from tests.fakes.provisioning import FakeSource
from tests.fakes.reporter import FakeReporter

_RECIPES = {
    "kubernetes": ToolRecipe(
        "kubernetes", "1.2.3", Path("k"), {"kubectl": "k/kubectl", "kubelet": "k/kubelet"}
    ),
    "moby": ToolRecipe("moby", "29.0.0", Path("m"), {"dockerd": "m/dockerd"}),
}


@pytest.fixture
def reporter() -> FakeReporter:
    return FakeReporter()


def _step(folder: Path, reporter: FakeReporter, sources: Sequence[FakeSource]) -> ProvideTools:
    store = ContentStore(folder / "store")
    return ProvideTools(_RECIPES, sources, store, reporter, {"ip": Path("/usr/sbin/ip")})


def test_the_first_source_that_has_it_is_used(tmp_path: Path, reporter: FakeReporter) -> None:
    first = FakeSource("PATH", tmp_path / "path", has={"kubectl"}, origin="from PATH")
    second = FakeSource("Go module", tmp_path / "go", has={"kubectl", "kubelet"})
    toolbox = _step(tmp_path, reporter, [first, second])(["kubectl", "kubelet"])
    assert toolbox["kubectl"] == tmp_path / "path" / "kubectl"
    assert toolbox["kubelet"] == tmp_path / "go" / "kubelet"
    assert reporter.skipped == {"tools": "all 2 are there: 1 from PATH, 1 compiled"}


def test_bringing_says_why_every_earlier_source_was_passed_over(
    tmp_path: Path, reporter: FakeReporter
) -> None:
    sources = [
        FakeSource("PATH", tmp_path),
        FakeSource("Go module", tmp_path, can_bring={"kubectl", "kubelet"}),
    ]
    _step(tmp_path, reporter, sources)(["kubectl", "kubelet"])
    assert reporter.reasons == {
        "Go module: kubernetes 1.2.3": "PATH: kubectl is unknown here; Go module: not there yet"
    }
    assert sources[1].brought == ["kubernetes"], "one build brings both programs"
    assert reporter.details == ["bringing kubernetes"]


def test_what_a_later_source_has_goes_before_what_an_earlier_one_would_have_to_bring(
    tmp_path: Path, reporter: FakeReporter
) -> None:
    """What is there is as good, and needs no network."""
    first = FakeSource("release", tmp_path / "release", can_bring={"dockerd"})
    second = FakeSource("Go module", tmp_path / "go", has={"dockerd"})
    assert _step(tmp_path, reporter, [first, second])(["dockerd"])["dockerd"].parent.name == "go"
    assert first.brought == []


def test_of_those_that_can_bring_it_the_first_does(tmp_path: Path, reporter: FakeReporter) -> None:
    first = FakeSource("release", tmp_path / "release", can_bring={"dockerd"})
    second = FakeSource("Go module", tmp_path / "go", can_bring={"dockerd"})
    assert _step(tmp_path, reporter, [first, second])(["dockerd"])["dockerd"].parent.name == "release"
    assert second.brought == []


def test_a_source_that_cannot_bring_it_now_is_passed_over_with_its_reason(
    tmp_path: Path, reporter: FakeReporter
) -> None:
    gone = FlowError("download dockerd", "no answer", code=ExitCode.UNAVAILABLE)
    first = FakeSource("release", tmp_path / "release", can_bring={"dockerd"}, fails=gone)
    second = FakeSource("Go module", tmp_path / "go", can_bring={"dockerd"})
    assert _step(tmp_path, reporter, [first, second])(["dockerd"])["dockerd"].parent.name == "go"
    assert reporter.failed == ["release: moby 29.0.0"]
    assert reporter.warnings == ["download dockerd: no answer"]
    assert reporter.reasons["Go module: moby 29.0.0"] == "release: no answer; Go module: not there yet"


def test_a_file_that_was_tampered_with_ends_it(tmp_path: Path, reporter: FakeReporter) -> None:
    """Going on with the next source would hide it."""
    wrong = FlowError("download dockerd", "another file", code=ExitCode.CONFLICT)
    first = FakeSource("release", tmp_path, can_bring={"dockerd"}, fails=wrong)
    second = FakeSource("Go module", tmp_path, can_bring={"dockerd"})
    with pytest.raises(FlowError, match="another file"):
        _step(tmp_path, reporter, [first, second])(["dockerd"])
    assert second.brought == []


def test_the_last_source_s_own_words_are_told(tmp_path: Path, reporter: FakeReporter) -> None:
    gone = FlowError("compile dockerd", "gcc is missing", "sudo apt-get install", code=ExitCode.UNAVAILABLE)
    source = FakeSource("Go module", tmp_path, can_bring={"dockerd"}, fails=gone)
    with pytest.raises(FlowError) as caught:
        _step(tmp_path, reporter, [FakeSource("PATH", tmp_path), source])(["dockerd"])
    assert caught.value is gone


def test_what_is_at_hand_is_given_without_bringing_anything(tmp_path: Path, reporter: FakeReporter) -> None:
    source = FakeSource("Go module", tmp_path, has={"dockerd"}, can_bring={"kubelet"})
    step = _step(tmp_path, reporter, [source])
    there = step.at_hand(["dockerd"])
    assert there is not None and there["dockerd"] == tmp_path / "dockerd"
    assert step.at_hand(["dockerd", "kubelet"]) is None
    assert source.brought == []


def test_origins_of_what_may_be_the_user_s_own(tmp_path: Path, reporter: FakeReporter) -> None:
    accepted = {"kubectl": AcceptedVersions(">=1.2.0,<1.4.0", ("version",))}
    recipes = {**_RECIPES, "kubernetes": replace(_RECIPES["kubernetes"], accept=accepted)}
    source = FakeSource("Go module", tmp_path, has={"dockerd", "kubectl", "kubelet"})
    step = ProvideTools(recipes, [source], ContentStore(tmp_path / "store"), reporter, {})
    assert step.origins() == (ToolOrigin("kubectl", "1.2.3 or >=1.2.0,<1.4.0", "1.2.3 compiled"),)
    source.has.clear()
    assert step.origins() == ()


def test_what_a_program_of_another_version_than_its_recipe_is_compared_with(
    tmp_path: Path, reporter: FakeReporter
) -> None:
    accepted = {"kubectl": AcceptedVersions(">=1.2.0,<1.4.0", ("version",))}
    stamps = {"kubectl": {"main.version": "1.3.1"}}
    recipe = replace(_RECIPES["kubernetes"], accept=accepted, program_stamps=stamps)
    source = FakeSource("Go module", tmp_path, has={"kubectl"})
    step = ProvideTools({"kubernetes": recipe}, [source], ContentStore(tmp_path / "store"), reporter, {})
    assert [origin.wanted for origin in step.origins()] == ["1.3.1 or >=1.2.0,<1.4.0"]


def test_the_engine_comes_before_kubernetes(tmp_path: Path, reporter: FakeReporter) -> None:
    source = FakeSource("Go module", tmp_path, can_bring={"dockerd", "kubectl", "kubelet"})
    _step(tmp_path, reporter, [source])()
    assert source.brought == ["moby", "kubernetes"]


def test_the_second_run_brings_nothing(tmp_path: Path, reporter: FakeReporter) -> None:
    source = FakeSource("Go module", tmp_path, can_bring={"dockerd", "kubectl", "kubelet"})
    step = _step(tmp_path, reporter, [source])
    first = step()
    reporter.forget()
    assert step() == first
    assert reporter.done == []
    assert reporter.skipped == {"tools": "all 3 are there: 3 compiled"}


def test_what_is_missing_is_told_without_bringing_it(tmp_path: Path, reporter: FakeReporter) -> None:
    source = FakeSource("Go module", tmp_path, has={"kubectl", "dockerd"}, can_bring={"kubelet"})
    step = _step(tmp_path, reporter, [FakeSource("PATH", tmp_path), source])
    assert step.missing() == ["kubernetes"]
    assert step.missing(["dockerd"]) == []
    assert source.brought == []
    source.has.add("kubelet")
    assert step.missing() == []


def test_the_toolbox_folder_has_a_link_to_every_program(tmp_path: Path, reporter: FakeReporter) -> None:
    toolbox = _step(tmp_path, reporter, [FakeSource("PATH", tmp_path / "path", has={"dockerd"})])(["dockerd"])
    links = {link.name: link.readlink() for link in toolbox.folder.iterdir()}
    assert links == {"dockerd": tmp_path / "path" / "dockerd", "ip": Path("/usr/sbin/ip")}


def test_a_tool_that_nobody_has_names_every_reason(tmp_path: Path, reporter: FakeReporter) -> None:
    with pytest.raises(FlowError) as caught:
        _step(tmp_path, reporter, [FakeSource("PATH", tmp_path), FakeSource("Go module", tmp_path)])(
            ["dockerd"]
        )
    assert caught.value.code is ExitCode.UNAVAILABLE
    assert caught.value.details == ("PATH: dockerd is unknown here", "Go module: dockerd is unknown here")
    assert "install dockerd 29.0.0" in caught.value.fix


def test_a_source_that_brings_nothing_is_no_success(tmp_path: Path, reporter: FakeReporter) -> None:
    with pytest.raises(FlowError, match="no source has it"):
        _step(tmp_path, reporter, [FakeSource("x", tmp_path, can_bring={"dockerd"}, loses=True)])(["dockerd"])


def test_an_unknown_program_lists_the_known_ones(tmp_path: Path, reporter: FakeReporter) -> None:
    with pytest.raises(FlowError) as caught:
        _step(tmp_path, reporter, [])(["podman"])
    assert caught.value.code is ExitCode.USAGE
    assert "dockerd, kubectl, kubelet" in caught.value.fix
