"""The Azure pipeline: the article's, held to the same rules as the others."""

from __future__ import annotations

import pytest

from build_tasks.model.instance import BUILDER_KEY
from build_tasks.model.pipelines import CiSettings
from build_tasks.planning.pipelines.azure import azure
from build_tasks.planning.pipelines.model import Pipeline
from tests.fakes.pipelines import EVERYTHING, ODD, OWN_AGENTS, pipeline
from tests.unit.planning.pipelines.reading import Tree, every, read

IS_MAIN = "${{ if eq(variables['Build.SourceBranch'], 'refs/heads/main') }}"


def tree(of: Pipeline | None = None) -> Tree:
    [(path, text)] = azure(of or pipeline()).items()
    assert path == "azure-pipelines.yml"
    return read(text)


def jobs(of: Pipeline | None = None) -> dict[str, Tree]:
    return {job["job"]: job for job in tree(of)["stages"][0]["jobs"]}


def stages(of: Pipeline | None = None) -> dict[str, Tree]:
    """The stages of a release, out of the expressions around them."""
    [each] = tree(of)["stages"][1:]
    [(loop, inner)] = each.items()
    assert loop == "${{ each service in parameters.services }}"
    [(condition, found)] = inner[0].items()
    assert condition == (
        "${{ if startsWith(variables['Build.SourceBranch'], format('refs/heads/release/{0}/', service)) }}"
    )
    deliver, final = found
    [(no_prerelease, [promote])] = final.items()
    assert no_prerelease == "${{ if not(contains(variables['Build.SourceBranchName'], '-')) }}"
    return {"deliver": deliver, "promote": promote}


def test_it_is_triggered_as_the_article_s_and_by_the_flow_s_table() -> None:
    assert tree()["trigger"] == {
        "batch": "true",
        "branches": {"include": ["main", "release/*", "feature/*", "topic/*"]},
    }
    assert tree()["pr"] == {"autoCancel": "true", "branches": {"include": ["main"]}}
    assert list(every(tree(), "paths")) == []


def test_the_matrix_is_the_plans() -> None:
    services = jobs()["services"]
    assert services["strategy"] == {"matrix": "$[ dependencies.plan.outputs['plan.matrix'] ]"}
    assert services["condition"] == "and(succeeded(), ne(dependencies.plan.outputs['plan.matrix'], '{}'))"
    [plan] = [step for step in jobs()["plan"]["steps"] if step.get("name") == "plan"]
    assert "ci.plan $flags --matrix azure" in plan["bash"]
    [run] = [step["bash"] for step in services["steps"] if "ci.run" in step.get("bash", "")]
    assert run == './inv ci.run --only "$ONLY" $FLAGS'


def test_a_batch_of_main_is_compared_with_what_passed_last() -> None:
    """With `batch` a run holds several pushes: its own parent would hide those before the last."""
    [guarded] = [step for step in jobs()["plan"]["steps"] if IS_MAIN in step]
    [download] = guarded[IS_MAIN]
    inputs = download["inputs"]
    assert (inputs["buildVersionToDownload"], inputs["tags"]) == ("latestFromBranch", "passed")
    assert download["continueOnError"] is True
    [noted] = [step for step in jobs()["gate"]["steps"] if IS_MAIN in step]
    assert "build.addbuildtag]passed" in noted[IS_MAIN][0]["bash"]
    assert noted[IS_MAIN][1]["artifact"] == inputs["artifactName"]


def branches(of: Pipeline | None = None) -> dict[str, list[Tree]]:
    """The steps that only some runs have, by condition."""
    found = {}
    for step in jobs(of)["services"]["steps"]:
        found.update({key: value for key, value in step.items() if key.startswith("${{")})
    return found


TRUSTED = (
    "${{ if or(eq(variables['Build.SourceBranch'], 'refs/heads/main'), "
    "startsWith(variables['Build.SourceBranch'], 'refs/heads/release/')) }}"
)
REQUEST = "${{ elseif eq(variables['Build.Reason'], 'PullRequest') }}"


