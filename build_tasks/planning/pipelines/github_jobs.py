"""The jobs of GitHub's workflows."""

from __future__ import annotations

from build_tasks.model.branches import RELEASED
from build_tasks.planning.pipelines import github_steps as steps
from build_tasks.planning.pipelines.model import QUICK, Pipeline, Trust, gate_script
from build_tasks.planning.pipelines.yaml_text import Apart, Node, Said

#: The list of jobs when there is nothing to do.
_NONE = "'[]'"
_PLANNED = "needs.plan.outputs.services"


def plan(pipeline: Pipeline, *, reviewed: bool) -> Node:
    """Says which services the change concerns: the jobs that follow.

    :param reviewed: what runs has been reviewed.
    """
    lines = (
        pipeline.call("ci.plan"),
        f"services=$({pipeline.call('ci.plan --matrix github')})",
        'echo "services=$services" >>"$GITHUB_OUTPUT"',
    )
    return {
        **_where(pipeline, QUICK),
        "outputs": {"services": "${{ steps.plan.outputs.services }}"},
        "steps": Apart(
            [
                steps.checkout(reviewed=reviewed),
                {"name": "Say what is to be done, and why", "id": "plan", "run": "\n".join(lines) + "\n"},
            ]
        ),
    }


def services(pipeline: Pipeline, trust: Trust, *, reviewed: bool) -> Node:
    """A job for each service that the change concerns."""
    return {
        "name": "${{ matrix.name }}",
        "needs": "plan",
        "if": Said(f"{_PLANNED} != {_NONE}", "Nothing may be concerned, and an empty matrix is an error."),
        **_where(pipeline, pipeline.ci.timeout_minutes),
        **_environment(trust, "Its rules let main and release branches alone have its secrets."),
        "strategy": {
            "fail-fast": Said(False, "One service's failure hides nothing of the others."),
            "matrix": {"include": f"${{{{ fromJSON({_PLANNED}) }}}}"},
        },
        "steps": Apart(
            [
                steps.checkout(reviewed=reviewed),
                *steps.secret_files(pipeline, trust),
                steps.prepare(pipeline),
                {
                    "name": "Do what the event calls for",
                    "env": {"ONLY": "${{ matrix.only }}"},
                    "run": pipeline.call('ci.run --only "$ONLY" --no-deliver'),
                },
                steps.keep("reports-${{ matrix.name }}"),
            ]
        ),
    }


def gate(pipeline: Pipeline, name: str) -> Node:
    """The job that tells the outcome of all of the matrix, whatever became of it."""
    always = (
        "Always: a job that is skipped because another failed or was cancelled counts as passed, and the "
        "jobs of a matrix have no names that could be required."
    )
    return {
        "name": name,
        "needs": ["plan", "services"],
        "if": Said("always()", always),
        **_where(pipeline, QUICK),
        "steps": Apart(
            [
                {
                    "name": "Tell the outcome of the jobs before",
                    "env": {
                        "PLAN": "${{ needs.plan.result }}",
                        "SERVICES": "${{ needs.services.result }}",
                        "MATRIX": f"${{{{ {_PLANNED} }}}}",
                    },
                    "run": gate_script(success="success", skipped="skipped", nothing="[]"),
                }
            ]
        ),
    }


def deliver(pipeline: Pipeline) -> Node:
    """A release through its environments, up to the approval."""
    trust, service = pipeline.delivery, f"${{{{ fromJSON({_PLANNED})[0].only }}}}"
    rules = "Its rules let release branches alone have its secrets."
    task: Node = {"name": "Deliver, up to the approval", "run": pipeline.call("ci.deliver")}
    return {
        "needs": ["plan", "gate"],
        "if": f"startsWith(github.ref, 'refs/heads/{RELEASED}/')",
        **_deployment(pipeline, trust, service, rules, [task, steps.keep("logs-deliver")]),
    }


def promote(pipeline: Pipeline) -> Node:
    """Into production."""
    trust, service = pipeline.promotion, "${{ inputs.service }}"
    rules = "Waits for its required reviewers; its secrets are for this job alone."
    why = "Production's secrets are for what main says, not for what some branch makes of this file."
    task: Node = {
        "name": "Promote",
        "env": {"SERVICE": service, "VERSION": "${{ inputs.version }}"},
        "run": pipeline.call('"$SERVICE.promote" --version "$VERSION"'),
    }
    typed = Said(task, "What somebody typed reaches the shell in variables, never in its text.")
    return {
        "if": Said(f"github.ref == 'refs/heads/{pipeline.main}'", why),
        **_deployment(pipeline, trust, service, rules, [typed, steps.keep("logs-promote")]),
    }


def _deployment(
    pipeline: Pipeline, trust: Trust, service: str, rules: str, last: list[Node]
) -> dict[str, Node]:
    """What puts versions of a service into environments.

    :param rules: what the CI's environment sees to.
    """
    turn = "One at a time for a service and an environment; whatever comes meanwhile waits for its turn."
    group: Node = {"group": f"{service}-{trust.environment}", "cancel-in-progress": False, "queue": "max"}
    first = [steps.checkout(reviewed=True), *steps.secret_files(pipeline, trust), steps.prepare(pipeline)]
    return {
        **_where(pipeline, pipeline.ci.timeout_minutes),
        **_environment(trust, rules),
        "concurrency": Said(group, turn),
        "steps": Apart([*first, *last]),
    }


def _where(pipeline: Pipeline, minutes: int) -> dict[str, Node]:
    labels = pipeline.ci.runner
    return {"runs-on": labels[0] if len(labels) == 1 else list(labels), "timeout-minutes": minutes}


def _environment(trust: Trust, why: str) -> dict[str, Node]:
    return {"environment": Said(trust.environment, why)} if trust.environment else {}
