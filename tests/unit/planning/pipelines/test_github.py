"""GitHub's workflows: what triggers them, what they are trusted with, and what tells their outcome."""

from __future__ import annotations

import re

import pytest

from build_tasks.model.instance import BUILDER_KEY
from build_tasks.model.pipelines import CiSettings
from build_tasks.planning.pipelines.github import REQUIRED_CHECK, github
from tests.fakes.pipelines import EVERYTHING, ODD, OWN_AGENTS, pipeline
from tests.unit.planning.pipelines.reading import Tree, every, read

FOLDER = ".github/workflows/"
#: The actions that may be used, each at the commit that was looked at.
ACTIONS = {
    "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1",
    "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
}
ALL = pytest.mark.parametrize("ci", [EVERYTHING, OWN_AGENTS, ODD])


def texts(ci: CiSettings = EVERYTHING) -> dict[str, str]:
    return {path.removeprefix(FOLDER): text for path, text in github(pipeline(ci)).items()}


def workflows(ci: CiSettings = EVERYTHING) -> dict[str, Tree]:
    return {name: read(text) for name, text in texts(ci).items()}


def steps(job: Tree) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def test_there_is_one_for_each_row_of_the_table() -> None:
    found = {name: tree["on"] for name, tree in workflows().items()}
    assert found["feature.yml"] == {"push": {"branches": ["feature/**", "topic/**"]}}
    requests = {"branches": ["main"]}
    assert found["pull-request.yml"] == {"pull_request": requests, "merge_group": requests}
    assert found["build.yml"] == {"push": {"branches": ["main", "release/**"]}}
    assert set(found["promote.yml"]) == {"workflow_dispatch"}
    assert len(found) == 4


def test_no_path_filter_leaves_a_required_check_pending() -> None:
    assert [*every(workflows(), "paths"), *every(workflows(), "paths-ignore")] == []


@ALL
def test_tokens_may_read_and_nothing_else(ci: CiSettings) -> None:
    assert list(every(workflows(ci), "permissions")) == [{"contents": "read"}] * 4


@ALL
def test_only_two_actions_are_used_and_both_by_their_commits(ci: CiSettings) -> None:
    assert set(every(workflows(ci), "uses")) == ACTIONS
    pinned = re.findall(r"uses: (\S+)@\w{40} # v\d+\.\d+\.\d+$", "".join(texts(ci).values()), re.M)
    assert len(pinned) == len(list(every(workflows(ci), "uses")))


@ALL
def test_nothing_that_somebody_typed_is_put_into_a_shell(ci: CiSettings) -> None:
    """Expressions in a script would be replaced before the shell reads it: script injection."""
    assert [run for run in every(workflows(ci), "run") if "${{" in run] == []


@ALL
def test_what_nobody_reviewed_gets_no_key_no_environment_and_no_token(ci: CiSettings) -> None:
    for name in ("feature.yml", "pull-request.yml"):
        text, tree = texts(ci)[name], workflows(ci)[name]
        assert BUILDER_KEY not in text
        assert list(every(tree, "environment")) == []
        assert set(every(tree, "persist-credentials")) == {False}


def test_what_nobody_reviewed_reads_and_has_its_charts_checked() -> None:
    """A chart is judged by the API server of the first environment; a feature branch has none judged."""
    given = {name: set(re.findall(r"secrets\.(\w+)", text)) for name, text in texts().items()}
    assert given == {
        "feature.yml": {"REGISTRY_LOGIN"},
        "pull-request.yml": {"REGISTRY_LOGIN", "KUBECONFIG_QA"},
        "build.yml": {"REGISTRY_LOGIN", "KUBECONFIG_QA", BUILDER_KEY},
        "promote.yml": {"REGISTRY_LOGIN", "KUBECONFIG_PROD"},
    }


def test_pull_requests_run_on_what_they_bring_without_the_targets_secrets() -> None:
    assert "pull_request_target" not in "".join(texts().values())


def test_each_job_has_the_secrets_of_its_own_environment() -> None:
    trees = workflows()
    build, promote = trees["build.yml"]["jobs"], trees["promote.yml"]["jobs"]["promote"]
    assert (build["services"]["environment"], build["deliver"]["environment"]) == ("build", "pre-production")
    assert promote["environment"] == "prod"
    assert "environment" not in build["plan"] and "environment" not in build["gate"]
    assert [e for e in every(build["services"], "env") if BUILDER_KEY in e]
    for other in (build["deliver"], promote):
        assert BUILDER_KEY not in str(other)
    assert "KUBECONFIG_PROD" in str(promote) and "KUBECONFIG_PROD" not in str(build)


