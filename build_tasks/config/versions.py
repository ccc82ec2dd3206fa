"""``versions/<environment>.toml``: which version of each service `inv app.deploy` deploys there."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from build_tasks.config.problems import problem_at, suggestion
from build_tasks.config.toml_files import parse_toml, refuse
from build_tasks.model.version import Version


def load_versions(root: Path, shown: str, services: Collection[str]) -> dict[str, Version] | None:
    """Read the file.

    :param shown: its path, relative to the root.
    :param services: names of the services.
    :returns: versions by service, in the order of the file; None if there is no such file.
    :raises FlowError: CONFIG, with every mistake.
    """
    if not (root / shown).exists():
        return None
    text, data, problems = parse_toml(root / shown, shown)
    found: dict[str, Version] = {}
    for service, version in (data or {}).items():
        if service not in services:
            close = suggestion(service, sorted(services))
            problems.append(problem_at(shown, text, (service,), f"unknown service{close}"))
        elif not isinstance(version, str):
            message = 'a version is a text in quotes, like "1.0.2"'
            problems.append(problem_at(shown, text, (service,), message))
        else:
            try:
                found[service] = _released(version)
            except ValueError as error:
                problems.append(problem_at(shown, text, (service,), str(error)))
    refuse(problems, f"read {shown}")
    return found


def _released(text: str) -> Version:
    version = Version.parse(text)
    if version.is_working_tree:
        raise ValueError(f"{text} is how the working tree is called; name a released version")
    return version
