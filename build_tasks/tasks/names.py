"""Names of the services, read from the file system alone: the price of every `inv --list`."""

from __future__ import annotations

import tomllib
from pathlib import Path

from build_tasks.config.reserved import RESERVED


def service_names(root: Path) -> list[str]:
    """Folders of services with a service.toml, without those that configuration will refuse by name."""
    folder = root / _services_folder(root)
    found = [file.parent.name for file in sorted(folder.glob("*/service.toml"))]
    return [name for name in found if name not in RESERVED]


def _services_folder(root: Path) -> str:
    try:
        text = (root / "pyproject.toml").read_text(encoding="utf-8")
        # A wrong file is reported by the first task that reads it, not by `--list`.
        table = tomllib.loads(text)["tool"]["build_tasks"]
        return str(table.get("services", "services"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, AttributeError, TypeError):
        return "services"
