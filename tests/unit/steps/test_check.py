"""All checks run, whatever fails, and the verdict tells everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.tally import Tally
from build_tasks.steps.check import Check, Outcome, run_checks, run_checks_on_platform


class Transcript:
    """A reporter that remembers what became of each step."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    @contextmanager
    def step(self, title: str, reason: str = "") -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.steps.append(f"failed {title}")
            raise
        self.steps.append(f"done {title}")

    def side_by_side(self, titles: Mapping[str, str]) -> AbstractContextManager[None]:
        return nullcontext()

    def skip(self, title: str, reason: str) -> None:
        self.steps.append(f"skipped {title}")

    def detail(self, line: str) -> None: ...

    def note(self, line: str) -> None: ...

    def warn(self, line: str) -> None: ...


def passing(title: str, count: int = 1) -> Check:
    return Check(title, "", lambda: Outcome(Tally(passed=count)))


def refusing(title: str) -> Check:
    def run() -> Outcome:
        raise FlowError(title, "findings", code=ExitCode.CONFIG)

    return Check(title, "", run)


def test_a_failure_does_not_keep_the_others_from_running() -> None:
    transcript = Transcript()
    failed = Outcome(Tally(5, 2), FlowError("unit", "2 failed", code=ExitCode.TESTS_FAILED))
    verdict = run_checks(
        transcript, [refusing("ruff"), passing("mypy"), Check("unit", "", lambda: failed), passing("last")]
    )
    assert transcript.steps == ["failed ruff", "done mypy", "failed unit", "done last"]
    assert [error.what for error in verdict.errors] == ["ruff", "unit"]
    assert str(verdict.tally) == "7 passed, 3 failed"
    assert verdict.code is ExitCode.CONFIG


def test_all_good() -> None:
    verdict = run_checks(Transcript(), [passing("unit", 12), passing("ruff")])
    assert (str(verdict.tally), verdict.code) == ("13 passed, 0 failed", ExitCode.OK)


@pytest.mark.parametrize("tally", [Tally(passed=3, skipped=1), Tally()])
def test_skipped_checks_and_no_checks_are_no_success(tally: Tally) -> None:
    assert run_checks(Transcript(), [Check("unit", "", lambda: Outcome(tally))]).code is ExitCode.FAILED


def test_skipped_ones_are_counted_in_words() -> None:
    assert str(Tally(3, 0, 1)) == "3 passed, 0 failed, 1 skipped"


def test_a_bug_is_not_taken_for_a_failed_check() -> None:
    def broken() -> Outcome:
        raise TypeError

    with pytest.raises(TypeError):
        run_checks(Transcript(), [Check("unit", "", broken)])


class Stage:
    """A platform that writes down when it comes and goes."""

    def __init__(self, rises: bool = True, falls: bool = True) -> None:
        self.story: list[str] = []
        self._rises, self._falls = rises, falls

    @contextmanager
    def __call__(self) -> Iterator[Mapping[str, str]]:
        if not self._rises:
            raise FlowError("platform.up", "no engine", code=ExitCode.UNAVAILABLE)
        self.story.append("up")
        try:
            yield {"INSTANCE": "check"}
        finally:
            self.story.append("down")
            if not self._falls:
                raise FlowError("platform.down", "a container is left", code=ExitCode.TOOL_FAILED)


def test_the_platform_is_removed_although_a_check_failed() -> None:
    stage, seen = Stage(), list[Mapping[str, str]]()

    def checks(environ: Mapping[str, str]) -> list[Check]:
        seen.append(environ)
        return [refusing("contract"), passing("integration")]

    verdict = run_checks_on_platform(Transcript(), stage, checks)
    assert stage.story == ["up", "down"]
    assert seen == [{"INSTANCE": "check"}]
    assert verdict.tally == Tally(passed=1, failed=1)


def test_the_platform_is_removed_after_an_interrupt() -> None:
    stage = Stage()

    def checks(environ: Mapping[str, str]) -> list[Check]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_checks_on_platform(Transcript(), stage, checks)
    assert stage.story == ["up", "down"]


def test_a_platform_that_does_not_come_up_is_a_failed_check() -> None:
    verdict = run_checks_on_platform(Transcript(), Stage(rises=False), lambda _: [passing("contract")])
    assert (verdict.tally, verdict.code) == (Tally(failed=1), ExitCode.UNAVAILABLE)


def test_a_platform_that_does_not_go_away_is_one_too_and_hides_no_result() -> None:
    verdict = run_checks_on_platform(Transcript(), Stage(falls=False), lambda _: [passing("contract", 9)])
    assert (verdict.tally, verdict.code) == (Tally(passed=9, failed=1), ExitCode.TOOL_FAILED)
