"""The services that fulfil a request, over HTTP: what they answer, in the two ways that matter here."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Protocol

import httpx
import msgspec

_LONGEST_DETAIL = 300
_LONGEST_WAIT_SECONDS = 60

_MAY_CHANGE = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,
        HTTPStatus.LOCKED,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""Refusals that say "not now"."""


class Refused(Exception):
    """A service refused the request, and will refuse it however often it is asked."""


class NoAnswer(Exception):
    """A service did not do its part; it may do so later."""

    def __init__(self, reason: str, retry_after_seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class Services(Protocol):
    async def put(self, service: str, path: str, content: msgspec.Struct, request_id: str) -> bytes:
        """PUT `content` to that service; the body it answers. Raise Refused or NoAnswer."""
        ...


class HttpServices:
    """Services at URLs of theirs; each answer has to be complete within `call_seconds`."""

    def __init__(self, urls: Mapping[str, str], call_seconds: float, connections: int) -> None:
        self._urls = urls
        self._call_seconds = call_seconds
        self._client = httpx.AsyncClient(
            timeout=None,  # httpx bounds each part of a call; what counts is the whole, see below
            limits=httpx.Limits(max_connections=connections),
            trust_env=False,
        )

    async def put(self, service: str, path: str, content: msgspec.Struct, request_id: str) -> bytes:
        try:
            async with asyncio.timeout(self._call_seconds):
                response = await self._client.put(
                    f"{self._urls[service]}{path}",
                    content=msgspec.json.encode(content),
                    # Under this id the other services log their part of it.
                    headers={"Content-Type": "application/json", "X-Request-ID": request_id},
                )
        except TimeoutError as error:
            raise NoAnswer(f"{service} did not answer within {self._call_seconds:g} s") from error
        except httpx.HTTPError as error:
            reason = f"{type(error).__name__}: {error}".rstrip(": ")
            raise NoAnswer(f"{service} did not answer: {reason}") from error
        return _body(service, response)

    async def close(self) -> None:
        await self._client.aclose()


def _body(service: str, response: httpx.Response) -> bytes:
    if response.is_success:
        return response.content
    reason = f"{service} answered {response.status_code}: {_detail(response)}"
    if response.is_client_error and response.status_code not in _MAY_CHANGE:
        raise Refused(reason)
    raise NoAnswer(reason, _retry_after(response))


class _Problem(msgspec.Struct):
    """What is of use in problem details (RFC 9457)."""

    detail: str = ""
    title: str = ""


def _detail(response: httpx.Response) -> str:
    try:
        problem = msgspec.json.decode(response.content, type=_Problem)
        said = problem.detail or problem.title
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = response.text
    return said[:_LONGEST_DETAIL] or response.reason_phrase


def _retry_after(response: httpx.Response) -> float:
    """Seconds; 0 if the answer names none, or a date, which none of our services does."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), _LONGEST_WAIT_SECONDS) if text.isascii() and text.isdigit() else 0.0
