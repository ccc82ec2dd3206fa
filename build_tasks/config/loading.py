"""Configuration files to the model. All mistakes of all files come in one error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec

from build_tasks.config.characters import character_problems
from build_tasks.config.ci_loading import ci_settings
from build_tasks.config.environments import environment
from build_tasks.config.problems import Problem, problem_at, shape_problems
from build_tasks.config.schema import ServiceFile, SettingsTable
from build_tasks.config.sense import TABLES, calls_sense, service_sense, settings_sense
from build_tasks.config.toml_files import parse_toml, refuse
from build_tasks.model.affected import AffectedPolicy
from build_tasks.model.docker_patterns import Patterns
from build_tasks.model.instance import Instance
from build_tasks.model.order import waves
from build_tasks.model.routes import Route
from build_tasks.model.service import Service, ServiceKind
from build_tasks.model.settings import Settings


def load_settings(root: Path, instance: Instance) -> Settings:
    """Read ``[tool.build_tasks]`` of the repository's pyproject.toml.

    :param instance: fills in the local platform's names where the configuration is silent.
    :raises FlowError: CONFIG, with every mistake.
    """
    file = root / "pyproject.toml"
    text, data, problems = parse_toml(file, "pyproject.toml")
    tool = data.get("tool") if data is not None else None
    table = tool.get("build_tasks") if isinstance(tool, dict) else None
    if data is not None and table is None:
        problems.append(Problem("pyproject.toml", 0, "tool.build_tasks", "missing table"))
    if table is not None:
        problems += _shape("pyproject.toml", text, table, SettingsTable, TABLES)
    if not problems:
        read = msgspec.convert(table, SettingsTable)
        problems += settings_sense(text, read)
    refuse(problems, "read the repository's settings")
    return _settings(root, read, instance)


def load_services(settings: Settings) -> dict[str, Service]:
    """Every service of the repository by name: the folders of ``services/`` with a service.toml.

    :raises FlowError: CONFIG, with every mistake of every file.
    """
    found: dict[str, Service] = {}
    problems: list[Problem] = []
    for folder in service_folders(settings.root, settings.services_folder):
        shown = f"{settings.services_folder}/{folder.name}"
        service, mistakes = _service(folder, shown, settings)
        problems += mistakes
        if service is not None:
            found[service.name] = service
    problems += _call_problems(settings, found) if not problems else []
    refuse(problems, "read the services")
    return found


def _call_problems(settings: Settings, services: Mapping[str, Service]) -> list[Problem]:
    """What is wrong with who calls whom; the files are read again only when something is."""
    if all(callee in services and callee != s.name for s in services.values() for callee in s.calls):
        try:
            waves({name: service.calls for name, service in services.items()})
            return []
        except ValueError as circle:
            first = services[str(circle).partition(" ")[0]]
            text = (settings.root / first.toml).read_text(encoding="utf-8")
            message = f"services call each other in a circle: {circle}"
            return [problem_at(first.toml, text, ("calls",), message)]
    texts = {s.name: (settings.root / s.toml).read_text(encoding="utf-8") for s in services.values()}
    return [p for s in services.values() for p in calls_sense(s.toml, texts[s.name], s, [*services])]


def service_folders(root: Path, services: str) -> Sequence[Path]:
    """Folders that hold a service, by name; looks at file names only."""
    return sorted(file.parent for file in (root / services).glob("*/service.toml"))


def _service(folder: Path, shown: str, settings: Settings) -> tuple[Service | None, list[Problem]]:
    name = f"{shown}/service.toml"
    text, data, problems = parse_toml(folder / "service.toml", name)
    if data is None:
        return None, problems
    problems += _shape(name, text, data, ServiceFile, ())
    problems += service_sense(name, text, data, folder, settings)
    if problems:
        return None, problems
    file = msgspec.convert(data, ServiceFile)
    return Service(
        name=file.name,
        kind=ServiceKind(file.kind),
        owner=file.owner,
        description=file.description,
        folder=shown,
        dockerfile=f"{shown}/{file.image.dockerfile}",
        chart=f"{shown}/chart",
        environments=file.delivery.environments,
        switch_automatic=file.switch.automatic,
        drain_path=file.switch.drain_path,
        keep_versions=file.switch.keep_versions,
        port=file.port,
        calls=file.calls,
        inputs=file.inputs,
    ), []


def _settings(root: Path, table: SettingsTable, instance: Instance) -> Settings:
    return Settings(
        root=root,
        application=table.application,
        registry=table.registry or instance.registry_host,
        main_branch=table.main_branch,
        services_folder=table.services,
        versions_folder=table.versions,
        end_to_end=table.end_to_end,
        allowed_signers=table.allowed_signers,
        approval_lifetime=timedelta(hours=table.approval.expires_hours),
        kubernetes=table.kubernetes,
        deploy_timeout=timedelta(seconds=table.deploy.timeout_seconds),
        network_policies=table.platform.network_policies,
        scan_policy=table.scan.policy,
        scan_database=table.scan.database,
        debian_security=table.scan.debian_security,
        require_candidate=table.release.require_candidate,
        routes=tuple(map(Route, table.platform.routes)),
        environments={name: environment(name, e, instance) for name, e in table.environments.items()},
        required_checks=table.ci.required_checks,
        affected=AffectedPolicy(Patterns(table.affected.repository_wide), Patterns(table.affected.unclaimed)),
        ci=ci_settings(table),
    )


def _shape(
    file: str, text: str, data: object, kind: type[msgspec.Struct], prefix: tuple[str, ...]
) -> list[Problem]:
    try:
        msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        return shape_problems(file, text, data, kind, prefix) or [Problem(file, 0, "", str(error))]
    return character_problems(file, text, data, prefix)
