"""Who has asked already: the id of a request, and the key by which a repetition is known."""

import re
import uuid
from dataclasses import dataclass
from datetime import timedelta

SMOKE_PREFIX = "smoke-"

KEYS_ARE_REMEMBERED = timedelta(hours=24)
SMOKE_KEYS_ARE_REMEMBERED = timedelta(hours=1)

# Only our own repetition of a command whose answer was lost can bring such a key again, and REDIS_SECONDS
# keeps that below three minutes.
_OWN_KEYS_ARE_REMEMBERED = timedelta(minutes=10)

_KEY = re.compile(r"[!-~]{1,128}")


@dataclass(frozen=True)
class Submission:
    """One call of a client.

    `id` is the request's unless `key` is remembered: then it is the one that was given to `key` before.
    """

    id: str
    key: str
    remembered: timedelta

    @classmethod
    def new(cls, key: str | None) -> "Submission":
        """For the client's idempotency `key`, or without one: then no other call is its repetition.

        Ids and keys of smoke tests have a reserved prefix, and pass away.
        """
        new_id = uuid.uuid4().hex
        if key is None:
            return cls(new_id, new_id, _OWN_KEYS_ARE_REMEMBERED)
        if key.startswith(SMOKE_PREFIX):
            return cls(f"{SMOKE_PREFIX}{new_id}", key, SMOKE_KEYS_ARE_REMEMBERED)
        return cls(new_id, key, KEYS_ARE_REMEMBERED)


def is_idempotency_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None
