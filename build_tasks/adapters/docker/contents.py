"""Images and build cache of an engine: what takes up room, and removing it."""

from __future__ import annotations

import http.client
import json
import socket
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from build_tasks.adapters.docker.client import DockerClient
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.pruning import BuildRecord, EngineImage

#: Version of the engine's API whose answers are read here; every engine that fits speaks it.
_API = "/v1.42"
#: Seconds for an answer; removing a large build cache takes a while.
_PATIENCE = 600
#: Records that only `--all` would remove.
_KEPT = ("internal", "frontend")


class _Config(msgspec.Struct, rename="pascal"):
    labels: dict[str, str] | None = None


class _Image(msgspec.Struct, rename="pascal"):
    id: str
    created: datetime | None = None
    size: int = 0
    repo_tags: list[str] | None = None
    config: _Config | None = None


class _Record(msgspec.Struct, rename="pascal"):
    id: str = msgspec.field(name="ID")
    type: str = ""
    description: str = ""
    in_use: bool = False
    shared: bool = False
    size: int = 0
    created_at: datetime = datetime.fromtimestamp(0, UTC)
    last_used_at: datetime | None = None


class _DiskUsage(msgspec.Struct, rename="pascal"):
    build_cache: list[_Record] | None = None


class _Pruned(msgspec.Struct, rename="pascal"):
    space_reclaimed: int = 0


class DockerContents:
    """Implements :class:`build_tasks.ports.pruning.EngineContents`."""

    def __init__(self, client: DockerClient) -> None:
        self._client = client

    def images(self) -> list[EngineImage]:
        what = "list the engine's images"
        listed = self._client.checked(
            self._client.call("image", "ls", "--quiet", "--no-trunc", what=what), what
        )
        ids = sorted(set(listed.stdout.split()))
        if not ids:
            return []
        # one that is removed meanwhile makes the client fail, but it prints the others all the same
        done = self._client.call("image", "inspect", *ids, what=what)
        return [_image(image) for image in msgspec.json.decode(done.stdout or "[]", type=list[_Image])]

    def remove(self, image: str) -> None:
        what = f"remove {image} from the engine"
        done = self._client.call("image", "rm", image, what=what)
        if done.status != 0 and "no such image" not in done.stderr.lower():
            raise self._client.failure(done, what)


class EngineBuildCache:
    """Implements :class:`build_tasks.ports.pruning.BuildCache` for an engine with a socket on this machine.

    Through the engine's API: buildx tells sizes and ages for people only.

    :param host: the engine's DOCKER_HOST, ``unix://...``.
    """

    def __init__(self, host: str) -> None:
        self._socket = host.removeprefix("unix://")

    def records(self) -> list[BuildRecord]:
        answer = self._ask("GET", "/system/df", {"type": "build-cache"}, "measure the build cache")
        return [
            BuildRecord(
                record.id,
                record.description.partition("\n")[0][:80] or record.id,
                record.size,
                record.last_used_at or record.created_at,
                not record.in_use and not record.shared and record.type not in _KEPT,
            )
            for record in msgspec.json.decode(answer, type=_DiskUsage).build_cache or []
        ]

    def prune(self, older_than: timedelta, limit: int) -> int:
        until = json.dumps({"until": [f"{int(older_than.total_seconds())}s"]})
        freed = 0
        for query in ({"filters": until}, {"keep-storage": str(limit)}):
            answer = self._ask("POST", "/build/prune", query, "remove old build cache")
            freed += msgspec.json.decode(answer, type=_Pruned).space_reclaimed
        return freed

    def _ask(self, method: str, path: str, query: dict[str, str], what: str) -> bytes:
        connection = _UnixConnection(self._socket)
        try:
            connection.request(method, f"{_API}{path}?{urlencode(query)}", headers={"Host": "docker"})
            reply = connection.getresponse()
            body = reply.read()
        except (OSError, http.client.HTTPException) as error:
            why, fix = f"the engine does not answer: {error}", "run `./inv platform.up`"
            raise FlowError(what, why, fix, code=ExitCode.UNAVAILABLE) from None
        finally:
            connection.close()
        if reply.status != http.client.OK:
            said = body.decode("utf-8", "replace").strip()
            raise FlowError(what, f"the engine says {reply.status}: {said}", code=ExitCode.TOOL_FAILED)
        return body


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a socket in the file system."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock: Any = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_PATIENCE)
        self.sock.connect(self._path)


def _image(found: _Image) -> EngineImage:
    labels = (found.config.labels if found.config else None) or {}
    names = tuple(name for name in found.repo_tags or () if not name.startswith("<none>"))
    return EngineImage(found.id, names, labels, found.created, found.size)
