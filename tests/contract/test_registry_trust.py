"""What `oras` makes of a registry's certificate, and of a registry that wants a login."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.registry.client import OrasClient
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Ref


class Empty(BaseHTTPRequestHandler):
    """A registry that holds nothing, and of ``closed/...`` wants to know who asks."""

    def do_HEAD(self) -> None:
        closed = self.path.startswith("/v2/closed/")
        self.send_response(401 if closed else 404)
        if closed:
            self.send_header("WWW-Authenticate", 'Basic realm="theirs"')
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


class Quiet(HTTPServer):
    """Says nothing of callers that hang up: one that does not believe the certificate does."""

    def handle_error(self, request: object, client_address: object) -> None: ...


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def registry(authority: trustme.CA) -> Iterator[str]:
    """Its address, which is this machine's own name: a loopback address would be spoken to without TLS."""
    name = socket.gethostname()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    with Quiet((name, 0), Empty) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"{name}:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def believed(authority: trustme.CA, registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority is where Docker would look for it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    trust = tmp_path / "docker" / "certs.d" / registry
    trust.mkdir(parents=True)
    authority.cert_pem.write_to_path(str(trust / "ca.crt"))


@pytest.fixture
def oras(tool: Callable[[str], Path]) -> OrasClient:
    return OrasClient(Processes(CommandLog(None)), tool("oras"))


def test_an_authority_that_nobody_was_told_of(oras: OrasClient, registry: str) -> None:
    with pytest.raises(FlowError, match="is not to be trusted here") as caught:
        oras.resolve(Ref(registry, "open/delivery", "v1"))
    assert caught.value.code is ExitCode.UNAVAILABLE
    assert f"/etc/docker/certs.d/{registry}/ca.crt" in caught.value.fix


def test_one_that_docker_was_told_of(oras: OrasClient, registry: str, believed: None) -> None:
    assert oras.resolve(Ref(registry, "open/delivery", "v1")) is None


def test_a_login_that_is_wanted_and_not_there(oras: OrasClient, registry: str, believed: None) -> None:
    with pytest.raises(FlowError, match="does not let this account do that") as caught:
        oras.resolve(Ref(registry, "closed/delivery", "v1"))
    assert f"docker login {registry}" in caught.value.fix
