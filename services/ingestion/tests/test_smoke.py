"""The smoke test passes a good version and fails each kind of bad one."""

import itertools
from collections.abc import Iterator

import httpx
import pytest
from processes import Service

from ingestion import smoke
from servicekit.smoke import Deployed, report
from servicekit_testing.processes import run_module
from servicekit_testing.redis_server import RedisServer
from servicekit_testing.waiting import DEADLINE_SECONDS


def failed(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith("FAIL")]


def test_a_good_version_passes_and_another_than_expected_fails(
    redis_server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with Service(redis_server.url, "1.4.0") as service:
        good = run_module("ingestion.smoke", service.url, "--timeout", "60", "--expect-version", "1.4.0")
        code = smoke.main([service.url, "--timeout", "60", "--expect-version", "1.5.0"])
    assert (good.returncode, failed(good.stdout), good.stderr) == (0, [], "")
    assert len(good.stdout.splitlines()) == 5
    [line] = failed(capsys.readouterr().out)
    assert (code, "1.5.0" in line, "'1.4.0'" in line) == (1, True, True)


def test_a_version_without_its_queue_fails(no_redis: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Service(no_redis) as service:
        code = smoke.main([service.url, "--timeout", str(DEADLINE_SECONDS), "--wait", "0"])
    out = capsys.readouterr().out
    assert code == 1
    assert "ok    the process is alive" in out
    assert len(failed(out)) == 3


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (itertools.count(), "does not begin with smoke-"),
        ((f"smoke-{n}" for n in itertools.count()), "smoke-1, and before smoke-0"),
    ],
)
def test_other_ids_than_promised_fail(
    answers: Iterator[object], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(202, json={"id": next(answers)}))
    with httpx.Client(transport=transport, base_url="http://ingestion") as client:
        assert not report(smoke.checks(Deployed(client, None, 0)))
    assert reason in capsys.readouterr().out
