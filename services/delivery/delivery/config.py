"""Configuration from the environment, parsed once and reported whole."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from redis.asyncio.connection import parse_url

_LEVELS = ("debug", "info", "warning", "error")


class ConfigurationError(Exception):
    """The environment does not describe a runnable service. Names every mistake, never a value."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))


@dataclass(frozen=True)
class Settings:
    redis_url: str = field(repr=False)  # carries a password
    version: str
    commit: str
    log_level: int
    port: int
    lame_duck_seconds: float
    redis_seconds: float

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Raise ConfigurationError if anything is missing or malformed."""
        mistakes: list[str] = []
        settings = cls(
            redis_url=_redis_url(environment.get("REDIS_URL", ""), mistakes),
            version=environment.get("APP_VERSION") or "unknown",
            commit=environment.get("APP_COMMIT") or "unknown",
            log_level=_log_level(environment.get("LOG_LEVEL") or "info", mistakes),
            port=_whole_number("PORT", environment.get("PORT") or "8080", 1, 65535, mistakes),
            lame_duck_seconds=_whole_number(
                "DRAIN_SECONDS", environment.get("DRAIN_SECONDS") or "5", 0, 300, mistakes
            ),
            redis_seconds=_whole_number(
                "REDIS_SECONDS", environment.get("REDIS_SECONDS") or "1", 1, 60, mistakes
            ),
        )
        if mistakes:
            raise ConfigurationError(mistakes)
        return settings


def _redis_url(value: str, mistakes: list[str]) -> str:
    if not value:
        mistakes.append("REDIS_URL is not set (redis://[user:password@]host:port/db)")
        return ""
    try:
        parse_url(value)
    except ValueError:
        # The library's message can quote the part of the URL that holds the password.
        mistakes.append("REDIS_URL is not a Redis URL (redis://[user:password@]host:port/db)")
    return value


def _log_level(value: str, mistakes: list[str]) -> int:
    if value.lower() not in _LEVELS:
        mistakes.append(f"LOG_LEVEL must be one of {', '.join(_LEVELS)}")
        return logging.INFO
    return logging.getLevelNamesMapping()[value.upper()]


def _whole_number(name: str, value: str, least: int, most: int, mistakes: list[str]) -> int:
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        mistakes.append(f"{name} must be a whole number from {least} to {most}")
        return least
    return int(value)
