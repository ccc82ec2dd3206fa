"""``[tool.build_tasks.ci]`` to the model."""

from __future__ import annotations

import re

from build_tasks.config.ci_schema import AzureTable
from build_tasks.config.schema import SettingsTable
from build_tasks.model.ci import CiSystem
from build_tasks.model.pipelines import AzureSettings, CiSettings

_VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)\}", re.ASCII)


def ci_settings(table: SettingsTable) -> CiSettings:
    """What pipelines are generated from."""
    ci = table.ci
    named = {name: _VARIABLE.fullmatch(e.kubeconfig) for name, e in table.environments.items()}
    return CiSettings(
        systems=tuple(CiSystem(name) for name in dict.fromkeys(ci.systems)),
        command=ci.command,
        prepare=ci.prepare,
        jobs=ci.jobs,
        timeout_minutes=ci.timeout_minutes,
        build_environment=ci.build_environment,
        delivery_environment=ci.delivery_environment,
        azure=_azure(ci.azure),
        runner=ci.github.runner,
        tags=ci.gitlab.tags,
        image=ci.gitlab.image,
        registry_login=bool(table.registry),
        kubeconfigs={name: found[1] or found[2] for name, found in named.items() if found},
    )


def _azure(table: AzureTable) -> AzureSettings:
    return AzureSettings(
        pool=table.pool,
        image=table.image,
        registry_read=table.registry_read,
        registry_build=table.registry_build,
        registry_promote=table.registry_promote,
    )