def test_the_gate_is_the_one_check_to_require() -> None:
    """No other workflow has a check of that name: it would count for the same commit, and asks less."""
    trees = workflows()
    names = [
        job.get("name", name) for tree in trees.values() for name, job in tree["jobs"].items()
    ]  # the name of a check is its job's
    assert names.count(REQUIRED_CHECK) == 1
    gate = trees["pull-request.yml"]["jobs"]["gate"]
    assert (gate["name"], gate["if"]) == (REQUIRED_CHECK, "always()")
    assert set(gate["needs"]) == set(trees["pull-request.yml"]["jobs"]) - {"gate"}


def test_validation_is_superseded_and_nothing_else() -> None:
    trees = workflows()
    for name in ("feature.yml", "pull-request.yml"):
        assert trees[name]["concurrency"]["cancel-in-progress"] is True
        assert "${{ github.ref }}" in trees[name]["concurrency"]["group"]
    assert "concurrency" not in trees["build.yml"] and "concurrency" not in trees["promote.yml"]


def test_deliveries_of_a_service_into_an_environment_wait_for_each_other() -> None:
    trees = workflows()
    deliver = trees["build.yml"]["jobs"]["deliver"]
    promote = trees["promote.yml"]["jobs"]["promote"]
    service = "${{ fromJSON(needs.plan.outputs.services)[0].only }}"
    waiting = {"cancel-in-progress": False, "queue": "max"}
    assert deliver["concurrency"] == {"group": f"{service}-pre-production", **waiting}
    assert promote["concurrency"] == {"group": "${{ inputs.service }}-prod", **waiting}


def test_only_releases_that_passed_are_delivered() -> None:
    deliver = workflows()["build.yml"]["jobs"]["deliver"]
    assert "gate" in deliver["needs"]
    assert deliver["if"] == "startsWith(github.ref, 'refs/heads/release/')"


def test_the_matrix_is_the_plans() -> None:
    for name in ("feature.yml", "pull-request.yml", "build.yml"):
        jobs = workflows()[name]["jobs"]
        assert jobs["services"]["strategy"]["matrix"] == {
            "include": "${{ fromJSON(needs.plan.outputs.services) }}"
        }
        assert jobs["services"]["if"] == "needs.plan.outputs.services != '[]'"
        assert "ci.plan --matrix github" in steps(jobs["plan"])[0]


def test_a_promotion_asks_for_service_and_version() -> None:
    tree = workflows()["promote.yml"]
    inputs = tree["on"]["workflow_dispatch"]["inputs"]
    assert inputs["service"]["options"] == ["delivery", "package"]
    assert inputs["version"]["required"] is True
    assert tree["jobs"]["promote"]["if"] == "github.ref == 'refs/heads/main'"
    assert steps(tree["jobs"]["promote"])[-1] == './inv "$SERVICE.promote" --version "$VERSION"'


def test_every_job_has_the_whole_history_and_a_limit() -> None:
    for tree in workflows().values():
        for name, job in tree["jobs"].items():
            assert job["timeout-minutes"] <= 60
            checkouts = [step for step in job["steps"] if "checkout@" in step.get("uses", "")]
            assert [c["with"]["fetch-depth"] for c in checkouts] == ([] if name == "gate" else [0])


def test_settings_arrive_as_they_were_written() -> None:
    trees = workflows(ODD)
    assert set(map(str, every(trees, "runs-on"))) == {"['on', '1.0']"}
    build = trees["build.yml"]["jobs"]
    assert (build["services"]["environment"], build["deliver"]["environment"]) == ("no", "1.0")
    assert steps(build["deliver"])[-2:] == ['echo "a: b" # no comment', "env A='b: c' ./inv ci.deliver"]


def test_another_main_branch() -> None:
    trees = {path: read(text) for path, text in github(pipeline(main="trunk/2.x")).items()}
    assert trees[f"{FOLDER}build.yml"]["on"]["push"]["branches"][0] == "trunk/2.x"
    assert trees[f"{FOLDER}pull-request.yml"]["on"]["pull_request"]["branches"] == ["trunk/2.x"]
    assert trees[f"{FOLDER}promote.yml"]["jobs"]["promote"]["if"] == "github.ref == 'refs/heads/trunk/2.x'"


def test_services_whose_names_are_words_of_yaml() -> None:
    names = ("no", "on", "yes")
    tree = read(github(pipeline(services=names))[f"{FOLDER}promote.yml"])
    assert tree["on"]["workflow_dispatch"]["inputs"]["service"]["options"] == ["no", "on", "yes"]
