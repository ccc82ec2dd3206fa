"""The whole service as a process, with real Redis: its logs and its exit."""

import json
import signal
import socket
from typing import Any

from processes import Service
from samples import DETAILS

from servicekit_testing.ports import ReservedPort, is_listened_on
from servicekit_testing.redis_server import PASSWORD, RedisServer
from servicekit_testing.waiting import DEADLINE_SECONDS, wait_until

BODY = json.dumps(DETAILS).encode()


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_delivery_outlives_the_process(redis_server: RedisServer) -> None:
    with Service(redis_server.url) as first:
        assert first.http.put("/api/deliveries/p-1", json=DETAILS).status_code == 201
        assert first.stop()[0] == 0
    with Service(redis_server.url) as second:
        assert second.http.get("/api/deliveries/p-1").json() == {"id": "p-1", **DETAILS}


def test_each_request_is_one_json_line_and_probes_are_none(redis_server: RedisServer) -> None:
    with Service(redis_server.url, version="2.0.1") as service:
        service.http.get("/healthz")
        service.http.get("/readyz")
        service.http.get("/api/deliveries/none", headers={"X-Request-ID": "follow-me"})
        offered = {"X-Request-ID": 'forged", "level": "x'}
        replaced = service.http.get("/version", headers=offered).headers["x-request-id"]
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


def test_without_redis_it_runs_is_not_ready_and_tells_no_secret(nobody: str) -> None:
    with Service(f"redis://:{PASSWORD}@{nobody}/0") as service:
        assert service.http.get("/healthz").status_code == 200
        assert service.http.get("/readyz").status_code == 503
        assert service.http.put("/api/deliveries/a", json=DETAILS).status_code == 503
        code, out, err = service.stop()
    assert code == 0
    assert any("did not answer" in line["message"] for line in lines(out))
    assert PASSWORD not in out + err
    assert "Traceback" not in out + err


def test_a_request_under_way_at_the_end_is_answered(redis_server: RedisServer) -> None:
    head = f"PUT /api/deliveries/slow HTTP/1.1\r\nHost: d\r\nContent-Length: {len(BODY)}\r\n"
    with (
        Service(redis_server.url) as service,
        socket.create_connection(("127.0.0.1", service.port), DEADLINE_SECONDS) as client,
    ):
        client.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 100 "), "the request is under way"
        service.signal(signal.SIGTERM)
        wait_until(lambda: not is_listened_on(service.port), "no new connections are accepted")
        assert service.running
        client.sendall(BODY)
        assert client.recv(4096).startswith(b"HTTP/1.1 201 ")
        assert service.finish()[0] == 0


def test_a_body_that_never_ends_well_is_no_error_of_ours(redis_server: RedisServer) -> None:
    with Service(redis_server.url) as service:
        with socket.create_connection(("127.0.0.1", service.port), DEADLINE_SECONDS) as client:
            client.sendall(b"PUT /api/deliveries/cut HTTP/1.1\r\nHost: d\r\nContent-Length: 99\r\n\r\n{")
        wait_until(lambda: "/api/deliveries/cut" in service.output, "the request is in the log")
        code, out, err = service.stop()
    assert code == 0
    assert [line["status"] for line in lines(out) if line["message"] == "request"] == [400]
    assert "Traceback" not in out + err


def test_a_lame_duck_lasts_its_time(no_redis: str) -> None:
    with Service(no_redis, lame_duck_seconds=1) as service:
        assert service.seconds_to_stop() >= 1


def test_a_second_signal_cuts_the_lame_duck_short(redis_server: RedisServer) -> None:
    with Service(redis_server.url, lame_duck_seconds=300) as service:
        service.signal(signal.SIGTERM)
        wait_until(
            lambda: service.http.get("/version").headers.get("connection") == "close", "it is a lame duck"
        )
        assert service.http.get("/readyz").status_code == 200
        service.signal(signal.SIGTERM)
        assert service.finish()[0] == 0


def test_a_port_in_use_is_reported_and_fails_the_start(no_redis: str) -> None:
    taken = ReservedPort()
    taken.listen()
    with Service(no_redis, port=taken) as service:
        code, out, err = service.finish()
    assert code != 0
    assert "address already in use" in (out + err).lower()
