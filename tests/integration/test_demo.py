"""The main job: a commit becomes a production deployment, and everything a user can see of it agrees."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.integration.accounts import Account
from tests.integration.conftest import Told

pytestmark = pytest.mark.timeout(1500)


def test_the_story_ends_well(told: Told) -> None:
    assert "of" in told.said and " 0 were lost" in told.said
    explained = re.search(r"was explained ([0-9.]+) s after", told.said)
    assert explained and float(explained[1]) < 30
    assert "inv delivery.promote --version 0.1.0" in told.said


def test_the_explanation_names_reason_events_and_log(told: Told) -> None:
    start = told.said.rindex("▶ $ inv ci.deliver")
    explanation = told.said[start : told.said.index("$ inv delivery.approve", start)]
    assert "CrashLoopBackOff" in explanation or "restarted" in explanation
    assert "event:" in explanation
    assert "log: delivery cannot start: DRAIN_SECONDS must be a whole number" in explanation


def test_production_runs_what_was_approved_after_the_rollback(told: Told) -> None:
    deployed = {row["version"]: row for row in told.root.json("delivery.status", "--env", "prod")}
    assert set(deployed) == {"v0.1.0", "v0.1.1"}
    assert deployed["v0.1.0"]["live"] and not deployed["v0.1.1"]["live"]
    assert all(row["verified"] and row["ready"] == "2/2" for row in deployed.values())


def test_the_digest_in_production_is_the_one_that_was_tested(told: Told) -> None:
    qa = {row["version"]: row["image"] for row in told.root.json("delivery.status", "--env", "qa")}
    prod = {row["version"]: row["image"] for row in told.root.json("delivery.status", "--env", "prod")}
    assert prod["v0.1.1"] == qa["v0.1.1"]
    assert prod["v0.1.0"] != prod["v0.1.1"]


def test_helm_and_kubectl_tell_the_same_story(told: Told) -> None:
    traffic = _helm("history", "delivery")
    assert [entry["app_version"] for entry in traffic] == ["0.1.0", "0.1.1", "0.1.0"]
    history = told.root.json("delivery.history", "--env", "prod")
    moves = [entry["version"] for entry in history if entry["release"] == "delivery"]
    assert moves == ["v0.1.0", "v0.1.1", "v0.1.0"]
    releases = {entry["name"] for entry in _helm("list") if entry["name"].startswith("delivery")}
    assert releases == {"delivery", "delivery-v0-1-0", "delivery-v0-1-1"}
    causes = Account.deployer("prod").must("rollout", "history", "deployment/delivery-v0-1-1")
    deployed = next(e for e in history if e["release"] == "delivery-v0-1-1")
    assert deployed["what"].removeprefix("deployed: ") in causes


def test_the_whole_application_runs_in_production(told: Told) -> None:
    live = {row["service"]: row["live"] for row in told.root.json("app.status")}
    assert set(live) == {"delivery", "dronescheduler", "ingestion", "package", "workflow"}
    for environment in ("qa", "prod"):
        assert all(where.get(environment) for where in live.values()), live
    told.root.must("app.verify", "--env", "prod")


def test_the_users_repository_is_untouched(told: Told) -> None:
    assert told.root.git("status", "--porcelain") == ""
    assert told.root.git("branch", "--format=%(refname:short)").splitlines() == [
        told.root.git("branch", "--show-current")
    ]
    assert told.root.git("tag", "--list", "record/*") == ""


def _helm(*words: str) -> list[dict[str, str]]:
    account = ["--kubeconfig", str(Account.deployer("prod").kubeconfig), "--namespace", "backend"]
    program = Path(os.environ["BUILD_TASKS_TOOLS"], "helm")
    argv: list[str | Path] = [program, *words, *account, "--output", "json"]
    env = {**os.environ, "HELM_DRIVER": "configmap"}
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))
