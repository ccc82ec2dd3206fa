"""The lines of `go test -json`."""

from __future__ import annotations

import json

import pytest

from build_tasks.model.tests import CaseResult, TestCase
from tests.unit.planning.reports.reading import read, recorded, sound, titles

PASSED, FAILED, ERROR, SKIPPED = CaseResult.PASSED, CaseResult.FAILED, CaseResult.ERROR, CaseResult.SKIPPED
PACKAGE = "example/a"


def lines(*events: dict[str, object]) -> str:
    return "".join(json.dumps({"Time": "now", "Package": PACKAGE, **event}) + "\n" for event in events)


def ran(name: str, *ends: str, output: str = "", elapsed: float = 0) -> list[dict[str, object]]:
    begun: list[dict[str, object]] = [{"Action": "run", "Test": name}]
    said: list[dict[str, object]] = [
        {"Action": "output", "Test": name, "Output": line} for line in output.splitlines(keepends=True)
    ]
    return [*begun, *said, *({"Action": end, "Test": name, "Elapsed": elapsed} for end in ends)]


def cases(*events: dict[str, object], end: str = "pass") -> list[TestCase]:
    return list(sound("go-test.json", lines({"Action": "start"}, *events, {"Action": end})))


def test_a_recorded_run() -> None:
    found = recorded("go-test.json")
    assert titles(found, PASSED) == [
        "example/bad::TestA/y",
        "example/bad::TestOwn/x",
        "example/dies::TestBefore",
        "example/mainexit::TestA",
    ]
    assert titles(found, FAILED) == [
        "example/bad::TestA/x",
        "example/bad::TestOwn",
        "example/bad::TestPanics",
    ]
    assert titles(found, ERROR) == [
        "example/dies::TestKilled/in",
        "example/mainexit::package",
        "example/nobuild::build",
        "example/ok::build",
    ]


def test_messages_and_places_of_a_recorded_run() -> None:
    found = recorded("go-test.json")
    failed = found["example/bad::TestA/x"]
    assert failed.message == "    a_test.go:3: got 1\n        want 2"
    assert (failed.file, failed.line) == ("a_test.go", 3)
    assert found["example/bad::TestPanics"].message.startswith("panic: assignment to entry in nil map")
    assert found["example/dies::TestKilled/in"].message == "signal: killed"
    assert "bye" in found["example/mainexit::package"].message
    assert "undefined: undefined" in found["example/nobuild::build"].message


def test_a_test_with_subtests_is_their_sum() -> None:
    found = cases(*ran("TestA"), *ran("TestA/x", "pass", elapsed=1.5), *ran("TestA", "pass", elapsed=2)[1:])
    assert [(case.title, case.seconds) for case in found] == [(f"{PACKAGE}::TestA/x", 1.5)]


def test_a_subtest_may_have_slashes_in_its_name() -> None:
    found = cases(*ran("TestA"), *ran("TestA/b/c", "pass"), *ran("TestA", "pass")[1:], *ran("TestB", "pass"))
    assert [case.name for case in found] == ["TestA/b/c", "TestB"]


def test_a_skipped_test_says_why() -> None:
    [case] = cases(*ran("TestA", "skip", output="    a_test.go:3: no network\n--- SKIP: TestA (0.00s)\n"))
    assert (case.result, case.message) == (SKIPPED, "    a_test.go:3: no network")


def test_a_test_that_ran_again_is_another() -> None:
    found = cases(*ran("TestA", "fail"), *ran("TestA", "pass"), end="fail")
    assert [case.result for case in found] == [FAILED, PASSED]


def test_a_package_without_tests_has_none() -> None:
    assert cases({"Action": "output", "Output": "?   a [no test files]\n"}, end="skip") == []


def test_a_test_that_was_left_behind_is_an_error() -> None:
    [case] = cases(*ran("TestA"), end="fail")
    assert (case.result, case.message) == (ERROR, "it did not come to its end")


def test_a_build_that_nothing_refers_to_is_an_error() -> None:
    text = (
        '{"ImportPath":"x","Action":"build-output","Output":"no"}\n{"ImportPath":"x","Action":"build-fail"}\n'
    )
    [case] = sound("go-test.json", text)
    assert (case.title, case.result, case.message) == ("x::build", ERROR, "no")


def test_lines_of_others_and_actions_of_later_versions_are_passed_over() -> None:
    text = "go: downloading x\n" + lines(*ran("TestA", "frobnicate", "pass"), {"Action": "pass"}) + "done\n"
    assert [case.result for case in sound("go-test.json", text)] == [PASSED]


@pytest.mark.parametrize(
    ("text", "damage"),
    [
        ("", "no package"),
        ("FAIL\n", "no package"),
        (lines({"Action": "start"}), "example/a did not come to its end"),
        (lines(*ran("TestA", "pass")), "example/a did not come to its end"),
        (lines(*ran("TestA", "pass"), {"Action": "pass"})[:-9], "line 3 is no event"),
        ('{"Time":', "line 1 is no event"),
        ('{"Package":"a"}', "line 1 is no event"),
        ('{"Action":7}', "line 1 is no event"),
        ('{"Action":"pass","Package":"a","x":' + "[" * 100_000, "line 1 is no event"),
    ],
)
def test_damage(text: str, damage: str) -> None:
    assert damage in read("go-test.json", text).damage
