"""What the environment says about this service."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from servicekit.configuration import Variables


@dataclass(frozen=True)
class Settings:
    redis_url: str = field(repr=False)  # carries a password
    queue_limit: int
    version: str
    commit: str
    log_level: int
    port: int
    lame_duck_seconds: float
    redis_seconds: float

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Raise ConfigurationError if anything is missing or malformed."""
        variables = Variables(environment)
        settings = cls(
            redis_url=variables.redis_url(),
            queue_limit=variables.whole_number("QUEUE_LIMIT", 10_000, 1, 10_000_000),
            version=variables.text("APP_VERSION", "unknown"),
            commit=variables.text("APP_COMMIT", "unknown"),
            log_level=variables.log_level(),
            port=variables.whole_number("PORT", 8080, 1, 65535),
            lame_duck_seconds=variables.whole_number("DRAIN_SECONDS", 5, 0, 300),
            redis_seconds=variables.whole_number("REDIS_SECONDS", 1, 1, 60),
        )
        variables.finish()
        return settings
