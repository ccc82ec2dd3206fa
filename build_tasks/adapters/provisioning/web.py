"""HTTP, as publishers' sites speak it. https://requests.readthedocs.io

Proxies and their exceptions are those of the environment (``HTTPS_PROXY``, ``NO_PROXY``). Authorities are
those that the operating system trusts, or those of ``SSL_CERT_FILE`` or ``REQUESTS_CA_BUNDLE``.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import truststore
from requests.adapters import HTTPAdapter
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter
from tenacity.wait import wait_base
from urllib3.exceptions import HTTPError, ReadTimeoutError

from build_tasks.errors import ExitCode, FlowError

_AUTHORITY = (
    "if a proxy of yours stands between, let SSL_CERT_FILE name a file with its certificate authority"
    " (and those you trust otherwise)"
)
_NETWORK = "run it again: it goes on where it stopped; behind a proxy, set HTTPS_PROXY"
#: Answers that may be different a moment later.
_PASSING = {429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Patience:
    """How long is waited for a site.

    :param connect: seconds until a connection stands.
    :param stall: seconds without a single byte, after which a site counts as stuck; the whole has no limit.
    :param attempts: how often it is tried.
    :param pause: between two attempts.
    """

    connect: float = 10.0
    stall: float = 30.0
    attempts: int = 3
    pause: wait_base = field(default_factory=lambda: wait_exponential_jitter(initial=1, max=10))


class Passing(Exception):
    """What may be gone at the next attempt; its text says what happened."""


class Web:
    """Asks sites.

    :param authorities: file of the certificate authorities to trust; None: those of the operating system.
    """

    def __init__(self, patience: Patience | None = None, authorities: Path | None = None) -> None:
        self._patience = patience or Patience()
        self._session = requests.Session()
        self._session.headers["Accept-Encoding"] = "identity"
        if authorities is None:
            self._session.mount("https://", _SystemAuthorities())
        else:
            self._session.verify = str(authorities)
        self._silent: dict[str, str] = {}

    def insist(self, url: str, attempt: Callable[[], None]) -> None:
        """Call ``attempt`` until it raises no :class:`Passing`, as often as patience allows.

        A site that could not be reached is not tried again by this process.

        :raises FlowError: UNAVAILABLE.
        """
        host, what = urlsplit(url).netloc, f"download {url}"
        if host in self._silent:
            raise FlowError(what, f"{self._silent[host]} (tried before)", _NETWORK, code=ExitCode.UNAVAILABLE)
        patience = self._patience
        tries = Retrying(
            stop=stop_after_attempt(patience.attempts),
            wait=patience.pause,
            retry=retry_if_exception_type(Passing),
            reraise=True,
        )
        try:
            tries(attempt)
        except Passing as error:
            if isinstance(error.__cause__, requests.ConnectionError):
                self._silent[host] = str(error)
            why = f"{error} (tried {patience.attempts} times)"
            raise FlowError(what, why, _NETWORK, code=ExitCode.UNAVAILABLE) from None

    @contextmanager
    def answer(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[requests.Response]:
        """The site's answer, its content yet to be read with :func:`content_of`.

        :raises Passing: the site did not answer, or is busy.
        :raises FlowError: UNAVAILABLE when the site says that there is nothing, or cannot be trusted.
        """
        timeouts = (self._patience.connect, self._patience.stall)
        try:
            response = self._session.get(url, headers=headers, stream=True, timeout=timeouts)
        except requests.exceptions.SSLError as error:
            why = f"the certificate of {urlsplit(url).netloc} is not to be trusted: {_innermost(error)}"
            raise FlowError(f"download {url}", why, _AUTHORITY, code=ExitCode.UNAVAILABLE) from None
        except requests.RequestException as error:
            raise Passing(f"{urlsplit(url).netloc} does not answer: {_innermost(error)}") from error
        except OSError as error:  # a bundle of authorities that is not there
            raise FlowError(f"download {url}", str(error), _AUTHORITY, code=ExitCode.UNAVAILABLE) from None
        with response:
            _judge(url, response)
            yield response

    def content_of(self, response: requests.Response) -> Iterator[bytes]:
        """The bytes of an answer, as they come and as they were sent.

        :raises Passing: the site stops sending, or ends before it has sent all.
        """
        host = urlsplit(response.url).netloc
        try:
            yield from response.raw.stream(64 * 1024, decode_content=False)
        except ReadTimeoutError:
            raise Passing(f"{host} sent no byte for {self._patience.stall:g} s") from None
        except HTTPError as error:
            raise Passing(f"{host} ended the connection early: {_innermost(error)}") from None


class _SystemAuthorities(HTTPAdapter):
    """Trusts what the operating system trusts: on a Mac, a company's own authority is in the keychain."""

    def init_poolmanager(self, *arguments: Any, **settings: Any) -> None:
        super().init_poolmanager(*arguments, **settings, ssl_context=_context())

    def proxy_manager_for(self, *arguments: Any, **settings: Any) -> Any:
        return super().proxy_manager_for(*arguments, **settings, ssl_context=_context())


def _context() -> ssl.SSLContext:
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _judge(url: str, response: requests.Response) -> None:
    """Refuse what is no file."""
    host, what = urlsplit(response.url).netloc, f"download {url}"
    if url.startswith("https:") and any(r.url.startswith("http:") for r in (*response.history, response)):
        why = f"{urlsplit(url).netloc} sends one on to {response.url}, which is not encrypted"
        raise FlowError(what, why, "do not use it; tell the publisher", code=ExitCode.UNAVAILABLE)
    if response.status_code in _PASSING:
        raise Passing(f"{host} answers {response.status_code} {response.reason}")
    if response.status_code >= HTTPStatus.BAD_REQUEST and response.status_code != 416:
        why = f"{host} answers {response.status_code} {response.reason}"
        fix = "see whether the publisher still has this version there"
        raise FlowError(what, why, fix, code=ExitCode.UNAVAILABLE)
    if response.headers.get("Content-Type", "").startswith("text/html"):
        why, fix = (
            f"{host} answers with a web page",
            "see in a browser what it says; a proxy may want a login",
        )
        raise FlowError(what, why, fix, code=ExitCode.UNAVAILABLE)


def _innermost(error: BaseException) -> str:
    """The last of the reasons that libraries have wrapped into each other."""
    while True:
        inner = getattr(error, "reason", None) or next(
            (a for a in error.args if isinstance(a, Exception)), None
        )
        if not isinstance(inner, BaseException):
            return str(error).rpartition(": ")[2] or type(error).__name__
        error = inner
