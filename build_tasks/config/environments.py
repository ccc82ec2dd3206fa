"""A table ``[tool.build_tasks.environments.<name>]`` to the model."""

from __future__ import annotations

import os
from pathlib import Path

from build_tasks.config.schema import EnvironmentTable
from build_tasks.model.environment import Environment
from build_tasks.model.instance import Instance


def environment(name: str, table: EnvironmentTable, instance: Instance) -> Environment:
    """The environment; where the table is silent, the local platform's names."""
    named = Path(os.path.expandvars(table.kubeconfig)).expanduser()
    own = named if table.kubeconfig else instance.kubeconfig(name)
    return Environment(
        name=name,
        cluster=table.cluster,
        namespace=table.namespace,
        context=table.context or instance.context(name),
        kubeconfig=str(own),
        production=table.production,
    )
