"""`python -m workflow.smoke`: could this version work here? Exits 0 if so, 1 if not.

A worker is deployed with no replicas until it is switched to, so this asks what it would ask: that its
configuration is whole, that the queue can be read, and that the three services answer. It takes no entry.
"""

import argparse
import asyncio
import functools
import os
import sys
import time
from collections.abc import Iterator, Sequence

import httpx

from servicekit.configuration import ConfigurationError
from servicekit.smoke import Check, SmokeFailure, answer, insist, json_object, report
from workflow.config import Settings
from workflow.redis_queue import RedisQueue
from workflow.request_queue import QueueUnavailable, Summary


class Surroundings:
    """What the worker needs around it."""

    def __init__(self, settings: Settings, client: httpx.Client, wait_seconds: float) -> None:
        self._settings = settings
        self._client = client
        self._deadline = time.monotonic() + wait_seconds

    def checks(self) -> Iterator[Check]:
        yield "the queue can be read", self._queue_can_be_read
        for name, url in self._settings.service_urls.items():
            yield f"{name} answers at {url}", functools.partial(self._service_answers, name, url)

    def _queue_can_be_read(self) -> None:
        try:
            summary = asyncio.run(_read_queue(self._settings))
        except QueueUnavailable as error:
            raise SmokeFailure(str(error)) from error
        new = "unknown" if summary.new is None else summary.new
        print(f"      new: {new}, under way or waiting: {summary.pending}, dead letters: {summary.dead}")

    def _service_answers(self, name: str, url: str) -> None:
        """A service that is being replaced has a moment to come back."""
        about = insist(
            lambda: json_object(answer(self._client, "GET", f"{url}/version", 200)), self._deadline
        )
        if about.get("service") != name:
            raise SmokeFailure(f"it says it is the service {about.get('service')!r}")
        print(f"      {name}'s version: {about.get('version')}, commit: {about.get('commit')}")


async def _read_queue(settings: Settings) -> Summary:
    queue = RedisQueue(settings.redis_url, "smoke", settings.claim_seconds, settings.redis_seconds)
    try:
        await queue.prepare()
        return await queue.summary()
    finally:
        await queue.close()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m workflow.smoke", description="Check that this version could work here."
    )
    parser.add_argument("--timeout", type=float, default=5, help="seconds for one request (default 5)")
    parser.add_argument("--wait", type=float, default=15, help="seconds for services to answer (default 15)")
    options = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment(os.environ)
    except ConfigurationError as error:
        print(f"FAIL  the configuration is whole: {error}")
        return 1
    print("ok    the configuration is whole")
    with httpx.Client(timeout=options.timeout, trust_env=False) as client:
        return 0 if report(Surroundings(settings, client, options.wait).checks()) else 1


if __name__ == "__main__":
    sys.exit(main())
