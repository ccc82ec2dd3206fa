"""`python -m ingestion.smoke BASE_URL`: does a deployed version work? Exits 0 if so, 1 if not.

It queues one request, by a key with the reserved prefix `smoke-`; the services forget it after an hour.
"""

import sys
import uuid
from collections.abc import Iterator, Sequence

import servicekit.smoke
from ingestion.sample import SAMPLE
from ingestion.submission import SMOKE_PREFIX
from servicekit.smoke import Check, Deployed, SmokeFailure, json_object


def checks(deployed: Deployed) -> Iterator[Check]:
    key = f"{SMOKE_PREFIX}{uuid.uuid4()}"
    ids: list[str] = []
    yield "a request is accepted", lambda: ids.append(_post(deployed, key))
    yield "the same request again has the same id", lambda: _is_the_same(_post(deployed, key), ids)


def _post(deployed: Deployed, key: str) -> str:
    response = deployed.answer("POST", "/api/deliveryrequests", 202, SAMPLE, {"Idempotency-Key": key})
    request_id = str(json_object(response).get("id"))
    if not request_id.startswith(SMOKE_PREFIX):
        raise SmokeFailure(f"the id {request_id!r} does not begin with {SMOKE_PREFIX}")
    return request_id


def _is_the_same(request_id: str, ids: list[str]) -> None:
    if ids != [request_id]:
        raise SmokeFailure(f"{request_id}, and before {', '.join(ids) or 'none'}")


def main(arguments: Sequence[str] | None = None) -> int:
    return servicekit.smoke.run("ingestion", checks, arguments)


if __name__ == "__main__":
    sys.exit(main())
