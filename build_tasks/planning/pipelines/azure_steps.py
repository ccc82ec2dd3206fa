"""The steps that jobs of the Azure pipeline have in common.

Tasks: https://learn.microsoft.com/azure/devops/pipelines/tasks/reference/
"""

from __future__ import annotations

from build_tasks.planning.pipelines.model import LOGS, Pipeline, Trust
from build_tasks.planning.pipelines.yaml_text import Node, Said

#: Where the tasks keep, on Microsoft's agents, what can be had again.
CACHE = "$(Pipeline.Workspace)/cache"


def checkout(*, fetches: bool = False) -> Node:
    """The repository with its history.

    :param fetches: the job fetches from origin again, and so needs the token that did it the first time.
    """
    again: dict[str, Node] = {"persistCredentials": "true"} if fetches else {}
    return {
        "checkout": "self",
        "fetchDepth": Said("0", "The whole history and all tags: a change is compared with where it began."),
        "fetchTags": "true",
        **again,
    }


def caches(pipeline: Pipeline, *, tools: bool = True) -> list[Node]:
    """The tasks' own installation, and the tools; agents of one's own keep theirs.

    :param tools: the job brings tools. In one that does not there is no folder to keep at its end, which
        fails the job (https://github.com/microsoft/azure-pipelines-tasks/issues/16276).
    """
    if pipeline.ci.azure.pool:
        return []
    installed = _cache("Restore the tasks' own installation", pipeline, "venv", ".venv")
    brought = _cache("Restore the tools", pipeline, "tools", f"{CACHE}/build-tasks/tools")
    return [installed, brought] if tools else [installed]


def _cache(shown: str, pipeline: Pipeline, name: str, path: str) -> Node:
    key = f'{name} | "$(Agent.OS)" | {pipeline.lock or "pyproject.toml"}'
    return {"task": "Cache@2", "displayName": shown, "inputs": {"key": key, "path": path}}


def prepare(pipeline: Pipeline) -> Node:
    """What the tasks work with."""
    return {"bash": pipeline.ci.prepare, "displayName": "Bring the tools"}


def secret_files(trust: Trust) -> list[Node]:
    """Secure files, removed when the job ends; variables hold their paths.

    A secure file has one name and no scopes: an account that only checks goes by a name of its own.
    """
    given = [(name, name) for name in trust.files] + [(name, f"{name}_CHECK") for name in trust.checks]
    return [step for name, file in given for step in _secret_file(name, file)]


def _secret_file(name: str, file: str) -> list[Node]:
    script = f'chmod 600 "$FILE"\necho "##vso[task.setvariable variable={name}]$FILE"\n'
    return [
        {
            "task": "DownloadSecureFile@1",
            "name": f"file_{name}",
            "displayName": f"Fetch {name}",
            "inputs": {"secureFile": file},
        },
        {
            "bash": script,
            "displayName": f"Say where {name} is",
            "env": {"FILE": f"$(file_{name}.secureFilePath)"},
        },
    ]


def login(connection: str) -> list[Node]:
    """A login to the registry for the steps that follow; none without a service connection."""
    if not connection:
        return []
    inputs: dict[str, Node] = {"command": "login", "containerRegistry": connection}
    return [{"task": "Docker@2", "displayName": "Log in to the registry", "inputs": inputs}]


def publish_logs(name: str) -> Node:
    """The log of every command, where one failed; an artifact's name must be new in each attempt."""
    return {
        "publish": LOGS.rstrip("/"),
        "artifact": f"{name}-$(System.JobAttempt)",
        "displayName": "Keep the logs",
        "condition": "failed()",
    }
