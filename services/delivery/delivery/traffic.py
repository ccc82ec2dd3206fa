"""`python -m delivery.traffic BASE_URL`: does a switch of versions lose a request?

Half of the clients keep their connections alive, half open one for each request; each asks /version at
a steady pace. Nothing is retried: whatever is not a 200 with a version is lost. The last line printed is
a JSON summary; the exit code is 1 if a request was lost or none was made. The first answer is told on
stderr, for whoever wants to wait for it before traffic is moved.
"""

import argparse
import asyncio
import signal
import ssl
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
import msgspec

from delivery.traffic_tally import Tally
from servicekit.base_url import base_url

# Longer than httpx would keep it, so that a slow pace still asks over one connection; shorter than the
# service would (20 s), so that a request never meets a connection it is just closing.
_KEEP_ALIVE = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=15)
_NEW_EACH_TIME = httpx.Limits(max_connections=1, max_keepalive_connections=0)


@dataclass(frozen=True)
class Load:
    base_url: str
    clients: int = 8
    seconds: float = 30
    requests_per_second: float = 50
    timeout: float = 5


class _About(msgspec.Struct):
    version: str


async def probe(load: Load, tally: Tally, stop: asyncio.Event) -> None:
    """Make `load` until its time is up or `stop` is set; requests under way then are still counted."""
    started = time.monotonic()
    tls = ssl.create_default_context()  # made once: each costs tens of milliseconds
    asyncio.get_running_loop().call_later(load.seconds, stop.set)
    await asyncio.gather(
        *(_client(load, number, tls, tally, started, stop) for number in range(load.clients))
    )


async def _client(
    load: Load, number: int, tls: ssl.SSLContext, tally: Tally, started: float, stop: asyncio.Event
) -> None:
    pace = load.clients / load.requests_per_second
    due = started + pace * number / load.clients
    limits = _KEEP_ALIVE if number % 2 == 0 else _NEW_EACH_TIME
    async with httpx.AsyncClient(
        base_url=load.base_url, timeout=load.timeout, limits=limits, verify=tls, trust_env=False
    ) as http:
        while not await _stopped_before(due, stop):
            await _ask(http, number, tally, started)
            due = max(due + pace, time.monotonic())


async def _stopped_before(moment: float, stop: asyncio.Event) -> bool:
    """Wait until `moment`, or until `stop`; say whether it was `stop`."""
    try:
        async with asyncio.timeout(max(0.0, moment - time.monotonic())):
            await stop.wait()
    except TimeoutError:
        return False
    return True


async def _ask(http: httpx.AsyncClient, number: int, tally: Tally, started: float) -> None:
    try:
        response = await http.get("/version")
        response.raise_for_status()
        version = msgspec.json.decode(response.content, type=_About).version
    except (httpx.HTTPError, msgspec.DecodeError) as error:
        tally.lost(number, f"{type(error).__name__}: {error}", time.monotonic() - started)
    else:
        tally.answered(number, version, time.monotonic() - started)


async def _run(load: Load) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tally = Tally(_say_answered)
    await probe(load, tally, stop)
    print(msgspec.json.encode(tally.summary()).decode(), flush=True)
    return 0 if tally.clean else 1


def _say_answered(version: str) -> None:
    print(f"answered by version {version}; counting", file=sys.stderr, flush=True)


def _positive(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m delivery.traffic", description="Count requests lost.")
    parser.add_argument("base_url", type=base_url, help="for example http://delivery")
    parser.add_argument("--clients", type=int, choices=range(1, 101), metavar="1..100", default=8)
    parser.add_argument("--seconds", type=_positive, default=30, help="how long (default 30)")
    parser.add_argument(
        "--rate", type=_positive, default=50, help="requests a second, all clients (default 50)"
    )
    parser.add_argument("--timeout", type=_positive, default=5, help="seconds for one request (default 5)")
    options = parser.parse_args(arguments)
    return asyncio.run(
        _run(Load(options.base_url, options.clients, options.seconds, options.rate, options.timeout))
    )


if __name__ == "__main__":
    sys.exit(main())
