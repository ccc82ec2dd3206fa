"""The cause of a failed build in what buildx printed."""

from __future__ import annotations

from build_tasks.adapters.docker.buildkit_output import build_failure
from build_tasks.errors import ExitCode

_FAILED_STEP = """#7 [build 3/5] RUN make
#7 0.151 cc -c main.c
#7 0.160 main.c:3: error: expected ';'
#7 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2
------
 > [build 3/5] RUN make:
0.151 cc -c main.c
0.160 main.c:3: error: expected ';'
------
Dockerfile:7
--------------------
   5 |     COPY . .
   7 | >>> RUN make
--------------------
ERROR: failed to build: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2
"""


def test_the_step_its_place_and_its_lines() -> None:
    error = build_failure("build x", _FAILED_STEP, None)
    assert error.code is ExitCode.BUILD_FAILED
    assert error.why == (
        "[build 3/5] RUN make (Dockerfile:7): "
        'process "/bin/sh -c make" did not complete successfully: exit code: 2'
    )
    assert error.details == ("0.151 cc -c main.c", "0.160 main.c:3: error: expected ';'")


def test_an_error_without_a_step_has_the_last_lines() -> None:
    said = '#1 transferring dockerfile\n\nERROR: failed to solve: target stage "x" could not be found\n'
    error = build_failure("build x", said, None)
    assert error.why == 'target stage "x" could not be found'
    assert error.details[-1].startswith("ERROR: ")


def test_silence_is_said_to_be_one() -> None:
    assert build_failure("build x", "", None).why == "buildx gave no reason"
