"""Where a failed test stands: frameworks call its file as it is called in the container."""

from __future__ import annotations

import pytest

from build_tasks.model.account import Annotation, Level
from build_tasks.model.tests import CaseResult, TestCase
from build_tasks.planning.failed_tests import annotation_of, in_repository

FOLDER = "services/delivery"
API = "services/delivery/tests/test_api.py"
KIT = "services/shared/tests/test_queue.py"
FILES = [
    "services/delivery/Dockerfile",
    "services/delivery/delivery/api.py",
    "services/delivery/tests/__init__.py",
    API,
    "services/delivery/tests/deep/test_deep.py",
    "services/delivery/cmd/scheduler/main_test.go",
    "services/delivery/cmd/worker/main_test.go",
    "services/shared/tests/__init__.py",
    KIT,
    "services/shared/tests/test_api.py",
]


def place(message: str = "", file: str = "", line: int = 0) -> tuple[str, int]:
    case = TestCase("suite", "test", CaseResult.FAILED, message=message, file=file, line=line)
    found = annotation_of(case, FILES, FOLDER)
    return found.file, found.line


@pytest.mark.parametrize(
    ("reported", "file"),
    [
        ("tests/test_api.py", API),
        ("./tests/test_api.py", API),
        ("/app/tests/test_api.py", API),
        ("file:///app/tests/test_api.py", API),
        ("..\\tests\\test_api.py", API),
        ("C:\\agent\\tests\\test_api.py", API),
        ("test_api.py", API),  # the service's own before what it copies in
        (API, API),
        ("tests/servicekit/test_queue.py", KIT),
        ("tests/deep/test_deep.py", "services/delivery/tests/deep/test_deep.py"),
        ("worker/main_test.go", "services/delivery/cmd/worker/main_test.go"),
        ("main_test.go", ""),  # one of two
        ("tests/test_nothing.py", ""),
        ("/usr/lib/python3.13/unittest/case.py", ""),
        ("/opt/venv/lib/python3.13/site-packages/x/test_api.py", ""),
        ("_api.py", ""),
        ("", ""),
        (".", ""),
        ("/", ""),
    ],
)
def test_which_file_is_meant(reported: str, file: str) -> None:
    assert in_repository(reported, FILES, FOLDER) == file


def test_the_place_that_a_report_names() -> None:
    assert place(file="tests/test_api.py", line=12) == (API, 12)


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (
            "def test_put():\n>  assert 1 == 2\nE  assert 1 == 2\n\ntests/test_api.py:12: AssertionError",
            (API, 12),
        ),
        ("/opt/venv/lib/python3.13/site-packages/x.py:3: in f\ntests/test_api.py:7: in g", (API, 7)),
        (" ❯ tests/test_api.py:3:13", (API, 3)),
        ("    at Object.<anonymous> (/app/tests/test_api.py:5:2)", (API, 5)),
        ("        main_test.go:9: not ready", ("", 0)),
        ("worker/main_test.go:9: not ready", ("services/delivery/cmd/worker/main_test.go", 9)),
        ("http://localhost:8080 refused, 12:30:45, a.py:x", ("", 0)),
        ("tests/xtest_api.py:4", ("", 0)),
        ("/opt/venv/lib/python3.13/site-packages/x/__init__.py:3: in f", ("", 0)),
        ("at node_modules/x/test_api.py:3", ("", 0)),
        ("", ("", 0)),
    ],
)
def test_the_place_that_a_message_names(message: str, found: tuple[str, int]) -> None:
    assert place(message) == found


def test_a_file_without_a_line_takes_the_message_s_line_in_that_file() -> None:
    message = "delivery/api.py:80: in put\ntests/test_api.py:12: AssertionError"
    assert place(message, "tests/test_api.py") == (API, 12)
    assert place("no place", "tests/test_api.py") == (API, 0)
    assert place(message) == ("services/delivery/delivery/api.py", 80)


def test_what_is_shown() -> None:
    case = TestCase("test_api", "test_put", CaseResult.ERROR, message="boom\nbang", file=API, line=3)
    shown = Annotation(Level.ERROR, "boom\nbang", "test_api::test_put", API, 3)
    assert annotation_of(case, FILES, FOLDER) == shown
    silent = TestCase("", "test_put", CaseResult.FAILED)
    assert annotation_of(silent, FILES, FOLDER).message == "failed without a word"


def test_a_long_message_takes_no_time() -> None:
    assert place("a/b.c:" * 20_000 + " " + "x" * 100_000 + ":1") == ("", 0)
