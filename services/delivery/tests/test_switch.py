"""No request is lost when traffic moves: real processes, real connections, the real probe."""

import asyncio
import signal

import httpx
import pytest
from processes import Service, free_port
from switchboard import Switchboard

from delivery.traffic import Load, probe

pytestmark = pytest.mark.anyio

NO_REDIS = f"redis://127.0.0.1:{free_port()}/0"  # /version does without


async def test_a_drain_moves_kept_alive_clients_and_loses_nothing() -> None:
    with Service(NO_REDIS, "1.0.0") as old, Service(NO_REDIS, "1.1.0") as new:
        async with Switchboard(old.port) as service:
            probing = asyncio.create_task(probe(Load(service.url, 8, 3, 200), asyncio.Event()))
            await asyncio.sleep(1)
            service.target_port = new.port
            await asyncio.sleep(0.5)
            async with httpx.AsyncClient() as operator:
                assert (await operator.post(f"{old.url}/drain?seconds=5")).status_code == 202
            summary = (await probing).summary()
    assert (summary["failed"], summary["errors"]) == (0, [])
    [switch] = summary["switches"]
    assert (switch.source, switch.target, switch.clients) == ("1.0.0", "1.1.0", 8)
    assert switch.until_s - switch.at_s > 0.3, "kept-alive clients move only with the drain"


async def test_without_a_drain_kept_alive_clients_stay() -> None:
    with Service(NO_REDIS, "1.0.0") as old, Service(NO_REDIS, "1.1.0") as new:
        async with Switchboard(old.port) as service:
            probing = asyncio.create_task(probe(Load(service.url, 8, 2, 200), asyncio.Event()))
            await asyncio.sleep(0.5)
            service.target_port = new.port
            summary = (await probing).summary()
    assert [switch.clients for switch in summary["switches"]] == [4]


async def test_sigterm_loses_nothing_while_the_service_still_points_here() -> None:
    with Service(NO_REDIS, "1.0.0", lame_duck_seconds=2) as old, Service(NO_REDIS, "1.1.0") as new:
        async with Switchboard(old.port) as service:
            probing = asyncio.create_task(probe(Load(service.url, 8, 4, 200), asyncio.Event()))
            await asyncio.sleep(0.7)
            old.signal(signal.SIGTERM)
            await asyncio.sleep(0.6)
            service.target_port = new.port
            summary = (await probing).summary()
        code, _, _ = old.finish()
    assert (code, summary["failed"], summary["errors"]) == (0, 0, [])
    assert set(summary["versions"]) == {"1.0.0", "1.1.0"}


async def test_the_probe_sees_what_a_stop_without_a_lame_duck_loses() -> None:
    with Service(NO_REDIS, "1.0.0", lame_duck_seconds=0) as old, Service(NO_REDIS, "1.1.0") as new:
        async with Switchboard(old.port) as service:
            probing = asyncio.create_task(probe(Load(service.url, 8, 2, 200), asyncio.Event()))
            await asyncio.sleep(0.5)
            old.signal(signal.SIGTERM)
            await asyncio.sleep(0.6)
            service.target_port = new.port
            tally = await probing
    assert tally.summary()["failed"] > 0
    assert tally.summary()["errors"]
    assert not tally.clean
