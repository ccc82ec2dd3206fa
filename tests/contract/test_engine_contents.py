"""What an engine keeps is seen and removed, and nothing else; its API's answers are read as it gives them."""

from __future__ import annotations

import http.server
import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from build_tasks.adapters.docker.client import DockerClient
from build_tasks.adapters.docker.contents import DockerContents, EngineBuildCache
from build_tasks.adapters.docker.engine import DockerEngine
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import BuildRequest
from build_tasks.model.pruning import EngineImage
from tests.contract.fixtures_runtime import docker_client as docker_client
from tests.contract.fixtures_runtime import logged as logged
from tests.contract.fixtures_runtime import needed

LABELS = {"build-tasks.inputs": "contract"}
RECORDS = [
    {"ID": "a", "Description": "RUN make", "Size": 10, "LastUsedAt": "2026-01-01T00:00:00.5Z"},
    {"ID": "b", "Size": 20, "InUse": True, "CreatedAt": "2026-01-02T00:00:00Z", "LastUsedAt": None},
    {"ID": "c", "Size": 30, "Shared": True, "CreatedAt": "2026-01-02T00:00:00Z"},
    {"ID": "d", "Size": 40, "Type": "frontend", "CreatedAt": "2026-01-02T00:00:00Z"},
]


class Api(http.server.BaseHTTPRequestHandler):
    """Answers as Docker's API does; keeps what it was asked."""

    asked: ClassVar[list[str]] = []
    status: ClassVar[int] = 200

    def do_GET(self) -> None:
        self._answer({"BuildCache": RECORDS, "LayersSize": 1})

    def do_POST(self) -> None:
        self._answer({"CachesDeleted": ["a"], "SpaceReclaimed": 10})

    def address_string(self) -> str:
        return "socket"

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""

    def _answer(self, document: object) -> None:
        self.asked.append(f"{self.command} {self.path}")
        body = json.dumps(document).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[str]:
    """DOCKER_HOST of a made-up engine."""
    Api.asked.clear()
    Api.status = 200
    with socketserver.ThreadingUnixStreamServer(str(tmp_path / "s"), Api) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"unix://{tmp_path / 's'}"
        server.shutdown()


def test_records_tell_whether_they_may_go(api: str) -> None:
    records = {record.id: record for record in EngineBuildCache(api).records()}
    assert [name for name, record in records.items() if record.removable] == ["a"]
    assert (records["a"].about, records["a"].size) == ("RUN make", 10)
    assert records["a"].last_used == datetime(2026, 1, 1, 0, 0, 0, 500000, UTC)
    assert records["b"].last_used == datetime(2026, 1, 2, tzinfo=UTC)
    assert records["b"].about == "b"


def test_pruning_asks_for_age_then_for_size(api: str) -> None:
    assert EngineBuildCache(api).prune(timedelta(days=7), 1000) == 20
    queries = [parse_qs(urlsplit(asked).query) for asked in Api.asked]
    assert json.loads(queries[0]["filters"][0]) == {"until": ["604800s"]}
    assert queries[1] == {"keep-storage": ["1000"]}


def test_an_engine_that_refuses_or_is_not_there(api: str) -> None:
    Api.status = 500
    with pytest.raises(FlowError, match="the engine says 500"):
        EngineBuildCache(api).records()
    with pytest.raises(FlowError) as caught:
        EngineBuildCache(f"{api}-absent").records()
    assert caught.value.code is ExitCode.UNAVAILABLE


def test_the_real_engine_answers_like_that() -> None:
    cache = EngineBuildCache(needed("DOCKER_HOST"))
    assert all(record.id and record.size >= 0 for record in cache.records())
    assert cache.prune(timedelta(weeks=5000), 2**62) == 0


@pytest.fixture
def name(docker_client: DockerClient) -> Iterator[str]:
    made = f"build-tasks-contract/{uuid4().hex[:8]}"
    yield made
    for tag in ("1", "2"):
        docker_client.call("image", "rm", f"{made}:{tag}", what="clean up")


def test_images_have_names_labels_and_age(docker_client: DockerClient, name: str, tmp_path: Path) -> None:
    contents = DockerContents(docker_client)
    # content of its own: an image that comes from the build cache is as old as its first build
    _build(docker_client, f"{name}:1", tmp_path, f"one {name}")
    docker_client.call("tag", f"{name}:1", f"{name}:2", what="tag")
    image = _find(contents, f"{name}:1")
    assert set(image.names) == {f"{name}:1", f"{name}:2"}
    assert LABELS.items() <= image.labels.items()
    assert image.created and timedelta(0) <= datetime.now(UTC) - image.created < timedelta(hours=1)
    contents.remove(f"{name}:2")
    contents.remove(f"{name}:2")
    assert _find(contents, f"{name}:1").names == (f"{name}:1",)


def test_an_image_that_lost_its_name_is_found_by_its_label(
    docker_client: DockerClient, name: str, tmp_path: Path
) -> None:
    contents = DockerContents(docker_client)
    _build(docker_client, f"{name}:1", tmp_path, f"first {name}")
    lost = _find(contents, f"{name}:1").id
    _build(docker_client, f"{name}:1", tmp_path, f"second {name}")
    nameless = [image for image in contents.images() if image.id == lost]
    assert [(image.names, image.labels.items() >= LABELS.items()) for image in nameless] in (
        [],  # engines with the containerd image store keep none
        [((), True)],
    )
    for image in nameless:
        contents.remove(image.id)
    assert lost not in {image.id for image in contents.images()}


def test_what_a_container_runs_from_stays(docker_client: DockerClient, name: str, tmp_path: Path) -> None:
    contents = DockerContents(docker_client)
    _build(docker_client, f"{name}:1", tmp_path, "held")
    created = docker_client.call("create", f"{name}:1", "/nothing", what="create")
    container = docker_client.checked(created, "create").stdout.strip()
    try:
        with pytest.raises(FlowError):
            contents.remove(f"{name}:1")
        assert _find(contents, f"{name}:1").names == (f"{name}:1",)
    finally:
        docker_client.call("rm", container, what="clean up")


def _build(client: DockerClient, tag: str, folder: Path, text: str) -> None:
    (folder / "Dockerfile").write_text("FROM scratch AS final\nCOPY text /text\n")
    (folder / "text").write_text(text)
    request = BuildRequest(str(folder), str(folder / "Dockerfile"), "final", tag, labels=LABELS)
    DockerEngine(client).build(request)


def _find(contents: DockerContents, name: str) -> EngineImage:
    return next(image for image in contents.images() if name in image.names)
