"""What the shape of a configuration file cannot say."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from build_tasks.config.problems import Problem, problem_at, suggestion
from build_tasks.config.reserved import RESERVED
from build_tasks.config.schema import DeliveryTable, SettingsTable
from build_tasks.model.docker_patterns import Patterns
from build_tasks.model.service import Service, ServiceKind
from build_tasks.model.settings import Settings

#: Where the settings stand in pyproject.toml.
TABLES = ("tool", "build_tasks")
#: Releases are called <service>-dev and <service>-v<version>; a service's own release is called as it is.
_RELEASE_LIKE = re.compile(r"-dev$|-v[0-9]+-[0-9]+-[0-9]+")


def service_sense(
    name: str, text: str, data: Mapping[str, Any], folder: Path, settings: Settings
) -> list[Problem]:
    """Mistakes in a service.toml whose shape may be right: names that must agree with others.

    :param name: the file's name, for messages.
    :param folder: where it lies; its name is the service's.
    """
    found = []
    given = data.get("name")
    if isinstance(given, str) and given != folder.name:
        found.append(problem_at(name, text, ("name",), f"{given!r} is not the folder's name {folder.name!r}"))
    if folder.name in RESERVED:
        found.append(problem_at(name, text, ("name",), f"{folder.name!r} is the name of a task collection"))
    if _RELEASE_LIKE.search(folder.name):
        message = f"{folder.name!r} could be a release of another service (<service>-dev, <service>-v1-0-0)"
        found.append(problem_at(name, text, ("name",), message))
    found += worker_sense(name, text, data)
    found += pattern_sense(name, text, ("inputs",), data.get("inputs"))
    return found + _environments_sense(name, text, data, settings)


def worker_sense(name: str, text: str, data: Mapping[str, Any]) -> list[Problem]:
    """What a worker cannot have: nothing reaches it through a Service."""
    if data.get("kind") != ServiceKind.WORKER:
        return []
    switch = data.get("switch")
    drains = isinstance(switch, dict) and switch.get("drain_path")
    message = "a worker has no Service, so nothing could be POSTed there; on SIGTERM it stops taking work"
    found = [problem_at(name, text, ("switch", "drain_path"), message)] if drains else []
    if "port" in data:
        found.append(problem_at(name, text, ("port",), "a worker has no Service, and so no port"))
    return found


def pattern_sense(name: str, text: str, path: Sequence[str], lines: object) -> list[Problem]:
    """Patterns that Docker would not take, of a key whose shape may be wrong (which is told elsewhere)."""
    found = []
    for line in lines if isinstance(lines, (list, tuple)) else ():
        try:
            Patterns([line] if isinstance(line, str) and line.strip("! ") else [])
        except ValueError as error:
            found.append(problem_at(name, text, path, str(error)))
    return found


def calls_sense(name: str, text: str, service: Service, known: Collection[str]) -> list[Problem]:
    """Services that a service.toml says it calls, and that are not there."""
    found = []
    for callee in dict.fromkeys(service.calls):
        if callee == service.name:
            found.append(problem_at(name, text, ("calls",), "it need not name itself"))
        elif callee not in known:
            close = suggestion(callee, sorted(known))
            found.append(problem_at(name, text, ("calls",), f"unknown service {callee!r}{close}"))
    return found


def _environments_sense(name: str, text: str, data: Mapping[str, Any], settings: Settings) -> list[Problem]:
    found = []
    delivery = data.get("delivery")
    listed = delivery.get("environments") if isinstance(delivery, dict) else None
    names = [e for e in listed if isinstance(e, str)] if isinstance(listed, list) else []
    if delivery is None or (isinstance(delivery, dict) and listed is None):
        names = list(DeliveryTable().environments)
    path = ("delivery", "environments")
    for environment in dict.fromkeys(names):
        known = settings.environments.get(environment)
        if names.count(environment) > 1:
            found.append(problem_at(name, text, path, f"{environment!r} stands there twice"))
        if known is None:
            close = suggestion(environment, [*settings.environments])
            found.append(problem_at(name, text, path, f"unknown environment {environment!r}{close}"))
        elif known.production:
            message = f"{environment!r} is production: it comes last by itself, after an approval"
            found.append(problem_at(name, text, path, message))
    return found


def settings_sense(text: str, table: SettingsTable) -> list[Problem]:
    """Mistakes in settings of the right shape: environments that get in each other's way."""
    found = []
    production = [name for name, e in table.environments.items() if e.production]
    if len(production) != 1:
        message = f"exactly one environment must have production = true, found {len(production)}"
        found.append(problem_at("pyproject.toml", text, (*TABLES, "environments"), message))
    places: dict[tuple[str, str], str] = {}
    for name, e in table.environments.items():
        other = places.setdefault((e.cluster, e.namespace), name)
        if other != name:
            path = (*TABLES, "environments", name, "namespace")
            found.append(problem_at("pyproject.toml", text, path, f"{other!r} is in that namespace already"))
        if e.kubeconfig and not e.context:
            path = (*TABLES, "environments", name, "kubeconfig")
            message = "name its context, too: without one this is the local platform's"
            found.append(problem_at("pyproject.toml", text, path, message))
    for key in ("repository_wide", "unclaimed"):
        lines = getattr(table.affected, key)
        found += pattern_sense("pyproject.toml", text, (*TABLES, "affected", key), lines)
    return found
