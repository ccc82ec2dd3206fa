"""What the environment says about this worker."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from servicekit.configuration import Variables
from workflow.fulfilment import CALLS_IN_A_ROW
from workflow.heartbeat import DEFAULT_FILE

SERVICES = ("dronescheduler", "package", "delivery")


@dataclass(frozen=True)
class Settings:
    redis_url: str = field(repr=False)  # carries a password
    service_urls: Mapping[str, str]
    version: str
    commit: str
    log_level: int
    concurrency: int
    claim_seconds: int
    call_seconds: int
    retry_seconds: int
    redis_seconds: int
    heartbeat_file: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Raise ConfigurationError if anything is missing or malformed."""
        variables = Variables(environment)
        settings = cls(
            redis_url=variables.redis_url(),
            service_urls={name: _url(variables, f"{name.upper()}_URL") for name in SERVICES},
            version=variables.text("APP_VERSION", "unknown"),
            commit=variables.text("APP_COMMIT", "unknown"),
            log_level=variables.log_level(),
            concurrency=variables.whole_number("CONCURRENCY", 8, 1, 100),
            claim_seconds=variables.whole_number("CLAIM_SECONDS", 15, 3, 3600),
            call_seconds=variables.whole_number("CALL_SECONDS", 5, 1, 60),
            retry_seconds=variables.whole_number("RETRY_SECONDS", 4, 1, 60),
            # At least 2, because a turn of the loop waits for 1 in Redis.
            redis_seconds=variables.whole_number("REDIS_SECONDS", 2, 2, 60),
            heartbeat_file=Path(variables.text("HEARTBEAT_FILE", DEFAULT_FILE)),
        )
        # Else another worker takes over what this one is still trying.
        if settings.claim_seconds <= CALLS_IN_A_ROW * settings.call_seconds:
            variables.mistake(f"CLAIM_SECONDS must be more than {CALLS_IN_A_ROW} times CALL_SECONDS")
        variables.finish()
        return settings


def _url(variables: Variables, name: str) -> str:
    text = variables.text(name, "")
    if not text:
        variables.mistake(f"{name} is not set (http://host[:port])")
        return ""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        variables.mistake(f"{name} is not a URL (http://host[:port])")
    return text.rstrip("/")
