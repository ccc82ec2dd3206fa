"""TAP of several versions and frameworks, and what is wrong with some."""

from __future__ import annotations

import pytest

from build_tasks.model.tests import CaseResult
from tests.unit.planning.reports.reading import read, recorded, sound, titles

PASSED, FAILED, ERROR, SKIPPED = CaseResult.PASSED, CaseResult.FAILED, CaseResult.ERROR, CaseResult.SKIPPED


def results(text: str) -> list[tuple[str, CaseResult]]:
    return [(case.title, case.result) for case in sound("a.tap", text)]


def test_vitest() -> None:
    cases = recorded("vitest.tap")
    inner = "a.test.ts > packages {x} # 1 > inner"
    assert titles(cases, FAILED) == [f"{inner}::fails", "a.test.ts > packages {x} # 1::throws", "c.test.ts"]
    assert titles(cases, SKIPPED) == [f"{inner}::is skipped", f"{inner}::is todo", "a.test.ts > off::x"]
    assert titles(cases, PASSED) == [
        f"{inner}::adds # SKIP not",
        "a.test.ts > packages {x} # 1::expected fail",
        "a.test.ts::alone",
        "b.test.ts::b works",
        "b.test.ts::b works twice",
    ]


def test_diagnostics_of_vitest_are_no_yaml_and_tell_all_the_same() -> None:
    cases = recorded("vitest.tap")
    failed = cases["a.test.ts > packages {x} # 1 > inner::fails"]
    assert (failed.file, failed.line) == ("/app/a.test.ts", 5)
    assert 0 < failed.seconds < 1
    assert failed.message.startswith('error:\n    name: "AssertionError"')
    assert failed.message.endswith('expected: "{\n  \\"a\\": 2,\n}"')
    # Its message has lines `---` and `...` of its own.
    assert '---\n..."\nat: ' in cases["a.test.ts > packages {x} # 1::throws"].message


def test_node() -> None:
    cases = recorded("node.tap")
    assert titles(cases, PASSED) == ["suite::ok one", "top with sub::s1"]
    assert titles(cases, FAILED) == ["suite::bad # x"]
    assert titles(cases, SKIPPED) == ["suite::off", "suite::later"]
    failed = cases["suite::bad # x"]
    assert (failed.file, failed.line) == ("/app/n.test.mjs", 2)
    assert failed.seconds == pytest.approx(0.000974835)


def test_tap_12() -> None:
    text = """1..4
ok 1 - input file opened
not ok 2 - first line of the input valid
#   Failed test 'first line'
#   at t/a.t line 9.
ok
not ok 4 # TODO not written yet
"""
    cases = sound("results.tap", text)
    assert [(case.name, case.result) for case in cases] == [
        ("input file opened", PASSED),
        ("first line of the input valid", FAILED),
        ("test 0", PASSED),
        ("test 4", SKIPPED),
    ]
    assert cases[1].message == "  Failed test 'first line'\n  at t/a.t line 9."
    assert cases[3].message == "not written yet"


def test_tap_14_with_a_plan_at_the_end() -> None:
    text = """TAP version 14
# Subtest: first
    ok 1 - a
    not ok 2 - b
    1..2
not ok 1 - first
ok 2 - second # skip no network
1..2
"""
    assert results(text) == [("first::a", PASSED), ("first::b", FAILED), ("second", SKIPPED)]


@pytest.mark.parametrize(
    ("line", "name", "result"),
    [
        ("ok 1 - name", "name", PASSED),
        ("ok 1 name", "name", PASSED),
        ("ok - name", "name", PASSED),
        ("ok name", "name", PASSED),
        ("ok 12abc", "12abc", PASSED),
        ("ok 1 - issue #12 is fixed", "issue #12 is fixed", PASSED),
        (r"ok 1 - a \# SKIP b \\", r"a # SKIP b \ ".strip(), PASSED),
        ("ok 1 - a # skipped: why", "a", SKIPPED),
        ("not ok 1 - a # TODO", "a", SKIPPED),
        ("ok 1 - a # todo later", "a", SKIPPED),
        ("not ok 1 - a # time=1.5ms", "a", FAILED),
        ("ok 1 - an object {", "an object {", PASSED),
        ("ok 1 - - dash", "- dash", PASSED),
        ("not ok", "test 0", FAILED),
    ],
)
def test_lines(line: str, name: str, result: CaseResult) -> None:
    assert results(f"1..1\n{line}\n") == [(name, result)]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("# time=1500ms", 1.5), ("# time=2s", 2.0), ("# time=250", 0.25), ("# time=1.2.3ms", 0.0), ("", 0.0)],
)
def test_durations(written: str, seconds: float) -> None:
    [case] = sound("a.tap", f"1..1\nok 1 - a {written}\n")
    assert case.seconds == pytest.approx(seconds)


