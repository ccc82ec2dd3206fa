"""The repository that is made for the measurement is one whose services are derived as they should be."""

from __future__ import annotations

import os
from pathlib import Path

from bench.kinds import KINDS
from bench.monorepo import Monorepo
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.model.affected import Reason
from build_tasks.steps.ci.affected import assess
from build_tasks.wiring import Composition

README = (Path(__file__).parents[3] / "bench" / "README.md").read_text(encoding="utf-8")


def test_two_changed_files_concern_a_service_and_those_that_share_a_library(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    repository = Monorepo(Processes(CommandLog(None), environ), tmp_path / "large", services=40, files=400)
    repository.make()
    found = assess(Composition(tmp_path / "large", environ).checkout, "HEAD~1")
    assert (found.changed, found.of, found.unclaimed) == (2, 40, ())
    reasons = {one.service: one.reason for one in found.services}
    assert reasons["service-007"] is Reason.OWN_FOLDER
    assert {name for name, reason in reasons.items() if reason is Reason.COPIED} == {
        f"service-{number:03}" for number in range(10, 20)
    }
    assert len(reasons) == 11
    files = [path for path in (tmp_path / "large").rglob("*") if path.is_file() and ".git" not in path.parts]
    assert 400 <= len(files) < 450


def test_every_kind_is_explained() -> None:
    assert [kind for kind in KINDS if f"| `{kind}` |" not in README] == []
