"""`python -m delivery.smoke BASE_URL`: does a deployed version work? Exits 0 if so, 1 if not.

What it puts has an id with the reserved prefix `smoke-`, which the service forgets after an hour.
"""

import argparse
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx

from delivery.base_url import base_url
from delivery.model import SMOKE_PREFIX

Check = tuple[str, Callable[[], None]]

_DETAILS = {
    "ownerId": "smoke",
    "pickup": {"latitude": 47.6, "longitude": -122.3, "altitude": 0.0},
    "dropoff": {"latitude": 47.7, "longitude": -122.2, "altitude": 0.0},
}


class SmokeFailure(Exception):
    """A check did not hold; the message says what was seen instead."""


class Smoke:
    def __init__(self, client: httpx.Client, expected_version: str | None, wait_seconds: float) -> None:
        self._client = client
        self._expected_version = expected_version
        self._wait_seconds = wait_seconds
        self._path = f"/api/deliveries/{SMOKE_PREFIX}{uuid.uuid4()}"

    def checks(self) -> Iterator[Check]:
        yield "the version is ready", self._becomes_ready
        yield "the process is alive", lambda: self._answer("GET", "/healthz", 200)
        if self._expected_version:
            yield f"it is version {self._expected_version}", self._is_expected_version
        yield "a new delivery is accepted", lambda: self._answer("PUT", self._path, 201, _DETAILS)
        yield "the delivery can be read back", self._reads_back

    def _becomes_ready(self) -> None:
        """A Service that was created a moment ago may not route yet, so this one check waits."""
        deadline = time.monotonic() + self._wait_seconds
        while True:
            try:
                return self._answer("GET", "/readyz", 200)
            except (SmokeFailure, httpx.TransportError):
                if time.monotonic() >= deadline:
                    raise
                time.sleep(0.2)

    def _is_expected_version(self) -> None:
        version = self._json("/version").get("version")
        if version != self._expected_version:
            raise SmokeFailure(f"it says it is {version!r}")

    def _reads_back(self) -> None:
        delivery = self._json(self._path)
        differing = [key for key, value in _DETAILS.items() if delivery.get(key) != value]
        if differing:
            raise SmokeFailure(f"not as it was put: {', '.join(differing)} in {delivery}")

    def _answer(self, method: str, path: str, status: int, content: Any = None) -> None:
        response = self._client.request(method, path, json=content)
        if response.status_code != status:
            raise SmokeFailure(
                f"{method} {path} answered {response.status_code}, not {status}: {response.text[:300]}"
            )

    def _json(self, path: str) -> dict[str, Any]:
        response = self._client.get(path)
        if response.status_code != 200:
            raise SmokeFailure(f"GET {path} answered {response.status_code}: {response.text[:300]}")
        try:
            return dict(response.json())
        except (ValueError, TypeError) as error:
            raise SmokeFailure(f"GET {path} answered no JSON object: {response.text[:300]}") from error


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


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m delivery.smoke", description="Smoke-test a deployed version."
    )
    parser.add_argument("base_url", type=base_url, help="for example http://delivery-v1-0-2")
    parser.add_argument(
        "--expect-version", default=os.environ.get("APP_VERSION"), help="default: APP_VERSION"
    )
    parser.add_argument("--timeout", type=float, default=5, help="seconds for one request (default 5)")
    parser.add_argument("--wait", type=float, default=15, help="seconds to become ready (default 15)")
    options = parser.parse_args(arguments)
    with httpx.Client(base_url=options.base_url, timeout=options.timeout, trust_env=False) as client:
        smoke = Smoke(client, options.expect_version, options.wait)
        return 0 if report(smoke.checks()) else 1


if __name__ == "__main__":
    sys.exit(main())
