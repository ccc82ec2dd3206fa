"""Of a failure's message the few lines that matter, and the place in the repository, for each framework."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.tests import CaseResult, TestCase
from build_tasks.planning.reports.excerpts.reading import explained
from build_tasks.planning.reports.merged import merged_junit
from tests.unit.planning.reports.reading import RECORDED, sound
from tests.unit.planning.reports.test_trx import trx

REPOSITORY = {
    "/app/tests/test_api.py": "services/delivery/tests/test_api.py",
    "/app/tests/test_syntax.py": "services/delivery/tests/test_syntax.py",
    "/app/tests/test_broken_import.py": "services/delivery/tests/test_broken_import.py",
    "/app/tests/checks.py": "services/delivery/tests/checks.py",
    "/app/delivery/store.py": "services/delivery/delivery/store.py",
    "/app/tests/api.test.ts": "services/package/tests/api.test.ts",
    "/app/tests/checks.ts": "services/package/tests/checks.ts",
    "/app/tests/missing.test.ts": "services/package/tests/missing.test.ts",
    "dronescheduler/internal/fleet/fleet.go": "services/dronescheduler/internal/fleet/fleet.go",
    "dronescheduler/internal/web/web_test.go": "services/dronescheduler/internal/web/web_test.go",
    "/src/tests/Plan.cs": "services/planner/tests/Plan.cs",
    "FooTest.java": "services/billing/src/test/FooTest.java",
    "tests/greeter.bats": "services/greeter/tests/greeter.bats",
}


def where(name: str) -> str:
    """What the files of a container are in the repository; its working folder is /app."""
    return REPOSITORY.get(name) or REPOSITORY.get(str(Path("/app", name.replace("tests/../", "")))) or ""


def told(case: TestCase) -> tuple[str, list[str]]:
    """Its place and its lines."""
    found = explained(case, where)
    return f"{found.file}:{found.line}", list(found.excerpt)


def recorded(file: str, name: str) -> tuple[str, list[str]]:
    [case] = [c for c in sound(file, (RECORDED / file).read_bytes()) if c.name == name]
    return told(case)


def failed(message: str, **places: object) -> tuple[str, list[str]]:
    return told(TestCase("s", "t", CaseResult.FAILED, message=message, **places))  # type: ignore[arg-type]


PYTEST = {
    "test_compares": (
        "services/delivery/tests/test_api.py:14",
        [
            ">   assert answer == wanted",
            "E   AssertionError: assert {'a': 1, 'b':... 'xxxxxxxxxx'} == {'a': 2, 'b':... 'xxxxxxxxxx'}",
            "E     Omitting 1 identical items, use -vv to show",
            "E     Differing items:",
            "E     {'a': 1} != {'a': 2}",
            "E     {'b': [1, 2, 3]} != {'b': [1, 2, 4]}",
            "E     Use -v to get more diff",
        ],
    ),
    # Python's own json raised it; the line that called it is the one to look at.
    "test_deep": (
        "services/delivery/delivery/store.py:5",
        [
            ">   return json.loads(text)",
            "E   json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes:"
            " line 1 column 2 (char 1)",
        ],
    ),
    "test_own_code": (
        "services/delivery/delivery/store.py:9",
        ['>   return values["missing"]', "E   KeyError: 'missing'"],
    ),
    "test_in_a_helper": (
        "services/delivery/tests/checks.py:2",
        ['>   assert answer == wanted, "not the answer"', "E   AssertionError: not the answer"],
    ),
    "test_set_up": (
        "services/delivery/tests/test_api.py:36",
        ['>   raise RuntimeError("no redis")', "E   RuntimeError: no redis"],
    ),
    "test_no_fixture": ("services/delivery/tests/test_api.py:43", ["E   fixture 'nope' not found"]),
    "test_chained": (
        "services/delivery/tests/test_api.py:74",
        [
            "E   KeyError: 'missing'",
            '>   raise RuntimeError("no value") from error',
            "E   RuntimeError: no value",
        ],
    ),
    "test_strict_xfail": (":0", ["[XPASS(strict)]"]),
}


@pytest.mark.parametrize("name", PYTEST)
def test_pytest(name: str) -> None:
    assert recorded("pytest.xml", name) == PYTEST[name]


def test_pytest_in_its_short_style() -> None:
    assert recorded("pytest-short.xml", "test_deep") == PYTEST["test_deep"]


def test_python_s_own_traceback() -> None:
    assert recorded("pytest-native.xml", "test_chained") == PYTEST["test_chained"]


def test_python_s_groups_of_exceptions() -> None:
    place, lines = recorded("pytest.xml", "test_group")
    assert place == "services/delivery/tests/test_api.py:48"
    assert lines[0] == '>   raise ExceptionGroup("two", [ValueError("one"), TypeError("two")])'
    assert [line for line in lines if "Error: " in line] == [
        "E       | ValueError: one",
        "E       | TypeError: two",
    ]


def test_modules_that_pytest_cannot_import() -> None:
    assert recorded("pytest-collection.xml", "test_broken_import") == (
        "services/delivery/tests/test_broken_import.py:1",
        [
            ">   import nothing_of_that_name",
            "E   ModuleNotFoundError: No module named 'nothing_of_that_name'",
        ],
    )
    place, lines = recorded("pytest-collection.xml", "test_syntax")
    assert place == "services/delivery/tests/test_syntax.py:1"
    assert [line.split() for line in lines][1:] == [
        ["E", "def", "test_it(:"],
        ["E", "^"],
        ["E", "SyntaxError:", "invalid", "syntax"],
    ]


def test_long_explanations_of_pytest_are_shown_from_their_beginning() -> None:
    place, lines = failed(
        ">       assert x\nE   one\n" + "E   more\n" * 40 + "\n/app/tests/test_api.py:3: AssertionError"
    )
    assert place == "services/delivery/tests/test_api.py:3"
    assert (len(lines), lines[:2], lines[-1]) == (10, [">   assert x", "E   one"], "... (33 more lines)")


def test_vitest_s_difference() -> None:
    assert recorded("vitest-diffs.tap", "compares") == (
        "services/package/tests/api.test.ts:10",
        [
            "expected { a: 1, b: [ 1, 2, 3 ], c: 'same' } to deeply equal"
            " { a: 2, b: [ 1, 2, 4 ], c: 'same' }",
            "- expected, + received",
            "  {",
            '-   "a": 2,',
            '+   "a": 1,',
            '    "b": [',
            "      2,",
            "-     4,",
            "+     3,",
            "    ],",
        ],
    )


def test_vitest_s_texts_are_read_as_they_are() -> None:
    """It escapes quotes and nothing else: backslashes and ends of lines stand as they are."""
    assert recorded("vitest-diffs.tap", "backslash")[1] == [
        r"expected 'C:\' to be 'D:\' // Object.is equality",
        "- expected, + received",
        "- D:\\",
        "+ C:\\",
    ]
    assert recorded("vitest-diffs.tap", "asserts")[1] == [
        "Expected values to be strictly equal:",
        r"'a\nb' !== 'a\nc'",
    ]
    assert recorded("vitest-diffs.tap", "times out")[1][1].endswith('globally with "testTimeout".')


def test_vitest_names_a_file_that_cannot_be_loaded() -> None:
    assert (
        recorded("vitest-diffs.tap", "tests/missing.test.ts")[0] == "services/package/tests/missing.test.ts:1"
    )


def test_vitest_s_junit() -> None:
    assert recorded("vitest.xml", "packages {x} > in a helper") == (
        "services/package/tests/checks.ts:3",
        [
            "AssertionError: expected [ 1 ] to deeply equal [ 2 ]",
            "- Expected",
            "+ Received",
            "  [",
            "-   2,",
            "+   1,",
            "  ]",
        ],
    )
    assert recorded("vitest.xml", "tests/missing.test.ts")[1] == [
        "Error: Cannot find module './not-there.ts' imported from /app/tests/missing.test.ts"
    ]


def test_node_test() -> None:
    assert recorded("node.tap", "bad # x") == ("/app/n.test.mjs:2", ["1 == 2"])


def test_jest() -> None:
    message = """Error: expect(received).toBe(expected) // Object.is equality

