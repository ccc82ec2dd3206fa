"""Every kind of answer a service can give, and none."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from targets import Answer, Target, problem

from servicekit_testing.ports import ReservedPort
from servicekit_testing.waiting import DEADLINE_SECONDS
from workflow.services import HttpServices, NoAnswer, Refused

pytestmark = pytest.mark.anyio


class Content(msgspec.Struct):
    value: int = 1


@pytest.fixture
def target() -> Iterator[Target]:
    with Target("package") as target:
        yield target


@asynccontextmanager
async def services(url: str, call_seconds: float = DEADLINE_SECONDS) -> AsyncIterator[HttpServices]:
    services = HttpServices({"package": url}, call_seconds, connections=2)
    yield services
    await services.close()


async def put(url: str, call_seconds: float = DEADLINE_SECONDS) -> bytes:
    async with services(url, call_seconds) as opened:
        return await opened.put("package", "/api/packages/r-1", Content(), "r-1")


@pytest.mark.parametrize("status", [200, 201])
async def test_what_went_well_is_returned_and_the_id_goes_along(target: Target, status: int) -> None:
    target.answer = Answer(status, {"a": 1})
    assert await put(target.url) == b'{"a": 1}'
    assert (target.bodies, target.request_ids) == ({"r-1": {"value": 1}}, {"r-1"})


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 415, 422, 451])
async def test_a_refusal_that_stays_one_has_the_problems_detail(target: Target, status: int) -> None:
    target.answer = problem(status, "weightKg is too much.")
    with pytest.raises(Refused) as caught:
        await put(target.url)
    assert str(caught.value) == f"package answered {status}: weightKg is too much."


@pytest.mark.parametrize("status", [302, 408, 409, 423, 425, 429, 500, 501, 502, 503, 504])
async def test_what_may_go_well_later_is_no_answer(target: Target, status: int) -> None:
    target.answer = problem(status, "Not now.")
    with pytest.raises(NoAnswer, match=f"package answered {status}: Not now."):
        await put(target.url)


@pytest.mark.parametrize(
    ("said", "seconds"), [("7", 7), ("86400", 60), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("-1", 0), ("", 0)]
)
async def test_the_service_may_say_when_to_come_back(target: Target, said: str, seconds: float) -> None:
    target.answer = problem(503, "Not now.", **{"Retry-After": said})
    with pytest.raises(NoAnswer) as caught:
        await put(target.url)
    assert caught.value.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<h1>no</h1>", "<h1>no</h1>"),
        (b"", "Bad Request"),
        (b"[]", "[]"),
        (b"\xff", "\ufffd"),
        ({"title": "Wrong"}, "Wrong"),
        ({"detail": "x" * 999}, "x" * 300),
    ],
)
async def test_a_reason_is_made_of_whatever_was_answered(target: Target, content: object, said: str) -> None:
    target.answer = Answer(400, content)
    with pytest.raises(Refused) as caught:
        await put(target.url)
    assert str(caught.value) == f"package answered 400: {said}"


async def test_nobody_there_is_no_answer(nobody: str) -> None:
    with pytest.raises(NoAnswer, match="package did not answer: ConnectError"):
        await put(f"http://{nobody}")


async def test_an_answer_that_takes_too_long_is_no_answer() -> None:
    silent = ReservedPort()
    silent.listen()
    with pytest.raises(NoAnswer, match=r"package did not answer within 0\.2 s"):
        await put(f"http://127.0.0.1:{silent.number}", call_seconds=0.2)
    silent.release()


async def test_a_service_that_was_restarted_is_reached_again(target: Target) -> None:
    async with services(target.url) as opened:
        await opened.put("package", "/api/packages/r-1", Content(), "r-1")
        target.stop()
        with pytest.raises(NoAnswer):
            await opened.put("package", "/api/packages/r-1", Content(), "r-1")
        target.start()
        assert await opened.put("package", "/api/packages/r-2", Content(), "r-2")
