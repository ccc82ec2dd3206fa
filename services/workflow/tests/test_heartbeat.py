import os
import time
from pathlib import Path

import pytest

from servicekit_testing.processes import run_module
from workflow import heartbeat
from workflow.heartbeat import Heartbeat


def test_a_recent_beat_passes(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"
    Heartbeat(file).beat()
    ended = run_module("workflow.heartbeat", "--max-age", "60", environment={"HEARTBEAT_FILE": str(file)})
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_an_old_beat_fails_and_another_makes_it_good(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, long_ago = tmp_path / "heartbeat", time.time() - 90
    Heartbeat(file).beat()
    os.utime(file, (long_ago, long_ago))
    assert heartbeat.main(["--file", str(file), "--max-age", "60"]) == 1
    assert "more than 60" in capsys.readouterr().err
    assert heartbeat.main(["--file", str(file), "--max-age", "600"]) == 0
    Heartbeat(file).beat()
    assert heartbeat.main(["--file", str(file)]) == 0


def test_no_beat_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert heartbeat.main(["--file", str(tmp_path / "none")]) == 1
    assert "no heartbeat" in capsys.readouterr().err
