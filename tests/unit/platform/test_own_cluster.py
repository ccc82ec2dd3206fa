"""`platform.account`: an environment on a cluster that the platform did not make."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.local_platform import ClusterFacts
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.own_cluster import OwnCluster, make_account
from tests.fakes.clusters import FakeAdmin, FakeKind
from tests.fakes.platform import FakeWorld
from tests.fakes.platform_parts import FakeFiles
from tests.fakes.reporter import FakeReporter

FILE = Path("/home/ann/.kube/qa")
ADMIN = Path("/home/ann/.kube/config")


@pytest.fixture
def world() -> FakeWorld:
    world = FakeWorld()
    FakeKind(world).create("theirs", image="node", config="", network="net", kubeconfig=ADMIN)
    world.changes.clear()
    return world


def own(world: FakeWorld, *, production: bool = False, login: str = "") -> OwnCluster:
    return OwnCluster(
        environment=Environment("qa", "theirs", "shop-qa", "aks-qa", str(FILE), production),
        registry="registry.example.org",
        login=login,
        admin=FakeAdmin(world, "theirs", ADMIN),
        recipes=FOLDER,
        files=FakeFiles(world),
        reporter=FakeReporter(),
    )


def kinds(world: FakeWorld) -> set[str]:
    return {kind for kind, _, _ in world.clusters["theirs"].objects}


def test_the_file_has_the_environment_s_context_and_leads_there(world: FakeWorld) -> None:
    make_account(own(world), hours=24)
    written = json.loads(world.files[FILE])
    assert written["current-context"] == "aks-qa"
    assert written["clusters"][0]["cluster"]["server"] == world.clusters["theirs"].server
    assert written["contexts"][0]["context"]["namespace"] == "shop-qa"


def test_a_namespace_of_its_own_begins_closed(world: FakeWorld) -> None:
    make_account(own(world), hours=24)
    made = world.clusters["theirs"].objects
    labels = made[("Namespace", "", "shop-qa")]["metadata"]["labels"]  # type: ignore[index]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert ("Role", "shop-qa", "deployer") in made and ("NetworkPolicy", "shop-qa", "default-deny") in made
    assert "ValidatingAdmissionPolicy" not in kinds(world)


def test_production_runs_what_was_promoted_alone(world: FakeWorld) -> None:
    make_account(own(world, production=True), hours=24)
    policy = world.clusters["theirs"].objects[("ValidatingAdmissionPolicy", "", "build-tasks-production")]
    assert "only images from registry.example.org/prod/ by digest" in json.dumps(policy)


@pytest.mark.parametrize("production", [False, True])
def test_a_namespace_of_others_keeps_what_it_has(world: FakeWorld, production: bool) -> None:
    theirs: dict[str, object] = {
        "kind": "Namespace",
        "metadata": {"name": "shop-qa", "labels": {"team": "shop"}},
    }
    world.clusters["theirs"].objects[("Namespace", "", "shop-qa")] = theirs
    mine = own(world, production=production)
    admin = FakeForeign(world, "theirs", ADMIN)
    make_account(replace(mine, admin=admin), hours=24)
    assert world.clusters["theirs"].objects[("Namespace", "", "shop-qa")] == theirs
    assert kinds(world) == {"Namespace", "ServiceAccount", "Role", "RoleBinding"}
    assert isinstance(mine.reporter, FakeReporter)
    assert bool(mine.reporter.warnings) == production


class FakeForeign(FakeAdmin):
    """An administrator of a cluster whose namespace bears no label of ours."""

    def facts(self) -> ClusterFacts:
        return replace(super().facts(), namespaces={})


def test_pods_get_the_login_that_they_need(world: FakeWorld) -> None:
    make_account(own(world, login='{"auths": {}}'), hours=24)
    there = world.clusters["theirs"]
    assert there.secrets[("shop-qa", "registry")] == {".dockerconfigjson": '{"auths": {}}'}
    account = there.objects[("ServiceAccount", "shop-qa", "default")]
    assert account["imagePullSecrets"] == [{"name": "registry"}]


def test_again_it_is_a_new_token_in_the_same_file(world: FakeWorld) -> None:
    make_account(own(world), hours=24)
    before = dict(world.clusters["theirs"].objects)
    make_account(own(world), hours=24)
    assert world.clusters["theirs"].objects == before


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Config\ncontexts: []\n",
        json.dumps({"contexts": [{"name": "aks-qa"}, {"name": "aks-prod"}]}),
        json.dumps({"contexts": [{"name": "other"}]}),
    ],
)
def test_a_file_that_holds_something_else_is_not_written_over(world: FakeWorld, text: str) -> None:
    world.files[FILE] = text
    with pytest.raises(FlowError, match="is not a file of this account alone") as caught:
        make_account(own(world), hours=24)
    assert caught.value.code is ExitCode.USAGE
    assert world.files[FILE] == text
    assert world.changes == []
