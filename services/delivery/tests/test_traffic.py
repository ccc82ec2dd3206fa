"""The traffic probe's counting, and its command line."""

import asyncio
import json
import signal
import time

import pytest
from processes import Service

from delivery import traffic
from delivery.traffic import Load, probe
from delivery.traffic_tally import Tally
from servicekit_testing.processes import start_module
from servicekit_testing.waiting import DEADLINE_SECONDS, until


def test_a_tally_counts_by_version_and_keeps_the_first_errors() -> None:
    tally = Tally()
    tally.answered(0, "1.0.0", 0.1)
    tally.answered(1, "1.0.0", 0.2)
    tally.answered(1, "1.1.0", 0.3)
    for number in range(7):
        tally.lost(0, f"reason {number}", 1)
    summary = tally.summary()
    assert (summary["requests"], summary["failed"]) == (10, 7)
    assert summary["versions"] == {"1.0.0": 2, "1.1.0": 1}
    assert summary["errors"] == [f"1.00s client 0: reason {number}" for number in range(5)]


def test_clients_that_move_the_same_way_are_one_switch_and_back_is_another() -> None:
    tally = Tally()
    for at_s, (client, version) in enumerate([(0, "a"), (1, "a"), (0, "b"), (1, "b"), (1, "a"), (0, "a")]):
        tally.answered(client, version, at_s)
    seen = [(s.at_s, s.until_s, s.source, s.target, s.clients) for s in tally.summary()["switches"]]
    assert seen == [(2, 3, "a", "b", 2), (4, 5, "b", "a", 2)]


def test_a_failure_between_two_answers_does_not_hide_the_switch() -> None:
    tally = Tally()
    tally.answered(0, "a", 0)
    tally.lost(0, "refused", 1)
    tally.answered(0, "b", 2)
    assert len(tally.summary()["switches"]) == 1


def test_a_tally_without_requests_proves_nothing() -> None:
    assert not Tally().clean


def test_the_first_answer_is_told_once() -> None:
    told: list[str] = []
    tally = Tally(told.append)
    tally.lost(0, "refused", 1)
    assert told == []
    for client, version in [(0, "a"), (1, "a"), (0, "b")]:
        tally.answered(client, version, 2)
    assert told == ["a"]


def run_traffic(capsys: pytest.CaptureFixture[str], url: str, *options: str) -> tuple[int, str, str]:
    code = traffic.main([url, "--timeout", str(DEADLINE_SECONDS), *options])
    return code, *capsys.readouterr()


@pytest.mark.anyio
async def test_the_rate_is_not_exceeded(no_redis: str) -> None:
    with Service(no_redis) as service:
        tally, stop, began = Tally(), asyncio.Event(), time.monotonic()
        load = Load(service.url, clients=4, requests_per_second=40, timeout=DEADLINE_SECONDS)
        probing = asyncio.create_task(probe(load, tally, stop))
        await until(lambda: tally.versions["1.0.0"] >= 24, "24 answers")
        took = time.monotonic() - began
        stop.set()
        await probing
    assert took > 20 / 40, "each of the 4 clients has its first request for nothing"
    assert tally.clean


def test_it_ends_when_its_time_is_up_and_the_last_line_is_the_summary(
    no_redis: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Service(no_redis, "3.0.0") as service:
        code, out, err = run_traffic(capsys, service.url, "--seconds", "2", "--rate", "10")
    summary = json.loads(out.splitlines()[-1])
    assert (code, summary["failed"], summary["switches"]) == (0, 0, [])
    assert summary["versions"] == {"3.0.0": summary["requests"]}
    assert err.splitlines() == ["answered by version 3.0.0; counting"]


def test_nobody_there_is_a_failure(nobody: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run_traffic(capsys, f"http://{nobody}", "--seconds", "2", "--rate", "10")
    summary = json.loads(out)
    assert code == 1
    assert summary["failed"] == summary["requests"] > 0
    assert "ConnectError" in summary["errors"][0]
    assert err == ""


def test_sigterm_ends_it_with_its_summary(no_redis: str) -> None:
    with (
        Service(no_redis) as service,
        start_module("delivery.traffic", service.url, "--seconds", "3600", "--timeout", "60") as process,
    ):
        assert process.stderr is not None
        assert process.stderr.readline() == "answered by version 1.0.0; counting\n"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
    assert (process.returncode, err) == (0, "")
    assert json.loads(out)["requests"] > 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["delivery"],
        ["http://"],
        ["http://d:port"],
        ["http://d", "--rate", "0"],
        ["http://d", "--clients", "0"],
    ],
)
def test_a_wrong_argument_is_a_usage_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        traffic.main(arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err
