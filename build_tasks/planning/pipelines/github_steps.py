"""The steps that jobs of GitHub's workflows have in common."""

from __future__ import annotations

from build_tasks.planning.pipelines.model import LOGS, OUTPUTS, REGISTRY_LOGIN, REPORTS, Pipeline, Trust
from build_tasks.planning.pipelines.yaml_text import Node, Said

#: Actions by commit: a tag may be moved. Both are GitHub's own; nothing else is used.
_CHECKOUT = Said("actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1", beside="v7.0.1")
_UPLOAD = Said("actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", beside="v7.0.0")


def checkout(*, reviewed: bool) -> Node:
    """The repository with its history.

    :param reviewed: what runs has been reviewed, and may have the token that reads the repository.
    """
    history: dict[str, Node] = {
        "fetch-depth": Said(0, "The whole history and all tags: a change is compared with where it began.")
    }
    if not reviewed:
        history["persist-credentials"] = Said(False, "Nobody reviewed what runs here yet: it gets no token.")
    return {"name": "Check out", "uses": _CHECKOUT, "with": history}


def prepare(pipeline: Pipeline) -> Node:
    """What the tasks work with."""
    return {"name": "Bring the tools", "run": pipeline.ci.prepare}


def secret_files(pipeline: Pipeline, trust: Trust) -> list[Node]:
    """A step that puts secrets into files and their paths into variables; nothing where one is not set."""
    login = (REGISTRY_LOGIN,) if pipeline.ci.registry_login else ()
    if not trust.secrets and not login:
        return []
    lines = ["umask 077"]
    for name in trust.secrets:
        lines += [
            f'if [ -n "${name}" ]; then',
            f'  printf \'%s\\n\' "${name}" >"$RUNNER_TEMP/{name}"',
            f'  echo "{name}=$RUNNER_TEMP/{name}" >>"$GITHUB_ENV"',
            "fi",
        ]
    if login:
        lines += [
            f'if [ -n "${REGISTRY_LOGIN}" ]; then',
            '  mkdir -p "$RUNNER_TEMP/docker"',
            f'  printf \'%s\\n\' "${REGISTRY_LOGIN}" >"$RUNNER_TEMP/docker/config.json"',
            '  echo "DOCKER_CONFIG=$RUNNER_TEMP/docker" >>"$GITHUB_ENV"',
            "fi",
        ]
    env = {name: f"${{{{ secrets.{name} }}}}" for name in (*trust.secrets, *login)}
    return [{"name": "Put secrets into files", "env": env, "run": "\n".join(lines) + "\n"}]


def keep(name: str) -> Node:
    """What the run leaves for readers, as an artifact of this name."""
    return {
        "name": "Keep reports and logs",
        "if": "${{ !cancelled() }}",
        "uses": _UPLOAD,
        "with": {
            "name": name,
            "path": f"{REPORTS}\n{OUTPUTS}\n{LOGS}\n",
            "include-hidden-files": Said(True, "They are below .build."),
            "if-no-files-found": "ignore",
            "overwrite": Said(True, "A second attempt replaces the first one's."),
        },
    }
