"""What becomes of an entry after each kind of try, and what the log says about it."""

import asyncio
import logging

import pytest
from fakes import MemoryQueue, MemoryStream, ScriptedServices
from samples import POISON, body, fields

from workflow.attempts import MOST_TRIES, Attempts
from workflow.backoff import Backoff
from workflow.request_queue import DeadLetter
from workflow.services import NoAnswer, Refused

pytestmark = pytest.mark.anyio


class Setting:
    """A queue, services, and tries with no wait between them."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        self._caplog = caplog
        self.stream = MemoryStream()
        self.queue = MemoryQueue(self.stream)
        self.services = ScriptedServices()
        self.attempts = Attempts(self.queue, self.services, Backoff(0, 0))

    async def attempt(self) -> logging.LogRecord:
        """Take the one entry and try; the line about it."""
        [entry] = await self.queue.take_over(1) or await self.queue.take_new(1, 0)
        await self.attempts.attempt(entry)
        return self._caplog.records[-1]


@pytest.fixture
def setting(caplog: pytest.LogCaptureFixture) -> Setting:
    return Setting(caplog)


def said(record: logging.LogRecord, *names: str) -> tuple[object, ...]:
    return tuple(getattr(record, name, None) for name in names)


async def test_a_request_is_gone_once_all_three_answered(setting: Setting) -> None:
    setting.stream.add(fields("r-1"))
    record = await setting.attempt()
    assert said(record, "message", "id", "tries", "outcome") == ("request", "r-1", 1, "done")
    assert said(record, "levelname", "reason") == ("INFO", None)
    assert min(record.ms, record.queued_ms) >= 0  # type: ignore[attr-defined]
    assert (setting.stream.left, setting.stream.dead) == (0, [])


@pytest.mark.parametrize("failing", ["dronescheduler", "package", "delivery"])
async def test_no_answer_is_tried_five_times_and_then_buried(setting: Setting, failing: str) -> None:
    setting.services.answers[failing] = [NoAnswer(f"{failing} is away {number}") for number in range(1, 6)]
    setting.stream.add(fields("r-1"))
    for number in range(1, MOST_TRIES):
        record = await setting.attempt()
        assert said(record, "id", "tries", "outcome") == ("r-1", number, "retry")
        assert said(record, "reason", "levelname") == (f"{failing} is away {number}", "WARNING")
    record = await setting.attempt()
    assert said(record, "tries", "outcome", "levelname") == (5, "dead", "ERROR")
    assert setting.stream.dead == [DeadLetter(b"r-1", body(), f"{failing} is away 5", 5)]
    assert setting.stream.left == 0


async def test_it_may_go_well_the_fifth_time(setting: Setting) -> None:
    setting.services.answers["package"] = [NoAnswer("away")] * 4
    setting.stream.add(fields("r-1"))
    outcomes = [said(await setting.attempt(), "outcome", "tries") for _ in range(5)]
    assert outcomes == [("retry", 1), ("retry", 2), ("retry", 3), ("retry", 4), ("done", 5)]
    assert (setting.stream.left, setting.stream.dead) == (0, [])


async def test_a_refusal_is_buried_at_once(setting: Setting) -> None:
    setting.services.answers["delivery"] = [Refused("delivery answered 422: ownerId")]
    setting.stream.add(fields("r-1"))
    assert said(await setting.attempt(), "outcome", "tries") == ("dead", 1)
    assert setting.stream.dead == [DeadLetter(b"r-1", body(), "delivery answered 422: ownerId", 1)]


@pytest.mark.parametrize("poison", POISON)
async def test_poison_is_buried_untried_and_as_it_was(setting: Setting, poison: dict[bytes, bytes]) -> None:
    setting.stream.add(poison)
    assert said(await setting.attempt(), "outcome", "tries") == ("dead", 0)
    [letter] = setting.stream.dead
    assert (letter.id, letter.request) == (poison.get(b"id", b""), poison.get(b"request", b""))
    assert letter.reason
    assert (setting.services.calls, setting.stream.left) == ([], 0)


async def test_an_error_of_our_own_is_a_failed_try_with_a_traceback_and_loses_nothing(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    setting.services.answers["package"] = [ZeroDivisionError("a bug")]
    setting.stream.add(fields("r-1"))
    assert said(await setting.attempt(), "outcome", "tries") == ("retry", 1)
    assert any(record.exc_info for record in caplog.records)
    assert said(await setting.attempt(), "outcome", "tries") == ("done", 2)


async def test_a_service_that_asks_for_more_time_gets_it(setting: Setting) -> None:
    setting.services.answers["package"] = [NoAnswer("away", retry_after_seconds=33)]
    setting.stream.add(fields("r-1"))
    assert said(await setting.attempt(), "retry_in_seconds") == (33,)
    assert await setting.queue.take_over(1) == []


async def test_an_end_that_cannot_be_recorded_leaves_the_entry_in_hand(setting: Setting) -> None:
    setting.stream.add(fields("r-1"))
    [entry] = await setting.queue.take_new(1, 0)
    setting.queue.available = False
    await setting.attempts.attempt(entry)
    assert (setting.services.called[-1], setting.stream.left) == ("delivery", 1)


@pytest.mark.parametrize("failure", [Refused("never"), NoAnswer("not now")], ids=str)
async def test_what_another_worker_took_over_is_left_to_it(
    setting: Setting, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    setting.services.answers["package"] = [failure]
    setting.stream.add(fields("r-1"))
    [entry] = await setting.queue.take_new(1, 0)
    [taken] = await MemoryQueue(setting.stream, "another", claim_seconds=0).take_over(1)
    await setting.attempts.attempt(entry)
    assert said(caplog.records[-1], "outcome") == ("taken over",)
    assert (taken, setting.stream.dead, setting.stream.tries) == (entry, [], {})


async def test_a_try_that_is_cancelled_counts_for_nothing(setting: Setting) -> None:
    class Hanging(ScriptedServices):
        async def put(self, *_: object) -> bytes:
            return await asyncio.Future()

    setting.stream.add(fields("r-1"))
    [entry] = await setting.queue.take_new(1, 0)
    trying = asyncio.create_task(Attempts(setting.queue, Hanging(), Backoff(0, 0)).attempt(entry))
    await asyncio.sleep(0)
    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying
    assert (setting.stream.left, setting.stream.tries, setting.stream.dead) == (1, {}, [])
