"""What the service asks of the queue."""

from typing import Protocol

from ingestion.submission import Submission
from servicekit.dependency import Dependency
from servicekit.unavailable import Unavailable


class QueueUnavailable(Unavailable):
    """The queue could not answer; whether it has the request is unknown."""

    detail = "The queue of requests does not answer. Try again, with the same Idempotency-Key."


class QueueFull(Unavailable):
    """As many requests wait as may; this one was not queued."""

    detail = "Too many requests wait already. Try again later."
    retry_after_seconds = 10


class RequestQueue(Dependency, Protocol):
    """Every method raises QueueUnavailable instead of whatever the queue's client raises."""

    async def put(self, submission: Submission, request: bytes) -> str:
        """Queue `request` unless the submission's key is remembered; return the id it is queued under.

        Both or neither: of any number of submissions with one key, at once or after another, exactly one
        is queued and all get its id. Raises QueueFull, but not for a key that is remembered.
        """
        ...
