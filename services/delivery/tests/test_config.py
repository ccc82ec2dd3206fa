import logging
import os

import pytest

from delivery.config import Settings
from servicekit.configuration import ConfigurationError
from servicekit_testing.processes import run_module

REQUIRED = {"REDIS_URL": "redis://:hunter2@redis.data:6379/0"}


def test_defaults() -> None:
    settings = Settings.from_environment(REQUIRED)
    assert (settings.port, settings.log_level, settings.lame_duck_seconds) == (8080, logging.INFO, 5)
    assert (settings.version, settings.commit) == ("unknown", "unknown")
    assert settings.redis_seconds == 1, "the readiness probe waits for 2"


def test_everything_can_be_set() -> None:
    settings = Settings.from_environment(
        {
            **REQUIRED,
            "APP_VERSION": "1.2.3",
            "APP_COMMIT": "abc",
            "LOG_LEVEL": "DEBUG",
            "PORT": "9000",
            "DRAIN_SECONDS": "0",
            "REDIS_SECONDS": "60",
        }
    )
    assert settings == Settings(REQUIRED["REDIS_URL"], "1.2.3", "abc", logging.DEBUG, 9000, 0, 60)


def test_all_mistakes_are_reported_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment(
            {"PORT": "http", "LOG_LEVEL": "loud", "DRAIN_SECONDS": "-1", "REDIS_SECONDS": "0"}
        )
    for name in ("REDIS_URL", "PORT", "LOG_LEVEL", "DRAIN_SECONDS", "REDIS_SECONDS"):
        assert name in str(caught.value)


@pytest.mark.parametrize("url", ["http://:hunter2@redis", "redis://:a/hunter2@redis:6379", "hunter2"])
def test_a_bad_redis_url_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment({"REDIS_URL": url})
    assert "REDIS_URL" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("port", ["0", "65536", "8080 ", "٣", "1e3"])
def test_a_bad_port_is_refused(port: str) -> None:
    with pytest.raises(ConfigurationError, match="PORT"):
        Settings.from_environment({**REQUIRED, "PORT": port})


def test_the_password_is_not_in_the_representation() -> None:
    assert "hunter2" not in repr(Settings.from_environment(REQUIRED))


def test_the_process_exits_78_with_one_line() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    ended = run_module("delivery", environment=environment)
    assert (ended.returncode, ended.stdout) == (78, "")
    assert ended.stderr.count("\n") == 1
    assert "REDIS_URL is not set" in ended.stderr
