"""Names of the services, read from the file system alone: the price of every `inv --list`."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path

from build_tasks.config.reserved import RESERVED


def service_names(root: Path) -> list[str]:
    """Folders of services with a service.toml, without those that configuration will refuse by name."""
    folder = root / _services_folder(root)
    found = [file.parent.name for file in sorted(folder.glob("*/service.toml"))]
    return [name for name in found if name not in RESERVED]


def overlooked(root: Path, name: str, known: Collection[str]) -> str:
    """What a folder lacks that somebody takes for a service of that name; empty if there is no such folder.

    :param name: as typed.
    :param known: names of the services.
    """
    folder = root / _services_folder(root)
    alike = {file.parent.name for file in folder.glob("*/Dockerfile")} - set(known)
    for close in [] if name in known else get_close_matches(name, sorted(alike), n=1):
        place = folder.relative_to(root) / close
        if not (root / place / "service.toml").exists():
            return f"{place} has a Dockerfile but no service.toml, which is what makes it a service"
    return ""


def _services_folder(root: Path) -> str:
    try:
        text = (root / "pyproject.toml").read_text(encoding="utf-8")
        # A wrong file is reported by the first task that reads it, not by `--list`.
        table = tomllib.loads(text)["tool"]["build_tasks"]
        return str(table.get("services", "services"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, AttributeError, TypeError):
        return "services"
