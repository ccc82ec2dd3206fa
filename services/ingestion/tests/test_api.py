import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fakes import MemoryQueue
from samples import LEAST, PLACE, REQUEST

from ingestion.server import create_app
from ingestion.submission import KEYS_ARE_REMEMBERED, SMOKE_KEYS_ARE_REMEMBERED
from servicekit.drain import Drain
from servicekit.json_body import MAX_BODY_BYTES
from servicekit_testing.problems import assert_problem

pytestmark = pytest.mark.anyio

PATH = "/api/deliveryrequests"


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue(limit=2)


@pytest.fixture
async def client(queue: MemoryQueue) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(queue, Drain(), "1.2.3", "abc")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://ingestion") as client:
        yield client


def key(text: str) -> dict[str, str]:
    return {"Idempotency-Key": text}


def queued(queue: MemoryQueue) -> dict[str, Any]:
    """The request that waits, the only one."""
    [(_, request)] = queue.entries
    return dict(json.loads(request))


async def test_a_request_is_accepted_and_waits_under_the_id_in_the_answer(
    client: httpx.AsyncClient, queue: MemoryQueue
) -> None:
    response = await client.post(PATH, json=REQUEST)
    assert response.status_code == 202
    [(request_id, request)] = queue.entries
    assert response.json() == {"id": request_id}
    assert json.loads(request) == REQUEST


async def test_defaults_are_written_out_and_what_is_not_given_is_left_out(
    client: httpx.AsyncClient, queue: MemoryQueue
) -> None:
    assert (await client.post(PATH, json=LEAST)).status_code == 202
    place = {**PLACE, "altitude": 0}
    defaults = {"pickup": place, "dropoff": place, "expedited": False, "confirmationRequired": "none"}
    assert queued(queue) == {**LEAST, **defaults}


async def test_a_tag_has_64_characters_of_any_kind(client: httpx.AsyncClient, queue: MemoryQueue) -> None:
    request = {**LEAST, "package": {**LEAST["package"], "tag": "\N{PACKAGE}" * 64}}
    assert (await client.post(PATH, json=request)).status_code == 202
    assert queued(queue)["package"]["tag"] == "\N{PACKAGE}" * 64


async def test_null_is_as_good_as_left_out(client: httpx.AsyncClient, queue: MemoryQueue) -> None:
    request = {**LEAST, "deadline": None, "package": {**LEAST["package"], "tag": None}}
    assert (await client.post(PATH, json=request)).status_code == 202
    assert "deadline" not in queued(queue)
    assert "tag" not in queued(queue)["package"]


