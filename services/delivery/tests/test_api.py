from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fakes import MemoryStore
from samples import DETAILS

from delivery.model import SMOKE_LIFETIME, Delivery
from delivery.server import create_app
from servicekit.drain import Drain
from servicekit.json_body import MAX_BODY_BYTES
from servicekit_testing.problems import assert_problem

pytestmark = pytest.mark.anyio

PATH = "/api/deliveries/d-1"


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
async def client(store: MemoryStore) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(store, Drain(), "1.2.3", "abc")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://delivery") as client:
        yield client


async def test_put_creates_then_replaces(client: httpx.AsyncClient) -> None:
    assert (await client.put(PATH, json=DETAILS)).status_code == 201
    assert (await client.put(PATH, json=DETAILS)).status_code == 200
    changed = await client.put(PATH, json={**DETAILS, "droneId": "drone-8"})
    assert (changed.status_code, changed.json()["droneId"]) == (200, "drone-8")


async def test_get_returns_what_was_put_and_its_id(client: httpx.AsyncClient) -> None:
    put = await client.put(PATH, json=DETAILS)
    got = await client.get(PATH)
    assert got.status_code == 200
    assert got.json() == put.json() == {"id": "d-1", **DETAILS}


async def test_only_owner_pickup_and_dropoff_are_required(client: httpx.AsyncClient) -> None:
    place = {"latitude": 0, "longitude": 0}
    response = await client.put(PATH, json={"ownerId": "o", "pickup": place, "dropoff": place})
    assert response.status_code == 201
    assert response.json()["confirmationRequired"] == "none"


async def test_an_unknown_delivery_is_not_found(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get(PATH), 404, "d-1")


async def test_fields_of_a_newer_caller_are_ignored(client: httpx.AsyncClient) -> None:
    response = await client.put(PATH, json={**DETAILS, "insurance": "full"})
    assert response.status_code == 201
    assert "insurance" not in response.json()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"ownerId": ""}, "$.ownerId"),
        ({"ownerId": "o" * 101}, "$.ownerId"),
        ({"pickup": {"latitude": 90.1, "longitude": 0}}, "$.pickup.latitude"),
        ({"dropoff": {"latitude": 0, "longitude": -180.1}}, "$.dropoff.longitude"),
        ({"dropoff": None}, "$.dropoff"),
        ({"deadline": "2031-05-06T07:08:09"}, "$.deadline"),
        ({"confirmationRequired": "voodoo"}, "$.confirmationRequired"),
        ({"expedited": "yes"}, "$.expedited"),
    ],
)
async def test_a_wrong_field_is_named(client: httpx.AsyncClient, change: dict[str, Any], where: str) -> None:
    assert_problem(await client.put(PATH, json={**DETAILS, **change}), 422, where)
    assert (await client.get(PATH)).status_code == 404


async def test_a_missing_field_is_named(client: httpx.AsyncClient) -> None:
    assert_problem(await client.put(PATH, json={"ownerId": "o"}), 422, "pickup")


@pytest.mark.parametrize("body", [b"", b"{", b"no", b'{"ownerId": "\xff"}'])
async def test_what_is_not_json_is_a_bad_request(client: httpx.AsyncClient, body: bytes) -> None:
    assert_problem(await client.put(PATH, content=body), 400, "not JSON")


async def test_a_body_may_be_just_as_large_as_the_limit(client: httpx.AsyncClient) -> None:
    padding = " " * MAX_BODY_BYTES
    assert_problem(await client.put(PATH, content=padding), 400)
    assert_problem(await client.put(PATH, content=padding + " "), 413, str(MAX_BODY_BYTES))


@pytest.mark.parametrize("delivery_id", ["-a", "a b", "a" * 65, "%C3%A9", "a%0A"])
async def test_a_bad_id_is_refused(client: httpx.AsyncClient, delivery_id: str) -> None:
    assert_problem(await client.put(f"/api/deliveries/{delivery_id}", json=DETAILS), 422, "id")
    assert_problem(await client.get(f"/api/deliveries/{delivery_id}"), 422, "id")


async def test_methods_and_paths_that_are_not_there(client: httpx.AsyncClient) -> None:
    wrong_method = await client.delete(PATH)
    assert_problem(wrong_method, 405)
    assert set(wrong_method.headers["allow"].split(", ")) == {"GET", "HEAD", "PUT"}
    assert_problem(await client.get("/nowhere"), 404)


async def test_without_the_store_the_answer_is_503_and_when_to_retry(
    client: httpx.AsyncClient, store: MemoryStore
) -> None:
    store.available = False
    for response in (await client.get(PATH), await client.put(PATH, json=DETAILS)):
        assert_problem(response, 503)
        assert int(response.headers["retry-after"]) > 0


async def test_an_error_in_the_service_is_a_problem_without_details(
    client: httpx.AsyncClient, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: str) -> Delivery | None:
        raise RuntimeError("secret of the implementation")

    monkeypatch.setattr(store, "get", broken)
    response = await client.get(PATH)
    assert_problem(response, 500)
    assert "secret" not in response.text
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(("delivery_id", "lifetime"), [("smoke-1", SMOKE_LIFETIME), ("smoke", None)])
async def test_only_smoke_deliveries_pass_away(
    client: httpx.AsyncClient,
    store: MemoryStore,
    monkeypatch: pytest.MonkeyPatch,
    delivery_id: str,
    lifetime: object,
) -> None:
    seen: list[object] = []
    put = store.put

    async def spying(delivery: Delivery, lifetime: Any) -> bool:
        seen.append(lifetime)
        return await put(delivery, lifetime)

    monkeypatch.setattr(store, "put", spying)
    await client.put(f"/api/deliveries/{delivery_id}", json=DETAILS)
    assert seen == [lifetime]
