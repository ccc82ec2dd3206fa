"""Probes, version and drain; and what an application is put together of."""

from collections.abc import AsyncIterator

import httpx
import pytest
from kit_app import Clock, Store, kit_app

from servicekit_testing.problems import assert_problem

pytestmark = pytest.mark.anyio


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(store: Store, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(kit_app(store, clock), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://sample") as client:
        yield client


async def test_version_tells_service_version_and_commit(client: httpx.AsyncClient) -> None:
    about = (await client.get("/version")).json()
    assert about == {"service": "sample", "version": "1.2.3", "commit": "abc"}


async def test_ready_follows_the_store_and_alive_does_not(client: httpx.AsyncClient, store: Store) -> None:
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


@pytest.mark.parametrize("seconds", ["0", "301", "-1", "1.5", "", "soon", "9" * 5000])
async def test_a_drain_of_a_wrong_length_is_refused(client: httpx.AsyncClient, seconds: str) -> None:
    response = await client.post(f"/drain?seconds={seconds}")
    assert response.status_code == 422
    assert "1 to 300" in response.json()["detail"]
    assert "connection" not in (await client.get("/version")).headers


async def test_a_drain_cannot_be_started_by_a_get(client: httpx.AsyncClient) -> None:
    assert (await client.get("/drain")).status_code == 405


async def test_an_unavailable_store_is_503_and_when_to_retry(client: httpx.AsyncClient, store: Store) -> None:
    store.available = False
    response = await client.get("/readyz")
    assert_problem(response, 503, "does not answer")
    assert response.headers["retry-after"] == "2"
    assert "by the test" not in response.text


async def test_an_error_in_the_service_is_a_problem_without_details(client: httpx.AsyncClient) -> None:
    response = await client.get("/broken")
    assert_problem(response, 500)
    assert "secret" not in response.text
    assert response.headers["x-request-id"]
