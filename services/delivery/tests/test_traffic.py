"""The traffic probe's counting, and its command line."""

import json
import signal
import time

import pytest
from processes import Service, free_port, run_module, start_module

from delivery.traffic_tally import Tally

NO_REDIS = f"redis://127.0.0.1:{free_port()}/0"


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


def run_traffic(url: str, *options: str) -> tuple[int, str, str]:
    ended = run_module("delivery.traffic", url, *options)
    return ended.returncode, ended.stdout, ended.stderr


def test_the_last_line_is_the_summary_and_the_rate_is_kept() -> None:
    with Service(NO_REDIS, "3.0.0") as service:
        code, out, _ = run_traffic(service.url, "--seconds", "2", "--rate", "40", "--clients", "4")
    summary = json.loads(out.splitlines()[-1])
    assert (code, summary["failed"], summary["switches"]) == (0, 0, [])
    assert 20 <= summary["versions"]["3.0.0"] <= 84


def test_nobody_there_is_a_failure() -> None:
    code, out, err = run_traffic(f"http://127.0.0.1:{free_port()}", "--seconds", "0.5")
    summary = json.loads(out)
    assert code == 1
    assert summary["failed"] == summary["requests"] > 0
    assert "ConnectError" in summary["errors"][0]
    assert err == ""


def test_sigterm_ends_it_with_its_summary() -> None:
    with (
        Service(NO_REDIS) as service,
        start_module("delivery.traffic", service.url, "--seconds", "60") as process,
    ):
        time.sleep(1.5)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=10)
    assert process.returncode == 0
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
def test_a_wrong_argument_is_a_usage_error(arguments: list[str]) -> None:
    code, _, err = run_traffic(*arguments)
    assert code == 2
    assert "usage:" in err
    assert "Traceback" not in err
