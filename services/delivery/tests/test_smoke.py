"""The smoke test passes a good version and fails each kind of bad one."""

import pytest
from processes import Service

from delivery import smoke
from servicekit_testing.processes import run_module
from servicekit_testing.redis_server import RedisServer
from servicekit_testing.waiting import DEADLINE_SECONDS


def run_smoke(capsys: pytest.CaptureFixture[str], url: str, *options: str) -> tuple[int, str]:
    code = smoke.main([url, "--timeout", str(DEADLINE_SECONDS), *options])
    out, err = capsys.readouterr()
    assert err == ""
    return code, out


def failed(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith("FAIL")]


def test_a_good_version_passes_and_another_than_expected_fails(
    redis_server: RedisServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Service(redis_server.url, "1.4.0") as service:
        good = run_module("delivery.smoke", service.url, "--timeout", "60", "--expect-version", "1.4.0")
        monkeypatch.setenv("APP_VERSION", "1.5.0")
        code, out = run_smoke(capsys, service.url)
    assert (good.returncode, failed(good.stdout), good.stderr) == (0, [], "")
    assert len(good.stdout.splitlines()) == 5
    assert code == 1
    [line] = failed(out)
    assert "1.5.0" in line
    assert "'1.4.0'" in line


def test_a_version_without_its_store_fails(no_redis: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Service(no_redis) as service:
        code, out = run_smoke(capsys, service.url, "--wait", "0")
    assert code == 1
    assert "ok    the process is alive" in out
    assert len(failed(out)) == 3


def test_nobody_there_fails_readably(nobody: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run_smoke(capsys, f"http://{nobody}", "--wait", "0")
    assert code == 1
    assert len(failed(out)) == len(out.splitlines()) == 4
    assert "Connection refused" in out
