"""The three services as the worker meets them: real HTTP servers that answer as the test says."""

import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from servicekit_testing.ports import ReservedPort
from servicekit_testing.waiting import DEADLINE_SECONDS


@dataclass(frozen=True)
class Answer:
    status: int = 201
    content: Any = field(default_factory=lambda: {"droneId": "drone-7"})
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(status: int, detail: str, **headers: str) -> Answer:
    return Answer(status, {"status": status, "title": "Title", "detail": detail}, headers)


class Target:
    """One of the services; a context manager. Counts what is PUT, by the last part of the path."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.puts: Counter[str] = Counter()
        self.bodies: dict[str, Any] = {}
        self.request_ids: set[str | None] = set()
        self.answer = Answer()
        self.version = Answer(200, {"service": name, "version": "1.0.0", "commit": "abc1234"})
        self._open = threading.Event()
        self._open.set()

    def __enter__(self) -> "Target":
        self._port = ReservedPort()
        self.url = f"http://127.0.0.1:{self._port.number}"
        self.start()
        return self

    def start(self) -> None:
        self._server = _Server(("127.0.0.1", self._port.number), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def hold(self) -> None:
        """Answer no PUT until `let_go`."""
        self._open.clear()

    def let_go(self) -> None:
        self._open.set()

    def __exit__(self, *_: object) -> None:
        self.let_go()
        self.stop()
        self._port.release()

    def put(self, path: str, request_id: str | None, body: bytes) -> Answer:
        name = path.rpartition("/")[2]
        self.bodies[name] = json.loads(body)
        self.request_ids.add(request_id)
        self.puts[name] += 1
        assert self._open.wait(DEADLINE_SECONDS), "the test never let go"
        return self.answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], target: Target) -> None:
        super().__init__(address, _Handler)
        self.target = target

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that is killed closes its connections."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._send(self.server.target.version)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._send(self.server.target.put(self.path, self.headers["X-Request-ID"], body))

    def _send(self, answer: Answer) -> None:
        content = answer.content if isinstance(answer.content, bytes) else json.dumps(answer.content).encode()
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """The tests ask the target what it was asked."""


class Application:
    """All three; a context manager."""

    def __init__(self) -> None:
        self.dronescheduler = Target("dronescheduler")
        self.package = Target("package")
        self.delivery = Target("delivery")
        self.targets = (self.dronescheduler, self.package, self.delivery)

    def __enter__(self) -> "Application":
        for target in self.targets:
            target.__enter__()
        return self

    def __exit__(self, *details: object) -> None:
        for target in self.targets:
            target.__exit__(*details)

    @property
    def urls(self) -> dict[str, str]:
        return {target.name: target.url for target in self.targets}

    @property
    def environment(self) -> dict[str, str]:
        return {f"{name.upper()}_URL": url for name, url in self.urls.items()}

    def has_fulfilled(self, *ids: str) -> bool:
        """Whether all three were told of each of them."""
        return all(target.puts[request_id] for target in self.targets for request_id in ids)
