"""Smoke tests of a deployed version: claims about it, checked over HTTP and reported line by line."""

import argparse
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import httpx

from servicekit.base_url import base_url

Check = tuple[str, Callable[[], object]]

T = TypeVar("T")

_PAUSE_SECONDS = 0.2


class SmokeFailure(Exception):
    """A check did not hold; the message says what was seen instead."""


class Deployed:
    """A deployed version of a service."""

    def __init__(self, client: httpx.Client, expected_version: str | None, wait_seconds: float) -> None:
        self._client = client
        self._expected_version = expected_version
        self._wait_seconds = wait_seconds

    def checks(self) -> Iterator[Check]:
        """What holds for every service."""
        yield "the version is ready", self._becomes_ready
        yield "the process is alive", lambda: self.answer("GET", "/healthz", 200)
        if self._expected_version:
            yield f"it is version {self._expected_version}", self._is_expected_version

    def answer(
        self,
        method: str,
        path: str,
        status: int,
        content: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """See `answer`."""
        return answer(self._client, method, path, status, content, headers)

    def _becomes_ready(self) -> None:
        """A Service that was created a moment ago may not route yet, so this one check waits."""
        insist(lambda: self.answer("GET", "/readyz", 200), time.monotonic() + self._wait_seconds)

    def _is_expected_version(self) -> None:
        version = json_object(self.answer("GET", "/version", 200)).get("version")
        if version != self._expected_version:
            raise SmokeFailure(f"it says it is {version!r}")


def answer(
    client: httpx.Client,
    method: str,
    url: str,
    status: int,
    content: Any = None,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Send `content` as JSON; raise SmokeFailure for an answer other than `status`."""
    response = client.request(method, url, json=content, headers=headers)
    if response.status_code != status:
        raise SmokeFailure(
            f"{method} {url} answered {response.status_code}, not {status}: {response.text[:300]}"
        )
    return response


def insist(ask: Callable[[], T], deadline: float) -> T:
    """What `ask` returns, asked again until `deadline` (of time.monotonic) while that fails."""
    while True:
        try:
            return ask()
        except (SmokeFailure, httpx.TransportError):
            if time.monotonic() >= deadline:
                raise
            time.sleep(_PAUSE_SECONDS)


def json_object(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; raise SmokeFailure if it is none."""
    try:
        return dict(response.json())
    except (ValueError, TypeError) as error:
        request = response.request
        raise SmokeFailure(
            f"{request.method} {request.url.path} answered no JSON object: {response.text[:300]}"
        ) from error


def report(checks: Iterator[Check]) -> bool:
    """Run every check, print a line for each, and say whether all held."""
    passed = True
    for claim, check in checks:
        try:
            check()
            print(f"ok    {claim}", flush=True)
        except (SmokeFailure, httpx.HTTPError) as error:
            passed = False
            print(f"FAIL  {claim}: {str(error) or type(error).__name__}", flush=True)
    return passed


def run(
    service: str, own_checks: Callable[[Deployed], Iterator[Check]], arguments: Sequence[str] | None = None
) -> int:
    """`python -m <service>.smoke`: the checks of every service, then its own; the exit code."""
    options = _parser(service).parse_args(arguments)
    with httpx.Client(base_url=options.base_url, timeout=options.timeout, trust_env=False) as client:
        deployed = Deployed(client, options.expect_version, options.wait)
        passed = report(deployed.checks())
        return 0 if report(own_checks(deployed)) and passed else 1


def _parser(service: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {service}.smoke", description="Smoke-test a deployed version."
    )
    parser.add_argument("base_url", type=base_url, help=f"for example http://{service}-v1-0-2")
    parser.add_argument(
        "--expect-version", default=os.environ.get("APP_VERSION"), help="default: APP_VERSION"
    )
    parser.add_argument("--timeout", type=float, default=5, help="seconds for one request (default 5)")
    parser.add_argument("--wait", type=float, default=15, help="seconds to become ready (default 15)")
    return parser
