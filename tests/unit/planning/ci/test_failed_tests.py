"""What a CI system shows of a failed test."""

from __future__ import annotations

from build_tasks.model.account import Annotation, Level
from build_tasks.model.tests import CaseResult, TestCase
from build_tasks.planning.ci.failed_tests import annotation_of

API = "services/delivery/tests/test_api.py"


def test_the_lines_that_matter_at_the_test_s_place() -> None:
    excerpt = (">   assert 1 == 2", "E   assert 1 == 2")
    case = TestCase("test_api", "test_put", CaseResult.FAILED, 0.1, "all of it", API, 12, excerpt)
    assert annotation_of(case) == Annotation(Level.ERROR, "\n".join(excerpt), "test_api::test_put", API, 12)


def test_a_failure_of_which_less_is_known() -> None:
    error = TestCase("", "test_put", CaseResult.ERROR, message="boom")
    assert annotation_of(error) == Annotation(Level.ERROR, "boom", "test_put")
    silent = TestCase("", "test_put", CaseResult.FAILED)
    assert annotation_of(silent).message == "failed without a word"
