import logging
import os
from pathlib import Path

import pytest

from servicekit.configuration import ConfigurationError
from servicekit_testing.processes import run_module
from workflow.config import Settings

REQUIRED = {
    "REDIS_URL": "redis://:hunter2@redis.data:6379/0",
    "DELIVERY_URL": "http://delivery",
    "PACKAGE_URL": "http://package",
    "DRONESCHEDULER_URL": "http://dronescheduler/",
}


def mistakes(**changes: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment({**REQUIRED, **changes})
    return str(caught.value)


def test_defaults() -> None:
    settings = Settings.from_environment(REQUIRED)
    assert (settings.version, settings.commit, settings.log_level) == ("unknown", "unknown", logging.INFO)
    assert (settings.concurrency, settings.claim_seconds, settings.call_seconds) == (8, 15, 5)
    assert (settings.redis_seconds, settings.heartbeat_file) == (2, Path("/tmp/heartbeat"))
    assert settings.service_urls == {
        "dronescheduler": "http://dronescheduler",
        "package": "http://package",
        "delivery": "http://delivery",
    }


def test_everything_can_be_set() -> None:
    settings = Settings.from_environment(
        {
            **REQUIRED,
            "APP_VERSION": "1.2.3",
            "APP_COMMIT": "abc",
            "LOG_LEVEL": "DEBUG",
            "CONCURRENCY": "100",
            "CLAIM_SECONDS": "3",
            "CALL_SECONDS": "1",
            "RETRY_SECONDS": "2",
            "REDIS_SECONDS": "3",
            "HEARTBEAT_FILE": "/run/beat",
        }
    )
    assert (settings.version, settings.commit, settings.log_level) == ("1.2.3", "abc", logging.DEBUG)
    assert (settings.concurrency, settings.claim_seconds, settings.call_seconds) == (100, 3, 1)
    assert (settings.retry_seconds, settings.redis_seconds) == (2, 3)
    assert settings.heartbeat_file == Path("/run/beat")


def test_the_claim_time_outlasts_a_try() -> None:
    assert "CLAIM_SECONDS must be more than 2 times CALL_SECONDS" in mistakes(CALL_SECONDS="8")


@pytest.mark.parametrize("url", ["delivery", "ftp://delivery", "http://", "http://d:port", "http://:80"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    assert mistakes(DELIVERY_URL=url) == "DELIVERY_URL is not a URL (http://host[:port])"


def test_no_secret_is_shown() -> None:
    assert "hunter2" not in repr(Settings.from_environment(REQUIRED))
    assert "hunter2" not in mistakes(REDIS_URL="http://:hunter2@redis")


def test_the_process_exits_78_with_one_line_that_names_every_mistake() -> None:
    environment = {name: value for name, value in os.environ.items() if name not in REQUIRED}
    wrong = {"CONCURRENCY": "0", "CLAIM_SECONDS": "soon", "LOG_LEVEL": "loud", "PACKAGE_URL": "package"}
    ended = run_module("workflow", environment={**environment, **wrong})
    assert (ended.returncode, ended.stdout) == (78, "")
    assert ended.stderr.count("\n") == 1
    for name in (*REQUIRED, *wrong):
        assert name in ended.stderr
