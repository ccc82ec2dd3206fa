from collections.abc import AsyncIterator

import httpx
import pytest
from fakes import MemoryStore

from delivery.app import create_app
from delivery.drain import Drain

pytestmark = pytest.mark.anyio


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(store: MemoryStore, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(store, Drain(clock), "1.2.3", "abc"))
    async with httpx.AsyncClient(transport=transport, base_url="http://delivery") as client:
        yield client


async def test_version_tells_service_version_and_commit(client: httpx.AsyncClient) -> None:
    about = (await client.get("/version")).json()
    assert about == {"service": "delivery", "version": "1.2.3", "commit": "abc"}


async def test_ready_follows_the_store_and_alive_does_not(
    client: httpx.AsyncClient, store: MemoryStore
) -> None:
    assert (await client.get("/readyz")).status_code == 200
    store.available = False
    assert (await client.get("/readyz")).status_code == 503
    assert (await client.get("/healthz")).status_code == 200


async def test_a_drain_closes_connections_for_its_time_and_then_lapses(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    assert "connection" not in (await client.get("/version")).headers
    started = await client.post("/drain?seconds=60")
    assert (started.status_code, started.headers["connection"]) == (202, "close")
    assert started.json()["until"].endswith("Z")
    clock.now += 59
    assert (await client.get("/version")).headers["connection"] == "close"
    assert (await client.get("/nowhere")).headers["connection"] == "close"
    clock.now += 1
    assert "connection" not in (await client.get("/version")).headers


async def test_a_drain_lasts_30_seconds_by_default(client: httpx.AsyncClient, clock: Clock) -> None:
    await client.post("/drain")
    clock.now += 29.9
    assert (await client.get("/version")).headers["connection"] == "close"
    clock.now += 0.2
    assert "connection" not in (await client.get("/version")).headers


async def test_a_shorter_drain_does_not_cut_a_longer_one(client: httpx.AsyncClient, clock: Clock) -> None:
    await client.post("/drain?seconds=100")
    await client.post("/drain?seconds=1")
    clock.now += 50
    assert (await client.get("/version")).headers["connection"] == "close"


@pytest.mark.parametrize("seconds", ["0", "301", "-1", "1.5", "", "soon"])
async def test_a_drain_of_a_wrong_length_is_refused(client: httpx.AsyncClient, seconds: str) -> None:
    response = await client.post(f"/drain?seconds={seconds}")
    assert response.status_code == 422
    assert "1 to 300" in response.json()["detail"]
    assert "connection" not in (await client.get("/version")).headers


async def test_a_drain_cannot_be_started_by_a_get(client: httpx.AsyncClient) -> None:
    assert (await client.get("/drain")).status_code == 405