async def test_fields_of_a_newer_caller_are_ignored(client: httpx.AsyncClient, queue: MemoryQueue) -> None:
    assert (await client.post(PATH, json={**REQUEST, "insurance": "full"})).status_code == 202
    assert queued(queue) == REQUEST


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
        ({"package": {"size": "huge", "weightKg": 1}}, "$.package.size"),
        ({"package": {"size": "small", "weightKg": 0}}, "$.package.weightKg"),
        ({"package": {"size": "small", "weightKg": 30.1}}, "$.package.weightKg"),
        ({"package": {"size": "small", "weightKg": 1, "tag": "t" * 65}}, "$.package.tag"),
        ({"package": {"size": "small", "weightKg": 1, "tag": "a\0b"}}, "$.package.tag"),
        ({"package": {"size": "small"}}, "weightKg"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_queued(
    client: httpx.AsyncClient, queue: MemoryQueue, change: dict[str, Any], where: str
) -> None:
    assert_problem(await client.post(PATH, json={**REQUEST, **change}), 422, where)
    assert queue.entries == []


@pytest.mark.parametrize("field", ["ownerId", "pickup", "dropoff", "package"])
async def test_a_missing_field_is_named(client: httpx.AsyncClient, field: str) -> None:
    incomplete = {name: value for name, value in LEAST.items() if name != field}
    assert_problem(await client.post(PATH, json=incomplete), 422, field)


@pytest.mark.parametrize("body", [b"", b"{", b"no", b'{"ownerId": "\xff"}'])
async def test_what_is_not_json_is_a_bad_request(client: httpx.AsyncClient, body: bytes) -> None:
    assert_problem(await client.post(PATH, content=body), 400, "not JSON")


async def test_a_body_over_the_limit_is_refused(client: httpx.AsyncClient) -> None:
    padding = " " * MAX_BODY_BYTES
    assert_problem(await client.post(PATH, content=padding), 400)
    assert_problem(await client.post(PATH, content=padding + " "), 413, str(MAX_BODY_BYTES))


async def test_a_key_again_has_the_same_answer_and_queues_nothing(
    client: httpx.AsyncClient, queue: MemoryQueue
) -> None:
    first = await client.post(PATH, json=REQUEST, headers=key("order-1"))
    again = await client.post(PATH, json=REQUEST, headers=key("order-1"))
    other = await client.post(PATH, json=REQUEST, headers=key("order-2"))
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json() != other.json()
    assert len(queue.entries) == 2


async def test_without_a_key_each_request_is_another(client: httpx.AsyncClient, queue: MemoryQueue) -> None:
    ids = {(await client.post(PATH, json=REQUEST)).json()["id"] for _ in range(2)}
    assert len(ids) == len(queue.entries) == 2


async def test_ids_and_keys_of_smoke_tests_pass_away(client: httpx.AsyncClient, queue: MemoryQueue) -> None:
    smoke = await client.post(PATH, json=REQUEST, headers=key("smoke-1"))
    usual = await client.post(PATH, json=REQUEST, headers=key("smoke"))
    assert [smoke.json()["id"].startswith("smoke-"), usual.json()["id"].startswith("smoke-")] == [True, False]
    remembered = [submission.remembered for submission in queue.submissions]
    assert remembered == [SMOKE_KEYS_ARE_REMEMBERED, KEYS_ARE_REMEMBERED]


@pytest.mark.parametrize("good", ["!", "~", "k" * 128, '"quoted"'])
async def test_a_key_may_have_every_visible_character(client: httpx.AsyncClient, good: str) -> None:
    assert (await client.post(PATH, json=REQUEST, headers=key(good))).status_code == 202


@pytest.mark.parametrize("bad", ["", "k" * 129, "a b", "a\tb", "\x7f", "ä"])
async def test_a_bad_key_is_refused(client: httpx.AsyncClient, queue: MemoryQueue, bad: str) -> None:
    headers = {b"Idempotency-Key": bad.encode("latin-1")}
    assert_problem(await client.post(PATH, json=REQUEST, headers=headers), 422, "Idempotency-Key")
    assert queue.entries == []


async def test_two_keys_are_refused(client: httpx.AsyncClient) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert_problem(await client.post(PATH, json=REQUEST, headers=headers), 422, "at most once")


async def test_a_full_queue_is_503_and_when_to_retry(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        assert (await client.post(PATH, json=REQUEST)).status_code == 202
    response = await client.post(PATH, json=REQUEST)
    assert_problem(response, 503, "wait")
    assert response.headers["retry-after"] == "10"
    assert (await client.get("/readyz")).status_code == 200, "the other pods have the same queue"


async def test_without_the_queue_the_answer_is_503_and_when_to_retry(
    client: httpx.AsyncClient, queue: MemoryQueue
) -> None:
    queue.available = False
    response = await client.post(PATH, json=REQUEST)
    assert_problem(response, 503, "Idempotency-Key")
    assert response.headers["retry-after"] == "2"
    assert (await client.get("/readyz")).status_code == 503
    assert (await client.get("/healthz")).status_code == 200


async def test_version_and_what_is_not_there(client: httpx.AsyncClient) -> None:
    about = {"service": "ingestion", "version": "1.2.3", "commit": "abc"}
    assert (await client.get("/version")).json() == about
    assert_problem(await client.get(PATH), 405)
    assert_problem(await client.get("/nowhere"), 404)