Expected: 2
Received: 1
    at fail (/app/node_modules/jest-circus/build/utils.js:298:28)
    at new Promise (<anonymous>)
    at Object.<anonymous> (/app/tests/checks.ts:3:13)
    at processTicksAndRejections (node:internal/process/task_queues:95:5)"""
    assert failed(message) == (
        "services/package/tests/checks.ts:3",
        ["Error: expect(received).toBe(expected) // Object.is equality", "Expected: 2", "Received: 1"],
    )


def test_go_says_what_it_got() -> None:
    """Lines of a test name its file without the folder, which is the package's."""
    assert recorded("go-panic.json", "TestSeveral/a") == (
        "services/dronescheduler/internal/web/web_test.go:17",
        ["web_test.go:17: no"],
    )
    assert recorded("go-test.json", "TestA/x") == ("a_test.go:3", ["a_test.go:3: got 1", "    want 2"])


def test_go_panics_in_the_service_s_code() -> None:
    assert recorded("go-panic.json", "TestPanicsInCode") == (
        "services/dronescheduler/internal/fleet/fleet.go:4",
        [
            "panic: runtime error: index out of range [7] with length 0 [recovered, repanicked]",
            "in dronescheduler/internal/fleet.First",
        ],
    )


def test_go_does_not_compile() -> None:
    cases = sound("go-test.json", (RECORDED / "go-test.json").read_bytes())
    place, lines = told(next(case for case in cases if case.suite == "example/nobuild"))
    assert place == "nobuild/a_test.go:3"
    assert lines[-1] == "nobuild/a_test.go:3:27: undefined: undefined"


