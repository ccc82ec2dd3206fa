"""Files with credentials, this machine's limits, and which process is meant."""

from __future__ import annotations

import http.server
import os
import signal
import socket
import stat
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from build_tasks.adapters.machine.host import Machine
from build_tasks.adapters.machine.private_files import LocalPrivateFiles
from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.programs.process_identity import ProcessIdentity, has_ended, traces_of_this_process


class Registry(http.server.BaseHTTPRequestHandler):
    """Answers as a registry does that takes uploads to `open/` only; keeps what it was asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self._answer(200 if self.path == "/v2/" else 404)

    def do_POST(self) -> None:
        self._answer(202 if "/open/" in self.path else 403)

    def do_DELETE(self) -> None:
        self._answer(204)

    def _answer(self, status: int) -> None:
        self.asked.append(f"{self.command} {self.path}")
        self.send_response(status)
        self.send_header("Location", f"{self.path}1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Not to the test's output."""


@pytest.fixture
def registry() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        Registry.asked.clear()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_private_files_are_nobody_elses(tmp_path: Path) -> None:
    files, path = LocalPrivateFiles(), tmp_path / "instance" / "qa.kubeconfig"
    assert files.read(path) == ""
    files.write(path, "token")
    files.write(path, "another")
    assert files.read(path) == "another"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [p.name for p in path.parent.iterdir()] == ["qa.kubeconfig"]
    assert files.remove_folder(path.parent)
    assert not files.remove_folder(path.parent)


def test_a_lock_keeps_the_second_out_until_the_first_is_done(tmp_path: Path) -> None:
    files, path, order = LocalPrivateFiles(), tmp_path / "locks" / "one", []
    waiting = threading.Event()

    def second() -> None:
        waiting.set()
        with files.lock(path):
            order.append("second")

    with files.lock(path):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(30)
        thread.join(0.2)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]


def test_ports() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not Machine().port_free(port)
    assert Machine().port_free(port)


def test_http(registry: str) -> None:
    machine = Machine()
    assert machine.http_ok(f"http://{registry}/v2/")
    assert not machine.http_ok(f"http://{registry}/v3/")
    assert not machine.http_ok("http://127.0.0.1:1/v2/")


def test_a_proxy_is_not_asked_for_what_is_on_this_machine(
    registry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert Machine().http_ok(f"http://{registry}/v2/")


def test_an_upload_that_was_let_in_is_taken_back(registry: str) -> None:
    machine = Machine()
    assert not machine.may_upload(registry, "prod/x")
    assert machine.may_upload(registry, "open/x")
    assert Registry.asked[-2:] == ["POST /v2/open/x/blobs/uploads/", "DELETE /v2/open/x/blobs/uploads/1"]


def test_space_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert Machine().free_bytes(tmp_path / "not" / "yet") > 0


def test_a_process_is_known_by_more_than_its_number(processes: Processes, tmp_path: Path) -> None:
    pid = processes.spawn(["sleep", "600"], log=tmp_path / "log")
    record = tmp_path / "record.json"
    mine = ProcessIdentity.of(pid)
    mine.write(record)
    assert ProcessIdentity.read(record) == mine
    assert mine.alive()
    assert not ProcessIdentity(pid, mine.start + 1, mine.boot).alive()
    assert not ProcessIdentity(pid, mine.start, "another boot").alive()
    mine.end(10)
    assert not mine.alive()
    assert not ProcessIdentity.of(pid).alive()


def test_one_that_ignores_a_polite_request_is_ended_all_the_same(
    processes: Processes, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    pid = processes.spawn(["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"], log=log)
    while "deaf" not in log.read_text():
        os.sched_yield()
    stubborn = ProcessIdentity.of(pid)
    stubborn.end(0.2)
    assert not stubborn.alive()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": "x", "start": 1, "boot": ""}'])
def test_a_record_that_cannot_be_read_is_none(text: str, tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(text)
    assert ProcessIdentity.read(record) is None


def test_a_process_that_has_ended_is_known_by_what_it_left(processes: Processes, tmp_path: Path) -> None:
    words = "import time, build_tasks.adapters.programs.process_identity as identity"
    log = tmp_path / "log"
    pid = processes.spawn(
        [
            sys.executable,
            "-c",
            f"{words}; print(identity.traces_of_this_process(), flush=True); time.sleep(600)",
        ],
        log=log,
    )
    try:
        while not log.read_text().endswith("\n"):
            time.sleep(0.02)
        traces = log.read_text().strip()
        assert str(pid) in traces.split("/")
        assert not has_ended(traces)
    finally:
        os.kill(pid, signal.SIGKILL)
    while not has_ended(traces):
        time.sleep(0.02)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_of_another_machine_or_user_or_container_nothing_is_known(part: int) -> None:
    parts = traces_of_this_process().split("/")
    parts[4] = "1"  # no process of this number has that start
    assert has_ended("/".join(parts))
    parts[part] = "4711"
    assert not has_ended("/".join(parts))


@pytest.mark.parametrize("text", ["", "a/b/c/d/e", "a/b", "\x1b[31m/1/2/3/4"])
def test_what_is_no_trace_says_nothing(text: str) -> None:
    assert not has_ended(text)
