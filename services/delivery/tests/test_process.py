"""The whole service as a process, with real Redis: its logs and its exit."""

import json
import signal
import socket
import time
from typing import Any

import httpx
from processes import PASSWORD, RedisServer, Service, free_port
from samples import DETAILS

BODY = json.dumps(DETAILS).encode()


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_delivery_outlives_the_process(redis_server: RedisServer) -> None:
    with Service(redis_server.url) as first:
        assert httpx.put(f"{first.url}/api/deliveries/p-1", json=DETAILS).status_code == 201
        assert first.stop()[0] == 0
    with Service(redis_server.url) as second:
        assert httpx.get(f"{second.url}/api/deliveries/p-1").json() == {"id": "p-1", **DETAILS}


def test_each_request_is_one_json_line_and_probes_are_none(redis_server: RedisServer) -> None:
    with Service(redis_server.url, version="2.0.1") as service:
        httpx.get(f"{service.url}/healthz")
        httpx.get(f"{service.url}/readyz")
        httpx.get(f"{service.url}/api/deliveries/none", headers={"X-Request-ID": "follow-me"})
        offered = {"X-Request-ID": 'forged", "level": "x'}
        replaced = httpx.get(f"{service.url}/version", headers=offered).headers["x-request-id"]
        _, out, err = service.stop()
    requests = [line for line in lines(out) if line["message"] == "request"]
    assert [(line["method"], line["path"], line["status"]) for line in requests] == [
        ("GET", "/api/deliveries/none", 404),
        ("GET", "/version", 200),
    ]
    assert [line["request_id"] for line in requests] == ["follow-me", replaced]
    assert {line["version"] for line in requests} == {"2.0.1"}
    assert all(line["ms"] >= 0 for line in requests)
    assert err == ""


def test_without_redis_it_runs_is_not_ready_and_tells_no_secret() -> None:
    with Service(f"redis://:{PASSWORD}@127.0.0.1:{free_port()}/0") as service:
        assert httpx.get(f"{service.url}/healthz").status_code == 200
        assert httpx.get(f"{service.url}/readyz").status_code == 503
        assert httpx.put(f"{service.url}/api/deliveries/a", json=DETAILS).status_code == 503
        code, out, err = service.stop()
    assert code == 0
    assert any("did not answer" in line["message"] for line in lines(out))
    assert PASSWORD not in out + err
    assert "Traceback" not in out + err


def test_a_request_under_way_at_the_end_is_answered(redis_server: RedisServer) -> None:
    with (
        Service(redis_server.url) as service,
        socket.create_connection(("127.0.0.1", service.port)) as client,
    ):
        head = f"PUT /api/deliveries/slow HTTP/1.1\r\nHost: d\r\nContent-Length: {len(BODY)}\r\n\r\n"
        client.sendall(head.encode() + BODY[:10])
        time.sleep(0.2)
        service.signal(signal.SIGTERM)
        time.sleep(0.5)
        assert service.running
        client.sendall(BODY[10:])
        assert client.recv(4096).startswith(b"HTTP/1.1 201 ")
        assert service.finish()[0] == 0


def test_a_body_that_never_ends_well_is_no_error_of_ours(redis_server: RedisServer) -> None:
    with Service(redis_server.url) as service:
        with socket.create_connection(("127.0.0.1", service.port)) as client:
            client.sendall(b"PUT /api/deliveries/cut HTTP/1.1\r\nHost: d\r\nContent-Length: 99\r\n\r\n{")
        httpx.get(f"{service.url}/version")
        code, out, err = service.stop()
    assert code == 0
    assert "Traceback" not in out + err


def test_a_second_signal_cuts_the_lame_duck_short(redis_server: RedisServer) -> None:
    with Service(redis_server.url, lame_duck_seconds=60) as service:
        service.signal(signal.SIGTERM)
        time.sleep(0.3)
        answer = httpx.get(f"{service.url}/readyz")
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        service.signal(signal.SIGTERM)
        assert service.finish()[0] == 0


def test_a_port_in_use_is_reported_and_fails_the_start(redis_server: RedisServer) -> None:
    with Service(redis_server.url) as first, Service(redis_server.url, port=first.port) as second:
        code, out, err = second.finish()
    assert code != 0
    assert "address already in use" in (out + err).lower()
