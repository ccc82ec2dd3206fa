"""The jobs of the Azure pipeline."""

from __future__ import annotations

from collections.abc import Sequence

from build_tasks.model.branches import RELEASED
from build_tasks.planning.pipelines import azure_steps as steps
from build_tasks.planning.pipelines.model import QUICK, Pipeline, gate_script
from build_tasks.planning.pipelines.yaml_text import Apart, Node, Said

_BRANCH = "variables['Build.SourceBranch']"
#: Where the commit is written that passed, and read by the next run.
_PASSED = "$(Pipeline.Workspace)/passed"
_IS_REQUEST = "${{ elseif eq(variables['Build.Reason'], 'PullRequest') }}"
_MATRIX = "dependencies.plan.outputs['plan.matrix']"


def _is_main(pipeline: Pipeline) -> str:
    return f"${{{{ if eq({_BRANCH}, 'refs/heads/{pipeline.main}') }}}}"


def _is_trusted(pipeline: Pipeline) -> str:
    main = f"eq({_BRANCH}, 'refs/heads/{pipeline.main}')"
    return f"${{{{ if or({main}, startsWith({_BRANCH}, 'refs/heads/{RELEASED}/')) }}}}"


def plan(pipeline: Pipeline) -> Node:
    """Says which services the change concerns: the jobs that follow."""
    why = (
        "A batched run of main holds several pushes: it is compared with the commit of main that passed "
        "last. Where none is found (the first run), the plan takes every service."
    )
    say: Node = {
        "bash": _plan_script(pipeline),
        "name": "plan",
        "displayName": "Say what is to be done, and why",
        "env": {"PASSED": _PASSED},
    }
    look = Said({_is_main(pipeline): [_last_passed()]}, why)
    return {
        "job": "plan",
        "timeoutInMinutes": str(QUICK),
        "steps": Apart([steps.checkout(), *steps.caches(pipeline, tools=False), look, say]),
    }


def _last_passed() -> Node:
    """The step that fetches what the gate noted; a run that was partly successful may have a passed gate."""
    return {
        "task": "DownloadPipelineArtifact@2",
        "displayName": "Find the commit that passed last",
        "continueOnError": True,
        "inputs": {
            "buildType": "specific",
            "project": "$(System.TeamProjectId)",
            "definition": "$(System.DefinitionId)",
            "buildVersionToDownload": "latestFromBranch",
            "branchName": "$(Build.SourceBranch)",
            "tags": "passed",
            "allowPartiallySucceededBuilds": True,
            "allowFailedBuilds": True,
            "artifactName": "passed",
            "targetPath": _PASSED,
        },
    }


def _plan_script(pipeline: Pipeline) -> str:
    lines = (
        "set -euo pipefail",
        "flags=--no-deliver",
        f'if [ "$BUILD_REASON $BUILD_SOURCEBRANCH" = "BatchedCI refs/heads/{pipeline.main}" ]; then',
        '  commit=$(cat "$PASSED/commit" 2>/dev/null || true)',
        '  if [ -n "$commit" ] && git cat-file -e "$commit^{commit}" 2>/dev/null; then',
        '    flags="$flags --base=$commit"',
        "  fi",
        "fi",
        pipeline.call("ci.plan $flags"),
        f"matrix=$({pipeline.call('ci.plan $flags --matrix azure')})",
        'echo "##vso[task.setvariable variable=matrix;isOutput=true]$matrix"',
        'echo "##vso[task.setvariable variable=flags;isOutput=true]$flags"',
    )
    return "\n".join(lines) + "\n"


def services(pipeline: Pipeline) -> Node:
    """A job for each service that the change concerns."""
    nothing = "Nothing may be concerned: then there is no job."
    task: Node = {
        "bash": pipeline.call('ci.run --only "$ONLY" $FLAGS'),
        "displayName": "Do what the event calls for",
        "env": {"ONLY": "$(only)", "FLAGS": "$(flags)"},
    }
    done: list[Node] = [
        steps.checkout(),
        *steps.caches(pipeline),
        *_trusted_steps(pipeline),
        steps.prepare(pipeline),
        Said(task, "It also publishes the test results."),
        steps.publish_logs("logs-$(leg)"),
    ]
    return {
        "job": "services",
        "displayName": "Service",
        "dependsOn": "plan",
        "condition": Said(f"and(succeeded(), ne({_MATRIX}, '{{}}'))", nothing),
        "timeoutInMinutes": str(pipeline.ci.timeout_minutes),
        "strategy": {"matrix": f"$[ {_MATRIX} ]"},
        "variables": {"flags": "$[ dependencies.plan.outputs['plan.flags'] ]"},
        "steps": Apart(done),
    }


def _trusted_steps(pipeline: Pipeline) -> list[Node]:
    connections = pipeline.ci.azure
    reading = steps.login(connections.registry_read)
    reviewed = [*steps.secret_files(pipeline.build), *steps.login(connections.registry_build)]
    requested = [*steps.secret_files(pipeline.request), *reading]
    why = "The builder's key, and the right to write candidates, are for reviewed code alone."
    found: list[Node] = [Said({_is_trusted(pipeline): reviewed}, why)]
    if requested != reading:
        found.append({_IS_REQUEST: requested})
    return [*found, *([{"${{ else }}": reading}] if reading else [])]


def gate(pipeline: Pipeline) -> Node:
    """The job that tells the outcome of all of the matrix, whatever became of it."""
    script = "PLAN=${PLAN%WithIssues} SERVICES=${SERVICES%WithIssues}\n"
    script += gate_script(success="Succeeded", skipped="Skipped", nothing="{}")
    tell: Node = {
        "bash": script,
        "displayName": "Tell the outcome of the jobs before",
        "env": {"PLAN": "$(planned)", "SERVICES": "$(built)", "MATRIX": "$(matrix)"},
    }
    note = Said({_is_main(pipeline): _noted()}, "For the next run of main to compare with.")
    return {
        "job": "gate",
        "dependsOn": ["plan", "services"],
        "condition": Said("always()", "Whatever became of the others: one job tells the outcome of all."),
        "timeoutInMinutes": str(QUICK),
        "variables": {
            "planned": "$[ dependencies.plan.result ]",
            "built": "$[ dependencies.services.result ]",
            "matrix": f"$[ {_MATRIX} ]",
        },
        "steps": Apart([{"checkout": "none"}, tell, note]),
    }


def _noted() -> Sequence[Node]:
    """Steps that note the commit of a run that passed."""
    lines = (
        'mkdir -p "$PASSED"',
        'echo "$BUILD_SOURCEVERSION" >"$PASSED/commit"',
        'echo "##vso[build.addbuildtag]passed"',
    )
    return [
        {
            "bash": "\n".join(lines) + "\n",
            "displayName": "Note the commit that passed",
            "env": {"PASSED": _PASSED},
        },
        {"publish": _PASSED, "artifact": "passed"},
    ]
