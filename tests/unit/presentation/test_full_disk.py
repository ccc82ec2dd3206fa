"""A full disk is told as what it is, also by the log that cannot be written."""

from __future__ import annotations

import errno
import io
import shutil
from pathlib import Path

import pytest

from build_tasks.adapters.programs.command_log import CommandLog
from build_tasks.errors import ExitCode, FlowError
from build_tasks.presentation.failures import Failures
from build_tasks.presentation.outcome import guarded


def full(number: int = errno.ENOSPC) -> OSError:
    return OSError(number, "No space left on device", "/shop/.build/x")


def raising(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_it_is_no_bug(number: int) -> None:
    screen = io.StringIO()
    assert guarded(lambda: raising(full(number)), Failures(screen, {})) is ExitCode.UNAVAILABLE
    said = screen.getvalue()
    assert "write /shop/.build/x" in said and "no space left on device" in said and "platform.prune" in said
    assert "bug" not in said


def test_nor_are_several_files_that_could_not_be_copied() -> None:
    screen = io.StringIO()
    error = shutil.Error([("a", "b", "[Errno 28] No space left on device: 'b'")])
    assert guarded(lambda: raising(error), Failures(screen, {})) is ExitCode.UNAVAILABLE


def test_a_tool_that_found_no_room_is_not_told_to_be_corrected() -> None:
    screen = io.StringIO()
    why = "failed to save: write /shop/.build/x.tgz: no space left on device"
    error = FlowError("package", why, "correct the chart", code=ExitCode.CHART_REFUSED)
    assert guarded(lambda: raising(error), Failures(screen, {})) is ExitCode.CHART_REFUSED
    assert "correct" not in screen.getvalue() and "platform.prune" in screen.getvalue()


@pytest.mark.parametrize("error", [full(), FlowError("push", "no"), ValueError("a bug")])
def test_nor_does_a_log_that_cannot_be_made_hide_what_happened(error: Exception) -> None:
    def log() -> None:
        raise full()

    screen = io.StringIO()
    code = guarded(lambda: raising(error), Failures(screen, {}), log)
    assert code is not ExitCode.OK
    assert screen.getvalue().count("\n") >= 2


def test_a_log_that_cannot_be_written_ends_no_work(tmp_path: Path) -> None:
    log = CommandLog(tmp_path / "logs" / "session.log")
    assert log.path is not None
    log.path.mkdir()  # as good as full: nothing can be written to it
    log.write("what happened")


def test_another_error_of_the_system_is_a_bug() -> None:
    screen = io.StringIO()
    denied = PermissionError(errno.EACCES, "Permission denied", "/x")
    assert guarded(lambda: raising(denied), Failures(screen, {})) is ExitCode.BUG
