"""The door: `inv --list` shows what is behind it."""

import sys
from pathlib import Path

from build_tasks.tasks import namespace

ns = namespace(Path(__file__).parent, sys.argv[1:])
