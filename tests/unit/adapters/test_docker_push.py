"""Uploads that break off."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.docker.client import DockerClient, Engine
from build_tasks.adapters.docker.engine import DockerEngine
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.errors import ToolError
from build_tasks.model.images import Digest, Ref

REF = Ref("localhost:5001", "delivery", "v1.0.0")
DIGEST = f"sha256:{'a' * 64}"
#: Notes each push; fails those whose number is not above what the file ``failing`` says.
PROGRAM = f"""#!/bin/sh
d=${{0%/*}}
[ "$1" = push ] || exit 0
echo >> "$d/pushes"
if [ "$(wc -l < "$d/pushes")" -le "$(cat "$d/failing")" ]; then cat "$d/said" >&2; exit 1; fi
echo "v1.0.0: digest: {DIGEST} size: 855"
"""


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    program = tmp_path / "docker"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    program.with_name("said").write_text("error from registry: invalid content range\n" * 2)
    return program


def _push(docker: Path, failing: int) -> Digest:
    docker.with_name("failing").write_text(str(failing))
    engine = DockerEngine(DockerClient(Processes(CommandLog(None)), Engine(docker)))
    return engine.push("delivery:final", REF)


def _pushes(docker: Path) -> int:
    return len(docker.with_name("pushes").read_text().splitlines())


def test_an_upload_that_broke_off_is_begun_anew(docker: Path) -> None:
    assert _push(docker, failing=2) == Digest(DIGEST)
    assert _pushes(docker) == 3


def test_one_that_keeps_breaking_off_is_told(docker: Path) -> None:
    with pytest.raises(ToolError, match="invalid content range"):
        _push(docker, failing=9)
    assert _pushes(docker) == 3


def test_another_refusal_is_told_at_once(docker: Path) -> None:
    docker.with_name("said").write_text("denied: requested access to the resource is denied\n")
    with pytest.raises(ToolError, match="denied"):
        _push(docker, failing=9)
    assert _pushes(docker) == 1
