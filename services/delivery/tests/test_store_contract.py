"""What every store does, asked of real Redis and of the fake alike."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fakes import MemoryStore
from samples import delivery

from delivery.redis_store import RedisStore
from delivery.store import DeliveryStore, StoreUnavailable
from servicekit_testing.ports import ReservedPort
from servicekit_testing.redis_server import RedisServer
from servicekit_testing.waiting import DEADLINE_SECONDS

pytestmark = pytest.mark.anyio


def patient_store(url: str) -> RedisStore:
    """A store that a busy machine does not make unavailable."""
    return RedisStore(url, DEADLINE_SECONDS)


async def until_gone(store: DeliveryStore, delivery_id: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while await store.get(delivery_id) is not None:
        assert time.monotonic() < deadline, f"{delivery_id} has not passed away"
        await asyncio.sleep(0.01)


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[DeliveryStore]:
    if request.param == "memory":
        store: DeliveryStore = MemoryStore()
    else:
        store = patient_store(request.getfixturevalue("redis_server").url)
    yield store
    await store.close()


@pytest.fixture
def unused_id() -> str:
    return str(uuid.uuid4())


async def test_what_was_put_can_be_got(store: DeliveryStore, unused_id: str) -> None:
    await store.put(delivery(unused_id), None)
    assert await store.get(unused_id) == delivery(unused_id)


async def test_nothing_is_got_for_an_id_never_put(store: DeliveryStore, unused_id: str) -> None:
    assert await store.get(unused_id) is None


async def test_only_the_first_put_creates(store: DeliveryStore, unused_id: str) -> None:
    assert await store.put(delivery(unused_id), None)
    assert not await store.put(delivery(unused_id), None)


async def test_a_put_replaces_the_whole_delivery(store: DeliveryStore, unused_id: str) -> None:
    await store.put(delivery(unused_id, droneId="drone-1"), None)
    await store.put(delivery(unused_id, droneId=None), None)
    assert await store.get(unused_id) == delivery(unused_id, droneId=None)


async def test_one_of_many_puts_at_once_creates(store: DeliveryStore, unused_id: str) -> None:
    created = await asyncio.gather(*(store.put(delivery(unused_id), None) for _ in range(50)))
    assert created.count(True) == 1


async def test_a_delivery_with_a_lifetime_passes_away(store: DeliveryStore, unused_id: str) -> None:
    await store.put(delivery(unused_id), timedelta(milliseconds=50))
    await until_gone(store, unused_id)


async def test_a_delivery_is_there_for_its_lifetime(store: DeliveryStore, unused_id: str) -> None:
    began, lifetime = time.monotonic(), timedelta(milliseconds=200)
    await store.put(delivery(unused_id), lifetime)
    await until_gone(store, unused_id)
    assert time.monotonic() - began > 0.9 * lifetime.total_seconds(), "Redis has a clock of its own"


async def test_a_put_without_a_lifetime_ends_an_earlier_one(store: DeliveryStore, unused_id: str) -> None:
    lifetime, mortal = timedelta(milliseconds=50), str(uuid.uuid4())
    await store.put(delivery(unused_id), lifetime)
    await store.put(delivery(unused_id), None)
    await store.put(delivery(mortal), lifetime)
    await until_gone(store, mortal)
    assert await store.get(unused_id) is not None


async def test_check_returns_while_the_store_answers(store: DeliveryStore) -> None:
    await store.check()


async def test_redis_lost_is_unavailable_and_redis_back_is_used_again(own_redis_server: RedisServer) -> None:
    store = patient_store(own_redis_server.url)
    own_redis_server.start()
    assert await store.put(delivery("d-1"), None)
    own_redis_server.stop()
    with pytest.raises(StoreUnavailable):
        await store.check()
    with pytest.raises(StoreUnavailable):
        await store.get("d-1")
    with pytest.raises(StoreUnavailable):
        await store.put(delivery("d-1"), None)
    own_redis_server.start()
    await store.check()
    assert await store.put(delivery("d-1"), None), "this Redis keeps nothing over a restart"
    await store.close()


async def test_a_restart_of_redis_between_two_requests_goes_unnoticed(own_redis_server: RedisServer) -> None:
    store = patient_store(own_redis_server.url)
    own_redis_server.start()
    await store.check()
    own_redis_server.stop()
    own_redis_server.start()
    assert await store.get("d-1") is None
    await store.close()


async def test_a_store_that_never_answers_is_given_up_on_in_time() -> None:
    silent = ReservedPort()
    silent.listen()
    store = RedisStore(f"redis://127.0.0.1:{silent.number}/0", answer_seconds=0.2)
    async with asyncio.timeout(DEADLINE_SECONDS):
        for asked in (store.check(), store.get("d-1"), store.put(delivery("d-1"), None)):
            with pytest.raises(StoreUnavailable, match="imeout"):
                await asked
    await store.close()
    silent.release()


async def test_the_message_of_a_refused_login_has_no_password(redis_server: RedisServer) -> None:
    store = patient_store(redis_server.url.replace(":not-to-be-logged@", ":wrong-secret@"))
    with pytest.raises(StoreUnavailable) as caught:
        await store.check()
    assert "wrong-secret" not in str(caught.value)
    await store.close()