def test_go_s_tests_take_too_long() -> None:
    message = """panic: test timed out after 1s
	running tests:
		TestX (1s)

goroutine 17 [running]:
testing.(*M).startAlarm.func1()
	/usr/local/go/src/testing/testing.go:2484 +0x394

goroutine 18 [sleep]:
time.Sleep(0x1)
	/usr/local/go/src/runtime/time.go:338 +0x167
fleet.TestX(0x1)
	dronescheduler/internal/fleet/fleet.go:9 +0x1d
"""
    place, lines = failed(message)
    assert place == "services/dronescheduler/internal/fleet/fleet.go:9"
    assert lines == ["panic: test timed out after 1s", "\trunning tests:", "\t\tTestX (1s)", "in fleet.TestX"]


def test_go_s_race_detector() -> None:
    message = """==================
WARNING: DATA RACE
Read at 0x00c by goroutine 8:
  web.TestRace.func1()
      dronescheduler/internal/web/web_test.go:12 +0x2e
    testing.go:1490: race detected during execution of test"""
    place, lines = failed(message)
    assert place == "services/dronescheduler/internal/web/web_test.go:12"
    assert lines[1] == "WARNING: DATA RACE"


def test_trx_with_the_stack_s_first_own_frame() -> None:
    result = """<UnitTestResult testId="t1" testName="Picks" outcome="Failed"><Output><ErrorInfo>
<Message>Assert.Equal() Failure: Values differ
Expected: 1
Actual:   2</Message>
<StackTrace>   at Xunit.Assert.Equal[T](T a, T b) in /_/src/xunit.assert/EqualityAsserts.cs:line 40
   at System.RuntimeMethodHandle.InvokeMethod(Object target)
   at Drone.PlanTests.Picks() in /src/tests/Plan.cs:line 12
   at Drone.Later.Frame() in /src/tests/Later.cs:line 99</StackTrace></ErrorInfo></Output></UnitTestResult>"""
    [case] = sound("a.trx", trx(result))
    assert told(case) == (
        "services/planner/tests/Plan.cs:12",
        ["Assert.Equal() Failure: Values differ", "Expected: 1", "Actual:   2", "at Drone.PlanTests.Picks()"],
    )