def test_secrets_exist_in_runs_that_may_have_them_alone() -> None:
    files = {name: list(every(steps, "secureFile")) for name, steps in branches().items()}
    assert files == {
        TRUSTED: [BUILDER_KEY, "KUBECONFIG_QA_CHECK"],
        REQUEST: ["KUBECONFIG_QA_CHECK"],
        "${{ else }}": [],
    }
    without = {**jobs(), "services": {**jobs()["services"], "steps": []}}
    assert BUILDER_KEY not in str(without) + str(stages())
    found = {name: list(every(stage, "secureFile")) for name, stage in stages().items()}
    assert found == {"deliver": ["KUBECONFIG_QA"], "promote": ["KUBECONFIG_PROD"]}


def test_an_account_that_checks_is_where_the_settings_look_for_it() -> None:
    said = [step for step in every(branches()[REQUEST], "bash") if "setvariable" in step]
    assert said == ['chmod 600 "$FILE"\necho "##vso[task.setvariable variable=KUBECONFIG_QA]$FILE"\n']


def test_each_kind_of_job_logs_in_with_its_own_rights() -> None:
    logins = {
        name: list(every(found, "containerRegistry")) for name, found in {**branches(), **stages()}.items()
    }
    assert logins == {
        TRUSTED: ["registry-candidates"],
        REQUEST: ["registry-read"],
        "${{ else }}": ["registry-read"],
        "deliver": ["registry-read"],
        "promote": ["registry-production"],
    }


def test_where_there_is_nothing_to_give_there_is_no_case_for_it() -> None:
    assert list(branches(pipeline(OWN_AGENTS))) == [TRUSTED]


@pytest.mark.parametrize("ci", [EVERYTHING, OWN_AGENTS, ODD])
def test_the_gate_always_reports(ci: CiSettings) -> None:
    gate = jobs(pipeline(ci))["gate"]
    assert gate["condition"] == "always()"
    assert set(gate["dependsOn"]) == set(jobs()) - {"gate"}


def test_a_release_is_delivered_in_turn_and_promoted_behind_an_approval() -> None:
    found = stages()
    assert {stage["lockBehavior"] for stage in found.values()} == {"sequential"}
    [deliver], [promote] = found["deliver"]["jobs"], found["promote"]["jobs"]
    assert deliver["environment"] == "${{ service }}-pre-production"
    assert promote["environment"] == "${{ service }}-prod"
    [run] = [run for run in every(promote, "bash") if ".promote" in run]
    assert run == './inv "$SERVICE.promote" --version "${BUILD_SOURCEBRANCH#refs/heads/release/$SERVICE/v}"'
    assert "KUBECONFIG_PROD" not in str(deliver) + str(jobs()) and "KUBECONFIG_PROD" in str(promote)


def test_every_checkout_has_the_whole_history() -> None:
    checkouts = [job for job in [*every(tree(), "checkout")] if job == "self"]
    assert list(every(tree(), "fetchDepth")) == ["0"] * len(checkouts)
    assert set(every(tree(), "fetchTags")) == {"true"}


def test_agents_of_one_s_own_keep_their_caches() -> None:
    assert [t for t in every(tree(), "task") if t == "Cache@2"]
    own = tree(pipeline(OWN_AGENTS))
    assert [t for t in every(own, "task") if t == "Cache@2"] == []
    assert (own["pool"], "variables" in own) == ({"name": "platform"}, False)
    assert tree()["pool"] == {"vmImage": "ubuntu-24.04"}


def test_settings_arrive_as_they_were_written() -> None:
    found = tree(pipeline(ODD))
    assert found["pool"] == {"name": "on"}
    assert list(every(found, "containerRegistry")) == ["1e3", "yes", "yes", "yes", "null"]
    prepare = [step for step in every(found, "bash") if "no comment" in step]
    assert set(prepare) == {'echo "a: b" # no comment'}


def test_the_services_are_those_there_are() -> None:
    [parameter] = tree(pipeline(services=("no", "on")))["parameters"]
    assert parameter["default"] == ["no", "on"]
