"""The whole service as a process, with real Redis: what it keeps, its logs and its exit."""

import json
import signal
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from processes import Service
from redis import Redis
from samples import REQUEST

from ingestion.redis_queue import STREAM
from servicekit_testing.ports import is_listened_on
from servicekit_testing.redis_server import PASSWORD, RedisServer
from servicekit_testing.waiting import DEADLINE_SECONDS, wait_until

PATH = "/api/deliveryrequests"
BODY = json.dumps(REQUEST).encode()


@pytest.fixture
def redis(redis_server: RedisServer) -> Iterator[Redis]:
    with Redis.from_url(redis_server.url, decode_responses=True) as redis:
        redis.flushdb()
        yield redis


def waiting(redis: Redis) -> list[str]:
    entries: Any = redis.xrange(STREAM)
    return [fields["id"] for _, fields in entries]


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_an_accepted_request_and_its_key_outlive_the_process(redis_server: RedisServer, redis: Redis) -> None:
    headers = {"Idempotency-Key": "order-1"}
    with Service(redis_server.url) as first:
        accepted = first.http.post(PATH, json=REQUEST, headers=headers).json()
        assert first.stop()[0] == 0
    with Service(redis_server.url) as second:
        assert second.http.post(PATH, json=REQUEST, headers=headers).json() == accepted
    assert waiting(redis) == [accepted["id"]]
    assert 86_000 < redis.ttl("idempotency:order-1") <= 86_400


def test_each_request_is_one_json_line_and_probes_are_none(redis_server: RedisServer, redis: Redis) -> None:
    with Service(redis_server.url, version="2.0.1") as service:
        service.http.get("/healthz")
        service.http.get("/readyz")
        service.http.post(PATH, json=REQUEST, headers={"X-Request-ID": "follow-me"})
        _, out, err = service.stop()
    [request] = [line for line in lines(out) if line["message"] == "request"]
    assert (request["method"], request["path"], request["status"]) == ("POST", PATH, 202)
    assert (request["service"], request["version"]) == ("ingestion", "2.0.1")
    assert request["request_id"] == "follow-me"
    assert err == ""


def test_without_redis_it_runs_is_not_ready_and_tells_no_secret(nobody: str) -> None:
    with Service(f"redis://:{PASSWORD}@{nobody}/0") as service:
        assert service.http.get("/healthz").status_code == 200
        assert service.http.get("/readyz").status_code == 503
        assert service.http.post(PATH, json=REQUEST).status_code == 503
        code, out, err = service.stop()
    assert code == 0
    assert any("did not answer" in line["message"] for line in lines(out))
    assert PASSWORD not in out + err
    assert "Traceback" not in out + err


def test_a_request_under_way_at_the_end_is_queued_and_answered(
    redis_server: RedisServer, redis: Redis
) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: i\r\nContent-Length: {len(BODY)}\r\n"
    with (
        Service(redis_server.url) as service,
        socket.create_connection(("127.0.0.1", service.port), DEADLINE_SECONDS) as client,
    ):
        client.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 100 "), "the request is under way"
        service.signal(signal.SIGTERM)
        wait_until(lambda: not is_listened_on(service.port), "no new connections are accepted")
        client.sendall(BODY)
        assert client.recv(4096).startswith(b"HTTP/1.1 202 ")
        assert service.finish()[0] == 0
    assert len(waiting(redis)) == 1


def test_after_sigterm_it_goes_on_and_a_second_signal_cuts_that_short(
    redis_server: RedisServer, redis: Redis
) -> None:
    with Service(redis_server.url, lame_duck_seconds=300) as service:
        service.signal(signal.SIGTERM)
        wait_until(
            lambda: service.http.get("/version").headers.get("connection") == "close", "it is a lame duck"
        )
        assert service.http.get("/readyz").status_code == 200
        assert service.http.post(PATH, json=REQUEST).status_code == 202
        service.signal(signal.SIGTERM)
        assert service.finish()[0] == 0
    assert len(waiting(redis)) == 1
