"""`python -m ingestion`: serve until SIGTERM. Exits 0 after a graceful stop, 78 on bad configuration."""

import os
import sys

from ingestion.config import Settings
from ingestion.server import serve
from servicekit import logs
from servicekit.configuration import ConfigurationError


def main() -> int:
    try:
        settings = Settings.from_environment(os.environ)
    except ConfigurationError as error:
        print(f"ingestion cannot start: {error}", file=sys.stderr)
        return os.EX_CONFIG
    logs.configure("ingestion", settings.log_level, settings.version)
    serve(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