def test_braces_behind_diagnostics() -> None:
    text = """TAP version 13
not ok 1 - parent
  ---
  duration_ms: 7
  ...
{
    1..1
    not ok 1 - child
}
1..1
"""
    assert results(text) == [("parent::child", FAILED)]


def test_a_group_that_fails_for_itself_is_an_error() -> None:
    text = "1..1\nnot ok 1 - file # time=1ms {\n    1..1\n    ok 1 - inner\n}\n  ---\n  error: hook\n  ...\n"
    inner, around = sound("a.tap", text)
    assert (inner.result, around.result) == (PASSED, ERROR)
    assert (around.name, around.message) == ("file", "error: hook")


def test_what_is_in_an_excused_group_is_excused() -> None:
    text = "1..1\nnot ok 1 - later # TODO {\n    1..1\n    not ok 1 - inner\n}\n"
    assert results(text) == [("later::inner", SKIPPED)]


def test_output_of_others_is_passed_over() -> None:
    text = (
        "TAP version 13\nstarting up\n    okay then\n1..1\n}\n        ok 7 - far in\nok 1 - a\n\nwarning: x\n"
    )
    assert results(text) == [("a", PASSED)]


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    assert sound("a.tap", b"\xef\xbb\xbfTAP version 13\r\n1..1\r\nok 1 - a\r\n")[0].name == "a"


@pytest.mark.parametrize("text", ["1..0\n", "TAP version 13\n1..0 # skip no tests found\n"])
def test_no_tests(text: str) -> None:
    assert results(text) == []


@pytest.mark.parametrize(
    ("text", "damage"),
    [
        ("", "no plan"),
        ("ok 1 - a\n", "no plan"),
        ("1..2\nok 1 - a\n", "1 of 2 planned tests"),
        ("1..1\nok 1 - a\nok 2 - b\n", "2 of 1 planned tests"),
        ("1..2\nok 1 - a\nok 1 - b\n", "numbers"),
        ("1..2\nok 1 - a\nok 3 - b\n", "numbers"),
        ("1..1\nok 1\n1..1\nok 1\n", "two plans"),
        ("1..99999999999999999999\nok 1\n", "no plan"),
        ("1..3\nok 1 - a\nBail out! the database is gone\nok 2\n", "bailed out: the database is gone"),
        ("1..1\nok 1 - a # time=1ms {\n    1..1\n    bail out!\n", "bailed out"),
        ("1..1\nok 1 - a # time=1ms {\n    1..1\n    ok 1 - b\n", "in a subtest"),
        ("1..1\nok 1 - a {\n    1..1\n    ok 1 - b\nok 2\n", "without its end"),
        ("1..1\n    1..1\n    ok 1 - b\n", "in a subtest"),
        ("    1..1\n    ok 1 - b\n1..0\n", "subtest without its result"),
        ("1..1\nok 1 - a {\n    1..2\n    ok 1 - b\n}\n", "1 of 2 planned tests"),
        ("1..1\nnot ok 1 - a\n  ---\n  error: x\n", "in diagnostics"),
    ],
)
def test_damage(text: str, damage: str) -> None:
    assert damage in read("a.tap", text).damage


def test_what_was_read_before_the_damage_is_kept() -> None:
    report = read("a.tap", "1..3\nok 1 - a\nnot ok 2 - b\nBail out!\n")
    assert [case.result for case in report.cases] == [PASSED, FAILED]


def test_subtests_without_end_are_damage() -> None:
    nested = "".join(f"{'    ' * depth}1..1\n{'    ' * depth}ok 1 - a {{\n" for depth in range(500))
    assert "subtests in each other" in read("a.tap", nested).damage
