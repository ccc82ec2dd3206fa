"""The smoke test passes a good version and fails each kind of bad one."""

import os

from processes import RedisServer, Service, free_port, run_module


def run_smoke(url: str, *options: str, app_version: str = "") -> tuple[int, str]:
    environment = {**os.environ, "APP_VERSION": app_version}
    ended = run_module("delivery.smoke", url, *options, environment=environment)
    assert ended.stderr == ""
    return ended.returncode, ended.stdout


def failed(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith("FAIL")]


def test_a_good_version_passes(redis_server: RedisServer) -> None:
    with Service(redis_server.url, "1.4.0") as service:
        code, out = run_smoke(service.url, "--expect-version", "1.4.0")
    assert (code, failed(out)) == (0, [])
    assert len(out.splitlines()) == 5


def test_another_version_fails(redis_server: RedisServer) -> None:
    with Service(redis_server.url, "1.4.0") as service:
        code, out = run_smoke(service.url, app_version="1.5.0")
    assert code == 1
    [line] = failed(out)
    assert "1.5.0" in line
    assert "'1.4.0'" in line


def test_a_version_without_its_store_fails() -> None:
    with Service(f"redis://127.0.0.1:{free_port()}/0") as service:
        code, out = run_smoke(service.url, "--wait", "0.5")
    assert code == 1
    assert "ok    the process is alive" in out
    assert len(failed(out)) == 3


def test_nobody_there_fails_readably() -> None:
    code, out = run_smoke(f"http://127.0.0.1:{free_port()}", "--wait", "0.5")
    assert code == 1
    assert len(failed(out)) == len(out.splitlines()) == 4
    assert "Connection refused" in out
