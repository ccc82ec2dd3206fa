"""docs/own-clusters.md, done with a cluster and a registry that `platform.up` did not make."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode
from tests.integration.accounts import Account, container
from tests.integration.conftest import ROOT, Terminal, Typed
from tests.integration.shop import commit, commit_policies, open_shop, release
from tests.integration.theirs import PASSWORD, Theirs, made_by_hand

pytestmark = pytest.mark.timeout(900)
PAGE = (ROOT / "docs" / "own-clusters.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Shop(Terminal):
    """The shop, with its people's environment.

    :param home: what they keep: logins, kubeconfig files, trust, keys.
    """

    home: Path

    def _run(self, argv: list[str], env: dict[str, str]) -> Typed:
        own = {
            "DOCKER_CONFIG": str(self.home / "docker"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "KUBECONFIG": str(self.home / "admin"),
            "ACCOUNTS": str(self.home / "accounts"),
        }
        return super()._run(argv, {**own, **env})

    def account(self, environment: str) -> Account:
        return Account(self.home / "accounts" / {"qa": "shop-qa", "prod": "shop"}[environment])

    def without_login(self) -> dict[str, str]:
        return {"DOCKER_CONFIG": str(self.home / "nobody")}


@pytest.fixture(scope="module")
def theirs(platform: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theirs]:
    with made_by_hand(tmp_path_factory.mktemp("theirs")) as theirs:
        yield theirs


@pytest.fixture(scope="module")
def shop(theirs: Theirs, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop, after steps 1 and 2 of the page."""
    folder = tmp_path_factory.mktemp("shop")
    shop = Shop(folder / "shop", folder)
    theirs.believed_in(folder / "config")
    theirs.kubeconfig.rename(folder / "admin")
    open_shop(shop)
    shutil.copy(ROOT / "tasks.py", shop.folder)
    [settings] = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    settings = settings.replace("registry.example.org", theirs.registry).replace("~/.kube/", "$ACCOUNTS/")
    (shop.folder / "pyproject.toml").write_text(settings)
    commit(shop, "The settings")
    commit_policies(shop, folder)
    done = theirs.log_in(folder / "docker", PASSWORD)
    assert done.returncode == 0, done.stderr
    return shop


@pytest.fixture(scope="module")
def accounts(theirs: Theirs, shop: Shop) -> None:
    """Step 3 of the page."""
    login = str(shop.home / "docker" / "config.json")
    for line in re.findall(r"\$ \./inv (platform\.account .*)", PAGE):
        words = line.replace("aks-admin", theirs.context).split()
        shop.must(*words, "--pull-login", login)


@pytest.fixture(scope="module")
def released(accounts: None, shop: Shop) -> None:
    release(shop, "0.1.0", shop.home)


def refused(typed: Typed, code: ExitCode, *words: str) -> None:
    assert typed.status == code, typed.said
    assert "Traceback" not in typed.said
    assert [word for word in words if word not in typed.said] == [], typed.said


def test_an_account_is_its_owner_s_alone_and_leads_to_its_namespace(accounts: None, shop: Shop) -> None:
    for environment, namespace in (("qa", "shop-qa"), ("prod", "shop")):
        account = shop.account(environment)
        assert account.kubeconfig.stat().st_mode & 0o777 == 0o600
        may = may_in(account, namespace)
        assert may("create", "deployments") and not may("get", "secrets")
        assert not may_in(account, "default")("get", "pods")


def may_in(account: Account, namespace: str) -> Callable[[str, str], bool]:
    def may(verb: str, resource: str) -> bool:
        return account.kubectl("auth", "can-i", verb, resource, f"--namespace={namespace}").returncode == 0

    return may


def test_a_release_reaches_production_there(released: None, shop: Shop, theirs: Theirs) -> None:
    [deployed] = shop.json("catalogue.status", "--env", "prod")
    assert (deployed["version"], deployed["live"], deployed["verified"]) == ("v0.1.0", True, True)
    story = shop.json("release.show", "catalogue", "0.1.0")
    assert story["complete"], story
    assert {copy["image"] for copy in story["copies"]} == {story["image"]}
    pods = shop.account("prod").json("get", "pods")["items"]
    images = {container["image"] for pod in pods for container in pod["spec"]["containers"]}
    assert images and all(image.startswith(f"{theirs.registry}/prod/catalogue") for image in images)


def test_what_was_not_promoted_does_not_run_in_production_there(
    released: None, shop: Shop, theirs: Theirs
) -> None:
    story = shop.json("release.show", "catalogue", "0.1.0")
    candidate = f"{theirs.registry}/catalogue@{story['image']}"
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "smuggled"},
        "spec": {"containers": [container(candidate)]},
    }
    why = shop.account("prod").try_to_create("shop", pod)
    assert f"only images from {theirs.registry}/prod/ by digest" in why


def test_no_login_and_no_token_is_in_any_log(released: None, shop: Shop, theirs: Theirs) -> None:
    """The log has every command with its arguments, and all that it said."""
    login = json.loads((shop.home / "docker" / "config.json").read_text())["auths"][theirs.registry]["auth"]
    files = [shop.account(environment).kubeconfig for environment in ("qa", "prod")]
    tokens = [json.loads(file.read_text())["users"][0]["user"]["token"] for file in files]
    logs = [path.read_text(errors="replace") for path in (shop.folder / ".build" / "logs").iterdir()]
    assert sum("oras" in log for log in logs) > 3
    for secret in (PASSWORD, login, *tokens):
        assert secret and not any(secret in log for log in logs)


def test_nobody_who_is_not_logged_in_gets_anywhere(released: None, shop: Shop, theirs: Theirs) -> None:
    typed = shop.inv("release.show", "catalogue", "0.1.0", **shop.without_login())
    refused(typed, ExitCode.UNAVAILABLE, theirs.registry, "docker login")


def test_a_wrong_password_is_refused_and_not_shown(released: None, shop: Shop, theirs: Theirs) -> None:
    folder = shop.home / "wrong"
    folder.mkdir()
    auth = {"auths": {theirs.registry: {"auth": "ZG9ja2VyOm5vdC10aGUtcGFzc3dvcmQ="}}}
    (folder / "config.json").write_text(json.dumps(auth))
    typed = shop.inv("release.show", "catalogue", "0.1.0", DOCKER_CONFIG=str(folder))
    refused(typed, ExitCode.UNAVAILABLE, theirs.registry, "docker login")
    assert "not-the-password" not in typed.said


def test_a_file_that_points_elsewhere_is_refused(released: None, shop: Shop) -> None:
    file = shop.account("qa").kubeconfig
    before = file.read_text()
    config = json.loads(before)
    config["current-context"] = "another"
    file.write_text(json.dumps(config))
    try:
        refused(shop.inv("catalogue.status", "--env", "qa"), ExitCode.WRONG_CLUSTER, "another", "shop-qa")
    finally:
        file.write_text(before)


def test_the_local_platform_s_own_are_left_to_platform_up(fresh_clone: Terminal, platform: None) -> None:
    typed = fresh_clone.inv("platform.account", "--env", "qa", "--admin-context", "any")
    refused(typed, ExitCode.USAGE, "it is on the local platform", "platform.up")
