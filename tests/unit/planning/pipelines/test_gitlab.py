"""GitLab's pipeline, and the child that the plan becomes."""

from __future__ import annotations

import pytest

from build_tasks.model.instance import BUILDER_KEY
from build_tasks.model.pipelines import CiSettings
from build_tasks.planning.pipelines.gitlab import gitlab, gitlab_child
from build_tasks.planning.pipelines.matrix import Leg
from build_tasks.planning.pipelines.model import Pipeline
from tests.fakes.pipelines import EVERYTHING, ODD, OWN_AGENTS, pipeline
from tests.unit.planning.pipelines.reading import Tree, every, read

LEGS = [Leg("delivery", "delivery"), Leg("package-and-1-more", "package,workflow")]
#: Keys of GitLab that are no jobs.
NO_JOBS = {"workflow", "stages", "variables", "default"}


def tree(of: Pipeline | None = None) -> Tree:
    [(path, text)] = gitlab(of or pipeline()).items()
    assert path == ".gitlab-ci.yml"
    return read(text)


def child(*legs: Leg, reviewed: bool = True, ci: CiSettings = EVERYTHING) -> dict[str, Tree]:
    found = read(gitlab_child(pipeline(ci), legs, reviewed=reviewed))
    return {name: job for name, job in found.items() if name not in NO_JOBS}


def test_pipelines_are_created_for_the_flow_s_table() -> None:
    assert [rule["if"] for rule in tree()["workflow"]["rules"]] == [
        '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_TARGET_BRANCH_NAME == "main"',
        '$CI_COMMIT_BRANCH == "main"',
        r"$CI_COMMIT_BRANCH =~ /^release\/delivery\//",
        r"$CI_COMMIT_BRANCH =~ /^release\/package\//",
        r"$CI_COMMIT_BRANCH =~ /^release\//",
        r"$CI_COMMIT_BRANCH =~ /^(feature|topic)\//",
    ]
    assert list(every(tree(), "changes")) == []


def test_validation_is_superseded_and_nothing_else() -> None:
    found = tree()
    assert found["default"]["interruptible"] is True
    assert found["workflow"]["auto_cancel"] == {"on_new_commit": "interruptible"}
    kept = {"on_new_commit": "none"}
    requests, *builds, features = found["workflow"]["rules"]
    assert [rule.get("auto_cancel") for rule in (requests, features)] == [None, None]
    assert [rule["auto_cancel"] for rule in builds] == [kept] * 4
    assert found["deliver"]["interruptible"] is False and found["promote"]["interruptible"] is False


def test_the_plan_becomes_a_child_pipeline() -> None:
    found = tree()
    assert found["plan"]["script"][-1] == "./inv ci.plan --matrix gitlab >.build/services.yml"
    assert found["plan"]["artifacts"]["paths"] == [".build/services.yml"]
    assert found["build"]["trigger"] == {
        "include": [{"artifact": ".build/services.yml", "job": "plan"}],
        "strategy": "depend",
    }


def test_stages_follow_each_other() -> None:
    found = tree()
    jobs = [name for name in found if name not in NO_JOBS]
    assert [found[name]["stage"] for name in jobs] == found["stages"]
    assert found["stages"] == ["plan", "build", "gate", "deliver", "promote"]


def test_a_job_of_the_child_works_on_its_services() -> None:
    found = child(*LEGS)
    assert list(found) == ["service delivery", "service package-and-1-more"]
    assert [job["variables"]["ONLY"] for job in found.values()] == ["delivery", "package,workflow"]
    assert {job["script"][0] for job in found.values()} == {'./inv ci.run --only "$ONLY" --no-deliver'}
    assert found["service delivery"]["artifacts"]["reports"] == {"junit": ".build/ci/junit/*.xml"}


def test_a_child_pipeline_runs_whatever_its_parent_runs_for_and_has_a_job_always() -> None:
    text = gitlab_child(pipeline(), [], reviewed=False)
    assert read(text)["workflow"] == {"rules": [{"when": "always"}]}
    assert list(child()) == ["nothing to do"]


@pytest.mark.parametrize("ci", [EVERYTHING, OWN_AGENTS, ODD])
def test_what_nobody_reviewed_gets_no_key(ci: CiSettings) -> None:
    text = gitlab_child(pipeline(ci), LEGS, reviewed=False)
    assert BUILDER_KEY not in text and "KUBECONFIG_PROD" not in text and "environment" not in text
    reviewed = child(*LEGS, ci=ci)["service delivery"]
    assert reviewed["environment"] == {"name": ci.build_environment, "action": "access"}
    assert BUILDER_KEY in reviewed["before_script"][0]
    assert BUILDER_KEY not in str(tree(pipeline(ci)))


def test_a_release_is_delivered_in_turn_and_promoted_by_hand() -> None:
    found = tree()
    assert found["deliver"]["rules"] == [{"if": "$RELEASED_SERVICE"}]
    assert found["deliver"]["resource_group"] == "$RELEASED_SERVICE/pre-production"
    assert found["promote"]["resource_group"] == "$RELEASED_SERVICE/prod"
    assert found["promote"]["environment"] == {"name": "prod"}
    assert found["promote"]["rules"] == [
        {
            "if": r"$RELEASED_SERVICE && $CI_COMMIT_BRANCH =~ /^release\/[^\/]+\/v[0-9.]+$/",
            "when": "manual",
        }
    ]
    assert found["promote"]["script"] == [
        './inv "$RELEASED_SERVICE.promote" --version "${CI_COMMIT_BRANCH#release/$RELEASED_SERVICE/v}"'
    ]
    assert "KUBECONFIG_PROD" in str(found["promote"]) and "KUBECONFIG_PROD" not in str(found["deliver"])


def test_jobs_in_an_image_bring_their_caches() -> None:
    found = tree()
    assert found["default"]["cache"]["key"] == {"files": ["requirements.lock"]}
    assert found["variables"]["XDG_CACHE_HOME"] == "$CI_PROJECT_DIR/.build/cache"
    own = tree(pipeline(OWN_AGENTS))
    assert "cache" not in own["default"] and "XDG_CACHE_HOME" not in own["variables"]


def test_settings_arrive_as_they_were_written() -> None:
    found = tree(pipeline(ODD, services=("no", "on")))
    assert (found["default"]["tags"], found["default"]["image"]) == (["no", "~"], "1.0")
    assert found["deliver"]["environment"] == {"name": "1.0"}
    assert found["deliver"]["before_script"][-1] == 'echo "a: b" # no comment'
    assert [rule.get("variables") for rule in found["workflow"]["rules"][2:4]] == [
        {"RELEASED_SERVICE": "no"},
        {"RELEASED_SERVICE": "on"},
    ]
    assert found["variables"]["GIT_DEPTH"] == "0"
