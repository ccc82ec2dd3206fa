"""`python -m ingestion.end_to_end`: does a request reach every service? Exits 0 if so, 1 if not.

Posts one request and asks delivery, package and dronescheduler until all of them know its id. The request
has the reserved prefix `smoke-`; the services forget it after an hour.
"""

import argparse
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import httpx

from ingestion.sample import SAMPLE
from ingestion.submission import SMOKE_PREFIX
from servicekit.base_url import base_url
from servicekit.smoke import Check, SmokeFailure, answer, insist, json_object, report

_SECONDS_FOR_ONE_REQUEST = 5


@dataclass(frozen=True)
class Application:
    """Base URLs of its services."""

    ingestion: str
    delivery: str
    package: str
    dronescheduler: str

    def knows(self, request_id: str) -> dict[str, str]:
        """Where each service that works on a request answers for it."""
        return {
            "dronescheduler": f"{self.dronescheduler}/api/dronedeliveries/{request_id}",
            "package": f"{self.package}/api/packages/{request_id}",
            "delivery": f"{self.delivery}/api/deliveries/{request_id}",
        }


class EndToEnd:
    """One request, followed through the application; `seconds` are for all of it."""

    def __init__(self, client: httpx.Client, application: Application, seconds: float) -> None:
        self._client = client
        self._application = application
        self._deadline = time.monotonic() + seconds
        self._request_id: str | None = None
        self._drones: dict[str, str | None] = {}

    def checks(self) -> Iterator[Check]:
        yield "ingestion accepts a request", self._post
        if self._request_id is None:
            return
        for service, url in self._application.knows(self._request_id).items():
            yield f"{service} knows {self._request_id}", partial(self._find, service, url)
        if self._drones.keys() >= {"dronescheduler", "delivery"}:
            yield "delivery names the drone that dronescheduler chose", self._compare_drones

    def _post(self) -> None:
        """Repeated until it is answered well, which the key makes safe: services may be just starting."""
        url, key = f"{self._application.ingestion}/api/deliveryrequests", f"{SMOKE_PREFIX}{uuid.uuid4()}"
        headers = {"Idempotency-Key": key}
        response = insist(lambda: answer(self._client, "POST", url, 202, SAMPLE, headers), self._deadline)
        self._request_id = str(json_object(response).get("id"))

    def _find(self, service: str, url: str) -> None:
        found = json_object(insist(lambda: answer(self._client, "GET", url, 200), self._deadline))
        self._drones[service] = found.get("droneId")

    def _compare_drones(self) -> None:
        chosen, named = self._drones["dronescheduler"], self._drones["delivery"]
        if not chosen or named != chosen:
            raise SmokeFailure(f"dronescheduler chose {chosen!r}, delivery names {named!r}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ingestion.end_to_end", description="Follow one request through the application."
    )
    for service in ("ingestion", "delivery", "package", "dronescheduler"):
        parser.add_argument(
            f"--{service}", type=base_url, required=True, help=f"for example http://{service}"
        )
    parser.add_argument("--deadline", type=float, default=60, help="seconds for all of it (default 60)")
    options = vars(parser.parse_args(arguments))
    seconds = options.pop("deadline")
    with httpx.Client(timeout=_SECONDS_FOR_ONE_REQUEST, trust_env=False) as client:
        application = Application(**{name: url.rstrip("/") for name, url in options.items()})
        return 0 if report(EndToEnd(client, application, seconds).checks()) else 1


if __name__ == "__main__":
    sys.exit(main())
