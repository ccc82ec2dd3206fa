"""Configuration; what it means for a service is tested with the services."""

import logging

import pytest

from servicekit.configuration import ConfigurationError, Variables


def mistakes(variables: Variables) -> str:
    with pytest.raises(ConfigurationError) as caught:
        variables.finish()
    return str(caught.value)


def test_what_is_not_set_or_empty_has_its_default() -> None:
    variables = Variables({"TEXT": "", "NUMBER": ""})
    assert (variables.text("TEXT", "t"), variables.text("NONE", "n")) == ("t", "n")
    assert variables.whole_number("NUMBER", 5, 0, 10) == 5
    assert variables.log_level() == logging.INFO
    variables.finish()


def test_what_is_set_is_taken() -> None:
    variables = Variables({"TEXT": "t", "NUMBER": "10", "LOG_LEVEL": "Debug", "REDIS_URL": "redis://r/0"})
    assert variables.text("TEXT", "") == "t"
    assert variables.whole_number("NUMBER", 5, 0, 10) == 10
    assert (variables.log_level(), variables.redis_url()) == (logging.DEBUG, "redis://r/0")
    variables.finish()


def test_mistakes_add_up() -> None:
    variables = Variables({"NUMBER": "11", "LOG_LEVEL": "loud"})
    variables.whole_number("NUMBER", 5, 0, 10)
    variables.log_level()
    variables.redis_url()
    variables.mistake("OTHER is odd")
    assert mistakes(variables) == (
        "NUMBER must be a whole number from 0 to 10; LOG_LEVEL must be one of debug, info, warning, error; "
        "REDIS_URL is not set (redis://[user:password@]host:port/db); OTHER is odd"
    )


@pytest.mark.parametrize("text", ["-1", "11", "5 ", "٣", "1e0", "five", "9" * 5000])
def test_only_a_whole_number_in_range_is_one(text: str) -> None:
    variables = Variables({"NUMBER": text})
    variables.whole_number("NUMBER", 5, 0, 10)
    assert "NUMBER" in mistakes(variables)


@pytest.mark.parametrize("url", ["http://:hunter2@redis", "redis://:a/hunter2@redis:6379", "hunter2"])
def test_a_bad_redis_url_is_refused_without_quoting_it(url: str) -> None:
    variables = Variables({"REDIS_URL": url})
    variables.redis_url()
    found = mistakes(variables)
    assert "REDIS_URL is not a Redis URL" in found
    assert "hunter2" not in found
