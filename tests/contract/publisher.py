"""A stand-in for the publisher of grype's databases: a small database of ours, on a server of ours."""

from __future__ import annotations

import base64
import http.server
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from platformdirs import user_cache_path

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.provisioning.content_store import ContentStore
from build_tasks.adapters.provisioning.go import Go
from build_tasks.adapters.provisioning.recipe_files import RecipeFiles
from build_tasks.model.platform import GoProgram, content_key
from build_tasks.recipes import FOLDER

_SOURCE = Path(__file__).parent / "scan_database" / "main.go"
_MODULE = FOLDER / "tools" / "grype"
_FILES = ("go.mod", "go.sum")

OPENSSL = {
    "id": "CVE-2026-0001",
    "severity": "high",
    "ecosystem": "deb",
    "package": "openssl",
    "debian": "13",
    "codename": "trixie",
    "format": "dpkg",
    "affected": "< 3.5.1-1+deb13u1",
    "fixed": "3.5.1-1+deb13u1",
}
PERL = {**OPENSSL, "id": "CVE-2026-0002", "severity": "low", "package": "perl", "affected": "", "fixed": ""}
REQUESTS = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "aliases": ["CVE-2026-0003"],
    "severity": "critical",
    "ecosystem": "python",
    "package": "requests",
    "format": "python",
    "affected": "<2.40.0",
    "fixed": "2.40.0",
}
VULNERABILITIES = (OPENSSL, PERL, REQUESTS)


def writer() -> Path:
    """What writes databases with grype's own writer; compiled once, against the tool's own modules."""
    settings = RecipeFiles(FOLDER).text("go/toolchain.toml")
    processes = Processes(CommandLog(None))
    go = Go(
        processes,
        toolchain=settings["toolchain"],
        oldest=settings["oldest"],
        path=os.environ["PATH"],
        fallback=_no_go,
    )
    store = ContentStore(user_cache_path("build-tasks") / "tests")
    files = {name: (_MODULE / name).read_bytes() for name in _FILES} | {"main.go": _SOURCE.read_bytes()}
    key = content_key(go.identity, *files.values())
    if store.find("scan-database", key) is None:
        with store.fill("scan-database", key) as folder:
            for name, content in files.items():
                (folder / name).write_bytes(content)
            go.build(GoProgram(folder, "."), folder / "scan-database", lambda _: None)
    return store.root / "scan-database" / key / "scan-database"


def _no_go() -> Path:
    raise AssertionError("no go on PATH: the platform's tools were built with one")


@dataclass
class Publisher:
    """Serves a database.

    :param login: ``user:password`` that it asks for; empty: it serves anybody.
    """

    folder: Path
    address: str = ""
    login: str = ""
    asked: list[str] = field(default_factory=list)

    def publish(self, built: datetime, *vulnerabilities: object) -> None:
        """Offer a database from now on."""
        wanted = {"built": built.strftime("%Y-%m-%dT%H:%M:%SZ"), "vulnerabilities": vulnerabilities}
        processes = Processes(CommandLog(None))
        processes.run([writer(), self.folder / "v6"], stdin=json.dumps(wanted).encode())

    def spoil(self) -> None:
        """Offer an archive that is not the one announced."""
        (self.folder / "v6" / "database.tar.gz").write_bytes(b"something else")


@contextmanager
def publisher(folder: Path) -> Iterator[Publisher]:
    """A publisher on a free port of this machine, until the context ends."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Publisher(folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, made)) as server:
        made.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


class _Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, publisher: Publisher, *arguments: object) -> None:
        self._publisher = publisher
        super().__init__(*arguments, directory=str(publisher.folder))  # type: ignore[arg-type]  # as its base gives them

    def do_GET(self) -> None:
        self._publisher.asked.append(self.path)
        wanted = f"Basic {base64.b64encode(self._publisher.login.encode()).decode()}"
        if self._publisher.login and self.headers.get("Authorization") != wanted:
            self.send_error(401)
            return
        super().do_GET()

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: what was asked for is kept."""
