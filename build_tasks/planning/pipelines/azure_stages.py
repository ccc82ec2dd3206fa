"""The stages of the Azure pipeline that deploy a release."""

from __future__ import annotations

from build_tasks.model.branches import RELEASED
from build_tasks.planning.pipelines import azure_steps as steps
from build_tasks.planning.pipelines.model import Pipeline, Trust
from build_tasks.planning.pipelines.yaml_text import Apart, Node, Said


def deliver(pipeline: Pipeline) -> Node:
    """A release through its environments, up to the approval."""
    task: Node = {"bash": pipeline.call("ci.deliver"), "displayName": "Deliver, up to the approval"}
    login = pipeline.ci.azure.registry_read
    return _stage(pipeline, "deliver", "Deliver ${{ service }}", pipeline.delivery, login, task)


def promote(pipeline: Pipeline) -> Node:
    """Into production, behind the environment's approval."""
    script = pipeline.call(
        f'"$SERVICE.promote" --version "${{BUILD_SOURCEBRANCH#refs/heads/{RELEASED}/$SERVICE/v}}"'
    )
    task: Node = {"bash": script, "displayName": "Promote", "env": {"SERVICE": "${{ service }}"}}
    login = pipeline.ci.azure.registry_promote
    return _stage(pipeline, "promote", "Promote ${{ service }}", pipeline.promotion, login, task)


def _stage(pipeline: Pipeline, name: str, shown: str, trust: Trust, login: str, task: Node) -> Node:
    lock = "One at a time for a service and an environment, in turn (the environment's exclusive lock)."
    done: list[Node] = [
        {"download": "none"},
        steps.checkout(fetches=True),
        *steps.caches(pipeline),
        *steps.secret_files(trust),
        *steps.login(login),
        steps.prepare(pipeline),
        task,
        steps.publish_logs(f"logs-{name}"),
    ]
    return {
        "stage": name,
        "displayName": shown,
        "lockBehavior": Said("sequential", lock),
        "jobs": [
            {
                "deployment": name,
                "environment": f"${{{{ service }}}}-{trust.environment}",
                "timeoutInMinutes": str(pipeline.ci.timeout_minutes),
                "strategy": {"runOnce": {"deploy": {"steps": Apart(done)}}},
            }
        ],
    }