def test_frameworks_that_none_knows() -> None:
    java = """org.opentest4j.AssertionFailedError: expected: <1> but was: <2>
	at org.junit.jupiter.api.AssertionUtils.fail(AssertionUtils.java:55)
	at com.shop.FooTest.bar(FooTest.java:12)"""
    assert failed(java) == (
        "services/billing/src/test/FooTest.java:12",
        ["org.opentest4j.AssertionFailedError: expected: <1> but was: <2>"],
    )
    bats = """(in test file tests/greeter.bats, line 5)\n  `[ "$status" -eq 0 ]' failed"""
    assert failed(bats)[0] == "services/greeter/tests/greeter.bats:5"


def test_text_of_which_nobody_knows_where_the_point_is_is_shown_by_its_ends() -> None:
    lines = failed("\n".join(f"line {number}" for number in range(100)))[1]
    assert (len(lines), lines[0], lines[4], lines[-1]) == (13, "line 0", "...", "line 99")


def test_a_place_that_the_report_names() -> None:
    assert failed("no", file="tests/test_api.py", line=3)[0] == "services/delivery/tests/test_api.py:3"
    assert failed("no", file="elsewhere.py", line=3)[0] == "elsewhere.py:3"
    assert failed("no")[0] == ":0"


def test_a_place_in_the_message_is_nearer_than_the_one_the_report_names() -> None:
    """pytest's attributes name the line where the test begins."""
    message = ">   assert x\nE   assert False\n\n/app/tests/test_api.py:30: AssertionError"
    assert failed(message, file="tests/test_api.py", line=3)[0] == "services/delivery/tests/test_api.py:30"
    foreign = ">   assert x\nE   no\n\n/usr/lib/python3/x.py:30: Error"
    assert failed(foreign, file="tests/test_api.py", line=3)[0] == "services/delivery/tests/test_api.py:3"


def test_what_was_written_for_ci_keeps_its_places_when_it_is_read_again() -> None:
    """By whoever does not know what the container's files are."""
    [case] = [c for c in sound("pytest.xml", (RECORDED / "pytest.xml").read_bytes()) if c.name == "test_deep"]
    placed = explained(case, where)
    [again] = sound("junit.xml", merged_junit("delivery", [placed]))
    assert explained(again, lambda _name: "") == placed


def test_a_line_as_wide_as_a_page_is_cut() -> None:
    [line] = failed("x" * 10_000)[1]
    assert len(line) == 243 and line.endswith("...")


PIECES = st.sampled_from(
    [
        "E  x",
        "> y",
        "a.py:3: in f",
        'File "a.py", line 3',
        "Traceback (most recent call last):",
        "   at A.B() in C.cs:line 4",
        "    at f (a.js:1:2)",
        "error:\n    name: ",
        'actual: "',
        'expected: "x"',
        "failureType: ",
        "error: |-",
        "goroutine 1 [running]:",
        "\ta.go:3 +0x1",
        "    a_test.go:3: ",
        "The above exception was the direct cause of x",
        "file a, line 3",
        "a.py:" + "9" * 50,
        "\r",
        "",
        "  ",
    ]
)


@given(st.lists(PIECES | st.text(max_size=20), max_size=30), st.booleans())
def test_any_message_can_be_read(pieces: list[str], known: bool) -> None:
    case = TestCase("s", "t", CaseResult.FAILED, message="\n".join(pieces))
    found = explained(case, lambda name: f"services/{name}" if known else "")
    assert len(found.excerpt) <= 20
    assert all("\n" not in line for line in found.excerpt)


@pytest.mark.parametrize(
    "piece", ["E x\n", "a", "\n", "   at a in b:line 1\n", 'actual: "', "> ", "é:1: ", "a/"]
)
def test_of_a_message_without_end_only_its_ends_are_read(piece: str) -> None:
    """Patterns that take the square of the length would run into the suite's own limit here."""
    seen = explained(TestCase("s", "t", CaseResult.FAILED, message=piece * 200_000), where).excerpt
    assert len(seen) <= 20
