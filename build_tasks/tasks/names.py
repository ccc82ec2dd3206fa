"""Names of collections, read from the file system alone: the price of every `inv --list`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from pathlib import Path

from build_tasks.config.reserved import RESERVED

#: The collections for the whole repository, in the order of `inv --list`, and the modules that make them.
WHOLE = {
    "all": "build_tasks.tasks.all_services",
    "app": "build_tasks.tasks.application",
    "release": "build_tasks.tasks.release",
    "ci": "build_tasks.tasks.ci",
    "platform": "build_tasks.tasks.platform",
    "repo": "build_tasks.tasks.repo",
}
_NAME = re.compile(r"([a-z][a-z0-9-]*)(\..*)?")
#: What Invoke answers with all tasks, whatever else stands there.
_ABOUT_ALL = ("--complete", "--list", "-l")


def service_names(root: Path) -> list[str]:
    """Folders of services with a service.toml, without those that configuration will refuse by name."""
    folder = root / _services_folder(root)
    found = [file.parent.name for file in sorted(folder.glob("*/service.toml"))]
    return [name for name in found if name not in RESERVED]


def places_of_services(root: Path) -> list[Path]:
    """Files and folders that say which services there are: if none of them changes, no service does."""
    folder = root / _services_folder(root)
    inside = sorted(path for path in folder.glob("*") if path.is_dir())
    return [root / "pyproject.toml", folder, *inside]


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


def named_collections(root: Path, words: Sequence[str]) -> list[str] | None:
    """The collections that the words of a command line may mean; None for all of them.

    A word means a collection if its part before the first dot is one's name, even if it is a flag's value: a
    collection too many does no harm.
    """
    if any(word.startswith(_ABOUT_ALL) for word in words):
        return None
    given = dict.fromkeys(match[1] for word in words if (match := _NAME.fullmatch(word)))
    found = [name for name in given if name in WHOLE]
    others = [name for name in given if name not in RESERVED]
    if others:
        folder = root / _services_folder(root)
        found += [name for name in others if (folder / name / "service.toml").is_file()]
    return found or None


def _services_folder(root: Path) -> str:
    try:
        text = (root / "pyproject.toml").read_text(encoding="utf-8")
        # A wrong file is reported by the first task that reads it, not by `--list`.
        table = tomllib.loads(text)["tool"]["build_tasks"]
        return str(table.get("services", "services"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, AttributeError, TypeError):
        return "services"
