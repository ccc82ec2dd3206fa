"""`python -m workflow`: work until SIGTERM. Exits 0 after a graceful stop, 78 on bad configuration."""

import asyncio
import logging
import os
import sys

from servicekit import logs
from servicekit.configuration import ConfigurationError
from workflow.config import Settings
from workflow.process import work


def main() -> int:
    try:
        settings = Settings.from_environment(os.environ)
    except ConfigurationError as error:
        print(f"workflow cannot start: {error}", file=sys.stderr)
        return os.EX_CONFIG
    logs.configure("workflow", settings.log_level, settings.version)
    # One line for each call would be three for each request, which has a line of its own.
    logging.getLogger("httpx").setLevel(max(settings.log_level, logging.WARNING))
    asyncio.run(work(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
