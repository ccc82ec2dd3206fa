"""Stand-ins of the world outside: a site with files that misbehaves, a proxy with an authority of its own."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme

#: A path's answer: gets the handler, writes what it wants.
Answer = Callable[["Handler"], None]


@dataclass
class Site:
    """What a site offers, and what it was asked.

    :param files: content by path.
    :param answers: behaviour of paths that do something else than give a file.
    :param asked: every request in order: its path, and the ``Range`` it named.
    :param closing: set when the test is over: whoever stalls stops then.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def give(self, handler: Handler) -> None:
        """Answer one request."""
        wanted = handler.headers.get("Range", "")
        self.asked.append((handler.where, wanted))
        if handler.where in self.answers:
            self.answers[handler.where](handler)
        elif handler.where in self.files:
            handler.file(self.files[handler.where], wanted)
        else:
            handler.status(404)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    site: Site
    host = ""

    @property
    def where(self) -> str:
        """The path; behind a proxy with the host before it."""
        return f"{self.host}{self.path}"

    def do_GET(self) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            self.site.give(self)

    do_HEAD = do_GET

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nobody reads it."""

    def status(self, code: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(code)
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def file(self, content: bytes, wanted: str = "") -> None:
        """A file, or the rest of it."""
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        whole = len(content)
        if wanted and start >= whole:
            self.status(416, Content_Range=f"bytes */{whole}")
        elif wanted:
            self.status(206, content[start:], Content_Range=f"bytes {start}-{whole - 1}/{whole}")
        else:
            self.status(200, content)

    def begin(self, promised: int, content: bytes) -> None:
        """Promise more than comes now."""
        self.send_response(200)
        self.send_header("Content-Length", str(promised))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def cut(self) -> None:
        """Hang up."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the tests."""


@contextmanager
def serving(site: Site, context: ssl.SSLContext | None = None) -> Iterator[Site]:
    """The site answers as long as the block, over TLS with a context."""
    handler = type("SiteHandler", (Handler,), {"site": site})
    server = _Server(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    site.url = f"{'https' if context else 'http'}://localhost:{server.server_port}"
    with _running(server):
        yield site
        site.closing.set()


@contextmanager
def proxying(site: Site, authority: trustme.CA, registries: Mapping[str, str] | None = None) -> Iterator[str]:
    """A proxy that looks into TLS, as companies have them: every host is answered by the site, signed by it.

    The paths of the site begin with the host. Gives the proxy's URL.

    :param registries: hosts that a registry somewhere else (``localhost:5000``, plain HTTP) answers for.
    """
    members = {"site": site, "authority": authority, "registries": registries or {}}
    server = _Server(("127.0.0.1", 0), type("ProxyHandler", (_ProxyHandler,), members))
    with _running(server):
        yield f"http://127.0.0.1:{server.server_port}"
        site.closing.set()


@contextmanager
def _running(server: _Server) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _ProxyHandler(Handler):
    authority: trustme.CA
    registries: Mapping[str, str]

    def do_CONNECT(self) -> None:
        host = self.path.rpartition(":")[0]
        self.send_response(200)
        self.end_headers()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(host).configure_cert(context)
        members = {"site": self.site, "host": host, "registry": self.registries.get(host, "")}
        kind = type("InsideHandler", (_InsideHandler,), members)
        with suppress(OSError), context.wrap_socket(self.connection, server_side=True) as inside:
            kind(inside, self.client_address, self.server)
        self.close_connection = True


class _InsideHandler(Handler):
    registry = ""

    def do_GET(self) -> None:
        if self.registry:
            self._pass_on()
        else:
            super().do_GET()

    do_HEAD = do_GET

    def _pass_on(self) -> None:
        self.site.asked.append((self.where, ""))
        connection = http.client.HTTPConnection(self.registry, timeout=10)
        accepted = {"Accept": ", ".join(self.headers.get_all("Accept") or [])}
        connection.request(self.command, self.path, headers=accepted)
        reply = connection.getresponse()
        content = reply.read()
        self.send_response(reply.status)
        for name, text in _passed(reply.headers):
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(content)
        connection.close()


def _passed(headers: Message) -> list[tuple[str, str]]:
    return [(name, text) for name, text in headers.items() if name.lower() not in {"connection", "date"}]
