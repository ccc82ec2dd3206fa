"""Configuration from the environment, parsed once and reported whole."""

import logging
from collections.abc import Mapping

from redis.asyncio.connection import parse_url

from servicekit.whole_numbers import whole_number

_LEVELS = ("debug", "info", "warning", "error")


class ConfigurationError(Exception):
    """The environment does not describe a runnable service. Names every mistake, never a value."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))


class Variables:
    """Environment variables, read one after the other while their mistakes add up.

    Each method returns something of its type also for a mistake, so that reading goes on; `finish` raises.
    A variable set to nothing counts as not set.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._mistakes: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self._environment.get(name) or default

    def whole_number(self, name: str, default: int, least: int, most: int) -> int:
        number = whole_number(self.text(name, str(default)), least, most)
        if number is None:
            self.mistake(f"{name} must be a whole number from {least} to {most}")
            return least
        return number

    def log_level(self, name: str = "LOG_LEVEL") -> int:
        value = self.text(name, "info")
        if value.lower() not in _LEVELS:
            self.mistake(f"{name} must be one of {', '.join(_LEVELS)}")
            return logging.INFO
        return logging.getLevelNamesMapping()[value.upper()]

    def redis_url(self, name: str = "REDIS_URL") -> str:
        value = self.text(name, "")
        if not value:
            self.mistake(f"{name} is not set (redis://[user:password@]host:port/db)")
            return ""
        try:
            parse_url(value)
        except ValueError:
            # The library's message can quote the part of the URL that holds the password.
            self.mistake(f"{name} is not a Redis URL (redis://[user:password@]host:port/db)")
        return value

    def mistake(self, message: str) -> None:
        """Note a mistake; `message` begins with the variable's name and must not quote its value."""
        self._mistakes.append(message)

    def finish(self) -> None:
        """Raise ConfigurationError if there was any mistake."""
        if self._mistakes:
            raise ConfigurationError(self._mistakes)
