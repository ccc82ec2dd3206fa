"""What is made of what an engine says when it cannot pull. The engine is a script that says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.docker.client import DockerClient, Engine
from build_tasks.adapters.docker.images import EngineImages
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.errors import ExitCode, FlowError

_REFERENCE = f"docker.io/library/redis@sha256:{'a' * 64}"


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    return tmp_path / "docker"


def _says(docker: Path, words: str, status: int = 1) -> EngineImages:
    """An engine whose client notes what it is asked and ends so."""
    docker.with_name("said").write_text(words)
    script = f'#!/bin/sh\necho "$@" >> {docker}.log\ncat {docker.with_name("said")} >&2\nexit {status}\n'
    docker.write_text(script)
    docker.chmod(0o755)
    return EngineImages(DockerClient(Processes(CommandLog(None)), Engine(docker)))


def _asked(docker: Path) -> list[str]:
    return Path(f"{docker}.log").read_text().splitlines()


def _refused(images: EngineImages, reference: str = _REFERENCE) -> FlowError:
    with pytest.raises(FlowError) as caught:
        images.pull(reference, "build-tasks/upstream/redis:8-a", lambda _: None)
    return caught.value


def test_what_was_pulled_gets_a_name(docker: Path) -> None:
    _says(docker, "", 0).pull(_REFERENCE, "build-tasks/upstream/redis:8-a", lambda _: None)
    assert _asked(docker) == [f"pull {_REFERENCE}", f"tag {_REFERENCE} build-tasks/upstream/redis:8-a"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Error response from daemon: manifest for x not found: manifest unknown", ExitCode.UNAVAILABLE),
        (
            "Error response from daemon: unexpected commit digest sha256:b, expected sha256:a",
            ExitCode.CONFLICT,
        ),
        ("Error response from daemon: manifest verification failed for digest sha256:a", ExitCode.CONFLICT),
        ("filesystem layer verification failed for digest sha256:a", ExitCode.CONFLICT),
        ("write /var/lib/docker/x: no space left on device", ExitCode.FAILED),
        ("dial tcp: lookup registry-1.docker.io: no such host", ExitCode.UNAVAILABLE),
        ("", ExitCode.UNAVAILABLE),
    ],
)
def test_only_other_content_and_a_full_disk_end_it(docker: Path, words: str, code: ExitCode) -> None:
    assert _refused(_says(docker, words)).code is code


def test_a_registry_that_does_not_answer_is_asked_once(docker: Path) -> None:
    images = _says(docker, "Get https://registry-1.docker.io/v2/: net/http: Client.Timeout exceeded")
    assert "tried before" not in _refused(images).why
    assert "tried before" in _refused(images, f"docker.io/library/postgres@sha256:{'b' * 64}").why
    assert len(_asked(docker)) == 1
    _refused(images, f"ghcr.io/other/image@sha256:{'b' * 64}")
    assert len(_asked(docker)) == 2, "another registry may answer"


def test_a_registry_that_lacks_one_image_is_asked_for_the_next(docker: Path) -> None:
    images = _says(docker, "manifest unknown")
    _refused(images)
    _refused(images)
    assert len(_asked(docker)) == 2
