"""What a client sends, and how what is no good is refused; the fields are tested with the services."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from kit_app import Clock, Store, kit_app

from servicekit import json_body
from servicekit_testing.problems import assert_problem

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(kit_app(Store(), Clock()), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://sample") as client:
        yield client


async def test_what_fits_is_taken_and_unknown_fields_are_ignored(client: httpx.AsyncClient) -> None:
    response = await client.post("/things", json={"name": "a", "more": {"b": [1]}})
    assert (response.status_code, response.json()) == (200, {"name": "a"})


@pytest.mark.parametrize("nested", ['["', "[", '{"a":'])
async def test_what_is_nested_too_deeply_is_a_bad_request(client: httpx.AsyncClient, nested: str) -> None:
    body = '{"name": "a", "more": ' + nested * (15_000 // len(nested))
    assert_problem(await client.post("/things", content=body), 400, "not JSON")


async def test_a_body_that_does_not_come_is_not_waited_for(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def begun() -> AsyncIterator[bytes]:
        yield b'{"name":'
        await asyncio.Event().wait()

    monkeypatch.setattr(json_body, "BODY_SECONDS", 0.01)
    response = await client.post("/things", content=begun())
    assert_problem(response, 408, "0.01 s")
    assert response.headers["connection"] == "close"
