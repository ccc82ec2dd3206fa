"""One exit code for many."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode
from build_tasks.model.outcomes import common_code


@pytest.mark.parametrize(
    ("codes", "common"),
    [
        ([], ExitCode.OK),
        ([ExitCode.OK, ExitCode.OK], ExitCode.OK),
        ([ExitCode.OK, ExitCode.TESTS_FAILED], ExitCode.TESTS_FAILED),
        ([ExitCode.TESTS_FAILED, ExitCode.OK, ExitCode.TESTS_FAILED], ExitCode.TESTS_FAILED),
        ([ExitCode.TESTS_FAILED, ExitCode.BUILD_FAILED], ExitCode.FAILED),
    ],
)
def test_the_code_of_the_failures_if_they_share_one(codes: list[ExitCode], common: ExitCode) -> None:
    assert common_code(codes) is common
