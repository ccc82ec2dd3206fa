import logging
import os

import pytest

from ingestion.config import Settings
from servicekit.configuration import ConfigurationError
from servicekit_testing.processes import run_module

REQUIRED = {"REDIS_URL": "redis://:hunter2@redis.data:6379/0"}


def test_defaults() -> None:
    settings = Settings.from_environment(REQUIRED)
    expected = Settings(REQUIRED["REDIS_URL"], 10_000, "unknown", "unknown", logging.INFO, 8080, 5, 1)
    assert settings == expected


def test_everything_can_be_set() -> None:
    settings = Settings.from_environment(
        {
            **REQUIRED,
            "QUEUE_LIMIT": "50",
            "APP_VERSION": "1.2.3",
            "APP_COMMIT": "abc",
            "LOG_LEVEL": "DEBUG",
            "PORT": "9000",
            "DRAIN_SECONDS": "0",
            "REDIS_SECONDS": "60",
        }
    )
    assert settings == Settings(REQUIRED["REDIS_URL"], 50, "1.2.3", "abc", logging.DEBUG, 9000, 0, 60)


def test_all_mistakes_are_reported_at_once() -> None:
    wrong = {"PORT": "http", "QUEUE_LIMIT": "0", "LOG_LEVEL": "loud", "DRAIN_SECONDS": "-1"}
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment(wrong)
    for name in ("REDIS_URL", *wrong):
        assert name in str(caught.value)


def test_the_password_is_not_in_the_representation() -> None:
    assert "hunter2" not in repr(Settings.from_environment(REQUIRED))


def test_the_process_exits_78_with_one_line() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    ended = run_module("ingestion", environment=environment)
    assert (ended.returncode, ended.stdout) == (78, "")
    assert ended.stderr.count("\n") == 1
    assert "ingestion cannot start: REDIS_URL is not set" in ended.stderr
