"""Pipelines to write: of a repository with everything, and of one with nothing said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from build_tasks.model.pipelines import AzureSettings, CiSettings
from build_tasks.planning.pipelines.model import Pipeline, pipeline_of
from tests.fakes import samples

EVERYTHING = CiSettings(
    registry_login=True,
    kubeconfigs={"qa": "KUBECONFIG_QA", "prod": "KUBECONFIG_PROD"},
    azure=AzureSettings(
        registry_read="registry-read",
        registry_build="registry-candidates",
        registry_promote="registry-production",
    ),
    image="ci/agent:1.4",
    tags=("docker",),
)
OWN_AGENTS = CiSettings(
    prepare="./inv platform.up",
    runner=("self-hosted", "linux"),
    azure=AzureSettings(pool="platform"),
)
#: Texts that would mean something else if they were put into YAML as they are.
ODD = CiSettings(
    command="env A='b: c' ./inv",
    prepare='echo "a: b" # no comment',
    runner=("on", "1.0"),
    tags=("no", "~"),
    image="1.0",
    azure=AzureSettings(pool="on", registry_read="yes", registry_build="1e3", registry_promote="null"),
    build_environment="no",
    delivery_environment="1.0",
    registry_login=True,
    kubeconfigs={"qa": "A", "prod": "B"},
)


def pipeline(
    ci: CiSettings = EVERYTHING, services: Sequence[str] = ("delivery", "package"), *, main: str = "main"
) -> Pipeline:
    """The pipeline of a repository with these settings."""
    settings = replace(samples.settings(), ci=ci, main_branch=main)
    return pipeline_of(settings, {name: samples.service(name) for name in services}, "requirements.lock")
