"""`python -m delivery`: serve until SIGTERM. Exits 0 after a graceful stop, 78 on bad configuration."""

import os
import sys

from delivery import logs
from delivery.config import ConfigurationError, Settings
from delivery.server import serve


def main() -> int:
    try:
        settings = Settings.from_environment(os.environ)
    except ConfigurationError as error:
        print(f"delivery cannot start: {error}", file=sys.stderr)
        return os.EX_CONFIG
    logs.configure(settings.log_level, version=settings.version)
    serve(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
