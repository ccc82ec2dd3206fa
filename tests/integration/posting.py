"""Runs inside a cluster, in a pod of ingestion's image: posts requests until each is answered, then looks for
each of them in the services. Its last line is what it found, as JSON.

Nothing of this repository is there, so everything it needs stands here; settings come as arguments.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx  # type: ignore[import-not-found]  # the image has it, this repository need not

INGESTION = "http://ingestion/api/deliveryrequests"
STORES = {
    "delivery": "http://delivery/api/deliveries/",
    "package": "http://package/api/packages/",
    "drone": "http://dronescheduler/api/dronedeliveries/",
}
POINT = {"latitude": 47.6, "longitude": -122.3}


def main(run: str, count: int, rate: float, patience: float) -> None:
    keys = [f"{run}-{number}" for number in range(count)]
    started = time.monotonic()
    with httpx.Client(timeout=5, trust_env=False) as http, ThreadPoolExecutor(8) as pool:

        def accepted(number: int) -> list[str]:
            """Every id that was given for a key: it is asked for twice, the second time much later."""
            _until(started + number / rate)
            return [_post(http, run, keys[number], patience)]

        ids = dict(zip(keys, pool.map(accepted, range(count)), strict=True))
        _say("posted")
        for key, again in zip(keys, pool.map(lambda key: _post(http, run, key, patience), keys), strict=True):
            ids[key].append(again)
        found = list(pool.map(lambda key: _missing(http, ids[key][0], started + patience), keys))
    _say(json.dumps({"ids": ids, "missing": {k: m for k, m in zip(keys, found, strict=True) if m}}))


def _post(http: httpx.Client, run: str, key: str, patience: float) -> str:
    """Post until it is answered."""
    package = {"size": "small", "weightKg": 1.5, "tag": run}
    body = {"ownerId": run, "pickup": POINT, "dropoff": POINT, "package": package}
    deadline = time.monotonic() + patience
    while True:
        try:
            answer = http.post(INGESTION, json=body, headers={"Idempotency-Key": key})
            if answer.status_code == 202:
                return str(answer.json()["id"])
            problem = f"{answer.status_code} {answer.text[:200]}"
        except httpx.HTTPError as error:
            problem = repr(error)
        if time.monotonic() > deadline:
            sys.exit(f"{key} was never accepted: {problem}")
        time.sleep(0.2)


def _missing(http: httpx.Client, request: str, deadline: float) -> list[str]:
    """Where a request does not show up before the deadline."""
    missing = dict(STORES)
    while missing and time.monotonic() < deadline:
        for name, url in list(missing.items()):
            try:
                if http.get(url + request).status_code == 200:
                    del missing[name]
            except httpx.HTTPError:
                continue
        if missing:
            time.sleep(0.5)
    return sorted(missing)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
