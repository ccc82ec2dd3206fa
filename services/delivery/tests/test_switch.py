"""No request is lost when traffic moves: real processes, real connections, the real probe."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import httpx
import pytest
from processes import Service
from switchboard import Switchboard

from delivery.traffic import Load, probe
from delivery.traffic_tally import Tally
from servicekit_testing.waiting import DEADLINE_SECONDS, until

pytestmark = pytest.mark.anyio

CLIENTS = range(8)
KEPT_ALIVE = CLIENTS[::2]
NEW_EACH_TIME = CLIENTS[1::2]

LONG_LAME_DUCK_SECONDS = 300
"""No test waits for its end."""


@asynccontextmanager
async def probing(url: str) -> AsyncIterator[Tally]:
    """Ask `url` steadily for as long as the context lasts."""
    tally, stop = Tally(), asyncio.Event()
    load = Load(url, len(CLIENTS), seconds=600, requests_per_second=100, timeout=DEADLINE_SECONDS)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(probe(load, tally, stop))
        try:
            yield tally
        finally:
            stop.set()


async def until_answered(tally: Tally, clients: Iterable[int], version: str) -> None:
    awaited = set(clients)
    await until(
        lambda: awaited <= {client for client, latest in tally.latest.items() if latest == version},
        f"clients {awaited} are answered by {version}",
    )


async def until_more_answers(tally: Tally, version: str, count: int) -> None:
    enough = tally.versions[version] + count
    await until(lambda: tally.versions[version] >= enough, f"{count} more answers of {version}")


async def test_only_a_drain_moves_kept_alive_clients_and_it_loses_nothing(no_redis: str) -> None:
    with Service(no_redis, "1.0.0") as old, Service(no_redis, "1.1.0") as new:
        async with Switchboard(old.port) as service, probing(service.url) as tally:
            await until_answered(tally, CLIENTS, "1.0.0")
            service.target_port = new.port
            await until_answered(tally, NEW_EACH_TIME, "1.1.0")
            await until_more_answers(tally, "1.0.0", 2 * len(KEPT_ALIVE))
            assert {tally.latest[client] for client in KEPT_ALIVE} == {"1.0.0"}
            async with httpx.AsyncClient(timeout=DEADLINE_SECONDS) as operator:
                assert (await operator.post(f"{old.url}/drain?seconds=300")).status_code == 202
            await until_answered(tally, CLIENTS, "1.1.0")
    summary = tally.summary()
    assert (summary["failed"], summary["errors"]) == (0, [])
    [switch] = summary["switches"]
    assert (switch.source, switch.target, switch.clients) == ("1.0.0", "1.1.0", 8)


async def test_sigterm_loses_nothing_while_the_service_still_points_here(no_redis: str) -> None:
    with Service(no_redis, "1.0.0", LONG_LAME_DUCK_SECONDS) as old, Service(no_redis, "1.1.0") as new:
        async with Switchboard(old.port) as service, probing(service.url) as tally:
            await until_answered(tally, CLIENTS, "1.0.0")
            old.signal(signal.SIGTERM)
            await until(lambda: old.http.get("/version").headers.get("connection") == "close", "a drain")
            await until_more_answers(tally, "1.0.0", 2 * len(CLIENTS))
            service.target_port = new.port
            await until_answered(tally, CLIENTS, "1.1.0")
            old.signal(signal.SIGTERM)
            code, _, _ = await asyncio.to_thread(old.finish)
            await until_more_answers(tally, "1.1.0", 2 * len(CLIENTS))
    assert (code, tally.summary()["failed"], tally.summary()["errors"]) == (0, 0, [])


async def test_the_probe_sees_what_a_stop_without_a_lame_duck_loses(no_redis: str) -> None:
    with Service(no_redis, "1.0.0", lame_duck_seconds=0) as old:
        async with Switchboard(old.port) as service, probing(service.url) as tally:
            await until_answered(tally, CLIENTS, "1.0.0")
            old.signal(signal.SIGTERM)
            await until(lambda: tally.failed > 0, "a request is lost")
    assert tally.summary()["failed"] > 0
    assert tally.summary()["errors"]
    assert not tally.clean
