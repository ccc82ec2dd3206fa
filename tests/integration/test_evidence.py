"""What one machine built, tested and scanned, every other one believes; and production asks for all of it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode
from tests.integration.conftest import Terminal, Told
from tests.integration.releasing import SERVICE, Approved

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def second_clone(told: Told, tmp_path: Path) -> Terminal:
    """Another machine's clone of main as the demonstration left it: no results, nothing kept."""
    folder = tmp_path / "second"
    told.developer.git("clone", "--quiet", str(told.stage / "origin.git"), str(folder))
    return Terminal(folder)


def _main_without_the_builder(clone: Terminal, origin: Path) -> None:
    """An origin of its own, on whose main nobody's builds count."""
    clone.git("clone", "--quiet", "--bare", ".", str(origin))
    clone.git("remote", "set-url", "origin", str(origin))
    signers = clone.folder / "policy/allowed_signers"
    lines = [line for line in signers.read_text().splitlines() if "evidence@build-tasks" not in line]
    signers.write_text("\n".join(lines) + "\n")
    clone.git("commit", "--quiet", "--all", "-m", "Nobody's builds count")
    clone.git("push", "--quiet", "origin", "main")


def test_a_second_clone_does_nothing_again(second_clone: Terminal) -> None:
    started = time.monotonic()
    done = second_clone.must("ci.run", "--event", "push", "--branch", "main")
    seconds = time.monotonic() - started
    for verb in ("build", "image"):
        assert f"{verb} delivery: skipped, built by ci on" in done.said, done.said
    assert "test delivery: skipped, tested by ci on" in done.said
    assert "publish delivery: skipped, the same content is there" in done.said
    assert not [
        line for line in done.said.splitlines() if line.startswith(("▶ build", "▶ test", "▶ publish"))
    ]
    assert seconds < 10, f"{seconds:.1f} s"


def test_a_release_was_given_the_digest_that_main_built(told: Told, second_clone: Terminal) -> None:
    story = second_clone.json("release.show", "delivery", "0.1.1")
    assert story["complete"] and story["cut_by"] == "rhea", story
    assert [piece["kind"] for piece in story["evidence"]] == [
        "inputs",
        "test results",
        "vulnerability scan",
        "bill of materials",
        "build provenance",
        "version and chart",
    ]
    assert {piece["builder"] for piece in story["evidence"]} == {"ci"}
    assert [one["by"] for one in story["decisions"]] == ["amir"]
    assert [copy["image"] for copy in story["copies"]] == [story["image"]] * 2
    assert {row["environment"] for row in story["deployed"]} == {"qa", "prod"}
    assert "is new: candidate" in told.said


def test_a_developer_s_machine_believes_it_too(second_clone: Terminal) -> None:
    tested = second_clone.must("delivery.test")
    assert "tested by ci on" in tested.said and "passed" in tested.said


def test_a_pushed_version_is_scanned_anew_from_the_registry_alone(second_clone: Terminal) -> None:
    def scanned() -> str:
        story = second_clone.json("release.show", "delivery", "0.1.1")
        assert story["complete"], story
        [when] = [piece["when"] for piece in story["evidence"] if piece["kind"] == "vulnerability scan"]
        return str(when)

    before = scanned()
    done = second_clone.must("delivery.scan", "--version", "0.1.1", "--force")
    assert "list what is in" not in done.said and "▶ build" not in done.said, done.said
    assert scanned() > before


def test_nothing_goes_into_production_on_the_word_of_nobody(second_clone: Terminal, tmp_path: Path) -> None:
    _main_without_the_builder(second_clone, tmp_path / "origin.git")
    refused = second_clone.inv("delivery.promote", "--version", "0.1.1")
    assert refused.status == ExitCode.REFUSED, refused.said
    assert refused.said.count("signed by no accepted builder") == 6
    shown = second_clone.must("release.show", "delivery", "0.1.1")
    assert shown.said.count("NOT ENOUGH: signed by no accepted builder") == 6


def test_a_job_of_main_without_a_key_is_told_how_to_get_one(second_clone: Terminal, tmp_path: Path) -> None:
    words = ("ci.run", "--event", "push", "--branch", "main")
    refused = second_clone.inv(*words, BUILD_TASKS_BUILDER_KEY=str(tmp_path / "nowhere"))
    assert refused.status == ExitCode.CONFIG, refused.said
    assert "ssh-keygen -t ed25519" in refused.said and "policy/allowed_signers" in refused.said


def test_a_pull_request_needs_none(second_clone: Terminal, tmp_path: Path) -> None:
    second_clone.git("checkout", "--quiet", "-b", "docs/x")
    words = ("ci.run", "--event", "pull_request", "--base", "HEAD~1")
    done = second_clone.inv(*words, BUILD_TASKS_BUILDER_KEY=str(tmp_path / "nowhere"))
    assert done.status == 0, done.said
    assert "test delivery: skipped, tested by ci on" in done.said


def test_the_build_cache_is_taken_from_the_builder_alone(
    approved: Approved, second_clone: Terminal, tmp_path: Path
) -> None:
    """Of what was built here and now: images that an engine had before come without a cache."""
    taken = second_clone.must(f"{SERVICE}.build", "--force")
    assert "build cache" not in taken.said, taken.said
    _main_without_the_builder(second_clone, tmp_path / "origin.git")
    left = second_clone.must(f"{SERVICE}.build", "--force")
    assert "is not used: signed by no accepted builder" in left.said, left.said
