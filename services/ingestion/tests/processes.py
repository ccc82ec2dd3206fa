"""The service as a process."""

from servicekit_testing.service_process import ServiceProcess


class Service(ServiceProcess):
    """`python -m ingestion`."""

    def __init__(self, redis_url: str, version: str = "1.0.0", lame_duck_seconds: int = 0) -> None:
        environment = {
            "REDIS_URL": redis_url,
            "REDIS_SECONDS": "60",
            "APP_VERSION": version,
            "APP_COMMIT": "abc1234",
            "DRAIN_SECONDS": str(lame_duck_seconds),
        }
        super().__init__("ingestion", environment)
