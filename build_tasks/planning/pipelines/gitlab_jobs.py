"""The jobs of GitLab's pipelines."""

from __future__ import annotations

from build_tasks.model.branches import RELEASED
from build_tasks.planning.pipelines.matrix import Leg
from build_tasks.planning.pipelines.model import (
    LOGS,
    OUTPUTS,
    QUICK,
    REGISTRY_LOGIN,
    REPORTS,
    Pipeline,
    Trust,
)
from build_tasks.planning.pipelines.yaml_text import Node, Said

#: The service that a release branch is about.
SERVICE = "RELEASED_SERVICE"
_PLAN = ".build/services.yml"


def everywhere(pipeline: Pipeline) -> dict[str, Node]:
    """What every job of a pipeline has, parent or child."""
    ci = pipeline.ci
    fresh: dict[str, Node] = {"image": ci.image, "cache": _cache(pipeline)} if ci.image else {}
    return {
        "variables": {
            "GIT_DEPTH": Said(
                "0", "The whole history and all tags: a change is compared with where it began."
            ),
            **({"XDG_CACHE_HOME": "$CI_PROJECT_DIR/.build/cache"} if ci.image else {}),
        },
        "default": {
            **({"tags": list(ci.tags)} if ci.tags else {}),
            **fresh,
            "timeout": f"{ci.timeout_minutes} minutes",
            "interruptible": True,
        },
    }


def _cache(pipeline: Pipeline) -> Node:
    why = "The tasks' own installation, and the tools. GitLab keeps those of protected branches apart."
    key: dict[str, Node] = {"files": [pipeline.lock or "pyproject.toml"]}
    return Said({"key": key, "paths": [".venv/", ".build/cache/build-tasks/tools/"]}, why)


def plan(pipeline: Pipeline) -> Node:
    """Says which services the change concerns: the jobs of the child pipeline."""
    lines: list[Node] = [
        pipeline.call("ci.plan"),
        f"mkdir -p {_PLAN.rpartition('/')[0]}",
        f"{pipeline.call('ci.plan --matrix gitlab')} >{_PLAN}",
    ]
    return {
        "stage": "plan",
        "timeout": f"{QUICK} minutes",
        "script": lines,
        "artifacts": {"paths": [_PLAN], "expire_in": "1 week"},
    }


def build() -> Node:
    """The child pipeline."""
    return {
        "stage": "build",
        "trigger": {
            "include": [{"artifact": _PLAN, "job": "plan"}],
            "strategy": Said("depend", "This job ends as the child pipeline does."),
        },
    }


def service(pipeline: Pipeline, leg: Leg, trust: Trust) -> Node:
    """A job of the child pipeline."""
    scoped: dict[str, Node] = {}
    if trust.environment:
        why = "For the variables of this scope; nothing is deployed."
        scoped = {"environment": Said({"name": trust.environment, "action": "access"}, why)}
    return {
        **scoped,
        "variables": {"ONLY": leg.only},
        "before_script": _before(pipeline, trust),
        "script": [pipeline.call('ci.run --only "$ONLY" --no-deliver')],
        **_after(pipeline),
        "artifacts": {
            "when": "always",
            "paths": [OUTPUTS, LOGS],
            "reports": {"junit": REPORTS},
            "expire_in": "1 week",
        },
    }


def nothing() -> Node:
    """The job of a child pipeline for a change that concerns no service: there must be one."""
    return {"variables": {"GIT_STRATEGY": "none"}, "script": ["echo 'The change concerns no service.'"]}


def gate() -> Node:
    """The job that passes when all others did."""
    return {
        "stage": "gate",
        "timeout": f"{QUICK} minutes",
        "variables": {"GIT_STRATEGY": "none"},
        "script": ["echo 'All that the change concerns passed.'"],
    }


def deliver(pipeline: Pipeline) -> Node:
    """A release through its environments, up to the approval."""
    rule: dict[str, Node] = {"if": f"${SERVICE}"}
    task = pipeline.call("ci.deliver")
    return {"stage": "deliver", "rules": [rule], **_deployment(pipeline, pipeline.delivery, task)}


def promote(pipeline: Pipeline) -> Node:
    """Into production."""
    final = rf"${SERVICE} && $CI_COMMIT_BRANCH =~ /^{RELEASED}\/[^\/]+\/v[0-9.]+$/"
    version = f"${{CI_COMMIT_BRANCH#{RELEASED}/${SERVICE}/v}}"
    script = pipeline.call(f'"${SERVICE}.promote" --version "{version}"')
    rule: dict[str, Node] = {"if": final, "when": "manual"}
    return {"stage": "promote", "rules": [rule], **_deployment(pipeline, pipeline.promotion, script)}


def _deployment(pipeline: Pipeline, trust: Trust, script: str) -> dict[str, Node]:
    turn = "One at a time for a service and an environment; the next waits for its turn."
    return {
        "environment": {"name": trust.environment},
        "resource_group": Said(f"${SERVICE}/{trust.environment}", turn),
        "interruptible": False,
        "before_script": _before(pipeline, trust),
        "script": [script],
        **_after(pipeline),
        "artifacts": {"when": "on_failure", "paths": [LOGS], "expire_in": "1 week"},
    }


def _before(pipeline: Pipeline, trust: Trust) -> list[Node]:
    """Secrets are variables of type File: they hold a path already, of a file that others may read."""
    lines = [f'if [ -n "${name}" ]; then chmod 600 "${name}"; fi' for name in trust.secrets]
    if pipeline.ci.registry_login:
        lines.append(
            f'if [ -n "${REGISTRY_LOGIN}" ]; then\n'
            '  export DOCKER_CONFIG="$CI_PROJECT_DIR/.build/docker"\n'
            f'  mkdir -p "$DOCKER_CONFIG" && cp "${REGISTRY_LOGIN}" "$DOCKER_CONFIG/config.json"\n'
            "fi\n"
        )
    return [*lines, pipeline.ci.prepare]


def _after(pipeline: Pipeline) -> dict[str, Node]:
    return {"after_script": ["rm -rf .build/docker"]} if pipeline.ci.registry_login else {}
