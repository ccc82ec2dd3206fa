"""What generated pipelines are made for: `[tool.build_tasks.ci]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from build_tasks.model.ci import CiSystem


@dataclass(frozen=True)
class AzureSettings:
    """Azure Pipelines.

    :param pool: a pool of agents of one's own; empty: Microsoft's, with ``image``.
    :param registry_read: Docker registry service connection that may read; empty: no login is made.
    :param registry_build: one that may write candidates.
    :param registry_promote: one that may write ``prod/``.
    """

    pool: str = ""
    image: str = "ubuntu-24.04"
    registry_read: str = ""
    registry_build: str = ""
    registry_promote: str = ""


@dataclass(frozen=True)
class CiSettings:
    """What the pipelines of a repository are generated from, beside its services.

    :param systems: which systems' files are kept.
    :param command: how the tasks are called.
    :param prepare: what a job that builds or deploys runs first, a line of shell; the plan reads git alone.
    :param jobs: at most so many jobs share a change's services.
    :param build_environment: environment of main's and release branches' builds, for the builder's key.
    :param delivery_environment: environment of deliveries to everything before production.
    :param runner: labels of GitHub's runners.
    :param tags: tags of GitLab's runners.
    :param image: the image that GitLab's jobs run in; empty: the runner's own.
    :param registry_login: the registry is none of the local platform's, so logins are provided.
    :param kubeconfigs: environment -> variable that holds the path of its kubeconfig file.
    """

    systems: tuple[CiSystem, ...] = ()
    command: str = "./inv"
    prepare: str = "./inv platform.tools"
    jobs: int = 50
    timeout_minutes: int = 60
    build_environment: str = "build"
    delivery_environment: str = "pre-production"
    azure: AzureSettings = AzureSettings()
    runner: tuple[str, ...] = ("ubuntu-24.04",)
    tags: tuple[str, ...] = ()
    image: str = ""
    registry_login: bool = False
    kubeconfigs: Mapping[str, str] = field(default_factory=dict)
