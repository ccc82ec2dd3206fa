"""One try to fulfil the request of an entry, and what becomes of the entry then.

However a try ends, even by the end of the process, the entry is in one of the states of
`workflow.request_queue`, from which it goes on: it is finished only after all three services answered, and
buried only with a reason.
"""

import logging
import time
from dataclasses import dataclass

from workflow.backoff import Backoff
from workflow.fulfilment import fulfil
from workflow.request import Unreadable, read_id, read_request
from workflow.request_queue import DeadLetter, Entry, QueueUnavailable, RequestQueue
from workflow.services import NoAnswer, Refused, Services

MOST_TRIES = 5

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Outcome:
    name: str
    level: int
    tries: int
    """Including this one, if it was one."""
    reason: str | None = None
    retry_in_seconds: float | None = None


class Attempts:
    def __init__(self, queue: RequestQueue, services: Services, backoff: Backoff) -> None:
        self._queue = queue
        self._services = services
        self._backoff = backoff

    async def attempt(self, entry: Entry) -> None:
        """Try once, tell the queue, and write one line about it. Raises nothing but CancelledError."""
        began = time.monotonic()
        try:
            outcome = await self._try(entry)
        except QueueUnavailable as error:
            # Whatever was done is done again when the entry is taken over, and does no harm.
            tries = entry.failed_tries + 1
            outcome = _Outcome("unrecorded", logging.WARNING, tries, f"it stays in hand: {error}")
        _write(entry, outcome, time.monotonic() - began)

    async def _try(self, entry: Entry) -> _Outcome:
        this_try = entry.failed_tries + 1
        try:
            request_id = read_id(entry.fields.get(b"id"))
            await fulfil(self._services, request_id, read_request(entry.fields.get(b"request")))
        except Unreadable as error:
            return await self._bury(entry, entry.failed_tries, str(error))
        except Refused as error:
            return await self._bury(entry, this_try, str(error))
        except NoAnswer as error:
            return await self._try_later(entry, this_try, str(error), error.retry_after_seconds)
        except Exception as error:  # a bug; it must neither end the worker nor lose the request
            _log.exception("an error in the worker")
            return await self._try_later(entry, this_try, f"an error in the worker: {error!r}", 0)
        await self._queue.finish(entry)
        return _Outcome("done", logging.INFO, this_try)

    async def _try_later(self, entry: Entry, tries: int, reason: str, least_seconds: float) -> _Outcome:
        if tries >= MOST_TRIES:
            return await self._bury(entry, tries, reason)
        delay = max(self._backoff.after(tries), least_seconds)
        if not await self._queue.put_back(entry, tries, delay):
            return _taken_over(tries, reason)
        return _Outcome("retry", logging.WARNING, tries, reason, round(delay, 1))

    async def _bury(self, entry: Entry, tries: int, reason: str) -> _Outcome:
        fields = entry.fields
        letter = DeadLetter(fields.get(b"id", b""), fields.get(b"request", b""), reason, tries)
        if not await self._queue.bury(entry, letter):
            return _taken_over(tries, reason)
        return _Outcome("dead", logging.ERROR, tries, reason)


def _taken_over(tries: int, reason: str) -> _Outcome:
    """Nothing was changed: what becomes of the entry is up to the worker that has it now."""
    return _Outcome("taken over", logging.WARNING, tries, reason)


def _write(entry: Entry, outcome: _Outcome, seconds: float) -> None:
    queued_ms = int(entry.key.partition("-")[0])
    facts = {
        "id": entry.fields.get(b"id", b"").decode(errors="replace"),
        "entry": entry.key,
        "tries": outcome.tries,
        "outcome": outcome.name,
        "ms": round(seconds * 1000, 1),
        "queued_ms": max(0, round(time.time() * 1000) - queued_ms),
        "reason": outcome.reason,
        "retry_in_seconds": outcome.retry_in_seconds,
    }
    said = {name: fact for name, fact in facts.items() if fact is not None}
    _log.log(outcome.level, "request", extra=said)
