"""[tool.build_tasks] of pyproject.toml."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from build_tasks.config.loading import load_settings
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.ci import CiSystem
from build_tasks.model.environment import Environment
from build_tasks.model.instance import Instance
from build_tasks.model.pipelines import AzureSettings, CiSettings
from build_tasks.model.settings import Settings

LEAST = """[tool.build_tasks]
application = "shop"
[tool.build_tasks.environments.qa]
cluster = "devtest"
namespace = "qa"
[tool.build_tasks.environments.prod]
cluster = "prod"
namespace = "backend"
production = true
"""


def load(root: Path, text: str) -> Settings:
    (root / "pyproject.toml").write_text(text)
    return load_settings(root, Instance("check", Path("/state")))


def mistakes(root: Path, text: str) -> list[str]:
    with pytest.raises(FlowError) as refused:
        load(root, text)
    assert refused.value.code is ExitCode.CONFIG
    assert refused.value.what == "read the repository's settings"
    return list(refused.value.details)


def test_where_it_is_silent_the_instance_s_names_are_taken(tmp_path: Path) -> None:
    settings = load(tmp_path, LEAST)
    assert settings.registry == Instance("check", Path("/state")).registry_host
    assert settings.environments["qa"] == Environment(
        "qa", "devtest", "qa", "check-qa", "/state/check/qa.kubeconfig"
    )
    assert settings.production == Environment(
        "prod", "prod", "backend", "check-prod", "/state/check/prod.kubeconfig", True
    )
    assert settings.approval_lifetime == timedelta(hours=72)
    assert settings.deploy_timeout == timedelta(seconds=180)
    assert settings.build_folder == tmp_path / ".build"
    assert settings.network_policies


def test_another_cluster_by_its_context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    own = 'context = "aks-prod"\nkubeconfig = "~/.kube/prod"\n'
    production = load(tmp_path, LEAST + own).production
    assert (production.context, production.kubeconfig) == ("aks-prod", "/home/ann/.kube/prod")


def test_an_account_of_a_ci_s_secret_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its path is in a variable, on agents; where the variable is not set, its name is what is told."""
    monkeypatch.setenv("KUBECONFIG_PROD", "/secrets/prod")
    own = LEAST + 'context = "aks-prod"\n'
    settings = load(tmp_path, own + 'kubeconfig = "${KUBECONFIG_PROD}"\n')
    assert settings.production.kubeconfig == "/secrets/prod"
    assert settings.ci.kubeconfigs == {"prod": "KUBECONFIG_PROD"}
    monkeypatch.delenv("KUBECONFIG_PROD")
    again = load(tmp_path, own + 'kubeconfig = "$KUBECONFIG_PROD"\n')
    assert (again.production.kubeconfig, again.ci) == ("$KUBECONFIG_PROD", settings.ci)


def test_every_ci_system_can_be_chosen(tmp_path: Path) -> None:
    ci = load(
        tmp_path, f"{LEAST}[tool.build_tasks.ci]\nsystems = {[str(system) for system in CiSystem]}\n"
    ).ci
    assert ci.systems == tuple(CiSystem)


def test_what_pipelines_are_generated_from(tmp_path: Path) -> None:
    assert load(tmp_path, LEAST).ci == CiSettings()
    more = """registry = "registry.example.org"
[tool.build_tasks.ci]
systems = ["gitlab", "azure", "gitlab"]
command = "inv"
prepare = "true"
jobs = 3
timeout_minutes = 10
build_environment = "candidates"
delivery_environment = "qa"
azure = { pool = "linux agents", registry_read = "r", registry_build = "b", registry_promote = "p" }
github = { runner = ["self-hosted"] }
gitlab = { tags = ["docker"], image = "ci/agent:1@sha256:0" }
"""
    ci = load(tmp_path, LEAST.replace('"shop"\n', '"shop"\n' + more)).ci
    assert ci == CiSettings(
        systems=(CiSystem.GITLAB, CiSystem.AZURE),
        command="inv",
        prepare="true",
        jobs=3,
        timeout_minutes=10,
        build_environment="candidates",
        delivery_environment="qa",
        azure=AzureSettings("linux agents", registry_read="r", registry_build="b", registry_promote="p"),
        runner=("self-hosted",),
        tags=("docker",),
        image="ci/agent:1@sha256:0",
        registry_login=True,
    )


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ('systems = ["jenkins"]', "ci.systems.0: 'jenkins' is not one of 'azure', 'github', 'gitlab'"),
        ('prepare = "a\\nb"', "ci.prepare: 'a\\nb' does not match"),
        ('build_environment = "${{ x }}"', "ci.build_environment: '${{ x }}' does not match"),
        ('azure.pool = "$(x)"', "ci.azure.pool: '$(x)' does not match"),
        ('github.runner = ["a b"]', "ci.github.runner.0: 'a b' does not match"),
        ("github.runner = []", "ci.github.runner: [] should be non-empty"),
        ("jobs = 0", "ci.jobs: 0 is less than the minimum of 1"),
        ('sytems = ["azure"]', "ci.sytems: unknown key, did you mean systems?"),
    ],
)
def test_a_mistake_in_what_pipelines_are_generated_from(tmp_path: Path, line: str, mistake: str) -> None:
    [found] = mistakes(tmp_path, f"{LEAST}[tool.build_tasks.ci]\n{line}\n")
    assert found.startswith("pyproject.toml:1") and f": tool.build_tasks.{mistake}" in found


def test_a_main_branch_that_would_mean_something_in_a_pattern(tmp_path: Path) -> None:
    [found] = mistakes(tmp_path, LEAST.replace('"shop"', '"shop"\nmain_branch = "main*"'))
    assert "tool.build_tasks.main_branch: 'main*' does not match" in found


def test_everything_else(tmp_path: Path) -> None:
    more = """registry = "registry.example.org:5000"
main_branch = "trunk"
services = "src/services"
allowed_signers = "who.txt"
kubernetes = "1.36.0"
[tool.build_tasks.approval]
expires_hours = 1
[tool.build_tasks.deploy]
timeout_seconds = 10
[tool.build_tasks.platform]
network_policies = false
"""
    text = LEAST.replace('application = "shop"\n', f'application = "shop"\n{more}')
    settings = load(tmp_path, text)
    assert (settings.registry, settings.main_branch) == ("registry.example.org:5000", "trunk")
    assert (settings.services_folder, settings.allowed_signers) == ("src/services", "who.txt")
    assert (settings.kubernetes, settings.deploy_timeout) == ("1.36.0", timedelta(seconds=10))
    assert not settings.network_policies
    assert settings.approval_lifetime == timedelta(hours=1)


@pytest.mark.parametrize(
    ("change", "count", "mistake"),
    [
        (("production = true\n", ""), 0, "found 0"),
        (('namespace = "qa"\n', 'namespace = "qa"\nproduction = true\n'), 2, "found 2"),
    ],
)
def test_exactly_one_production(tmp_path: Path, change: tuple[str, str], count: int, mistake: str) -> None:
    [found] = mistakes(tmp_path, LEAST.replace(*change))
    where = "pyproject.toml:1: tool.build_tasks.environments: "
    assert found == f"{where}exactly one environment must have production = true, {mistake}"


def test_environments_do_not_share_a_namespace(tmp_path: Path) -> None:
    more = '[tool.build_tasks.environments.uat]\ncluster = "devtest"\nnamespace = "qa"\n'
    [found] = mistakes(tmp_path, LEAST + more)
    where = "pyproject.toml:12: tool.build_tasks.environments.uat.namespace: "
    assert found == f"{where}'qa' is in that namespace already"


def test_equal_namespaces_of_two_clusters_are_two(tmp_path: Path) -> None:
    settings = load(tmp_path, LEAST.replace('"backend"', '"qa"'))
    assert settings.production.namespace == "qa"


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (
            ('"shop"', '"Shop"'),
            ":2: tool.build_tasks.application: 'Shop' is not a name of lower-case letters",
        ),
        (('application = "shop"\n', ""), ":1: tool.build_tasks.application: missing"),
        (
            ('application = "shop"', 'application = "shop"\nregistri = ""'),
            ":3: tool.build_tasks.registri: unknown",
        ),
        (('cluster = "prod"\n', ""), ":6: tool.build_tasks.environments.prod.cluster: missing"),
        (
            ('"backend"', '"Back_end"'),
            ":8: tool.build_tasks.environments.prod.namespace: 'Back_end' is not a DNS label",
        ),
        (
            ("production = true", "production = 1"),
            ":9: tool.build_tasks.environments.prod.production: 1 is not",
        ),
        (
            ("environments.qa]", "environments.QA]"),
            ":1: tool.build_tasks.environments: 'QA' is not a name of",
        ),
        (
            ('application = "shop"', 'application = "shop"\nregistry = "http://x"'),
            ":3: tool.build_tasks.registry",
        ),
        (
            ('application = "shop"', 'application = "shop"\nkubernetes = "1.37"'),
            ":3: tool.build_tasks.kubernetes",
        ),
    ],
)
def test_one_mistake(tmp_path: Path, change: tuple[str, str], mistake: str) -> None:
    [found] = mistakes(tmp_path, LEAST.replace(*change))
    assert found.startswith("pyproject.toml" + mistake)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "pyproject.toml: tool.build_tasks: missing table"),
        ("[tool]\n", "pyproject.toml: tool.build_tasks: missing table"),
        ("tool = 3\n", "pyproject.toml: tool.build_tasks: missing table"),
        (
            "[tool.build_tasks\n",
            "pyproject.toml:1: Expected ']' at the end of a table declaration: [tool.build_tasks",
        ),
        ("[tool]\nbuild_tasks = 3\n", "pyproject.toml:2: tool.build_tasks: 3 is not of type 'object'"),
    ],
)
def test_no_table_to_read(tmp_path: Path, text: str, mistake: str) -> None:
    assert mistakes(tmp_path, text) == [mistake]


def test_no_file_to_read(tmp_path: Path) -> None:
    with pytest.raises(FlowError) as refused:
        load_settings(tmp_path, Instance("check", Path("/state")))
    assert refused.value.details == ("pyproject.toml: no such file",)


def test_which_changes_concern_every_service(tmp_path: Path) -> None:
    table = '[tool.build_tasks.affected]\nrepository_wide = ["tools/**", "!**/*.md"]\nunclaimed = ["**"]\n'
    (tmp_path / "pyproject.toml").write_text(LEAST + table)
    policy = load_settings(tmp_path, Instance("local", tmp_path)).affected
    assert [policy.repository_wide.match(path) for path in ("tools/x", "tools/x.md", "pyproject.toml")] == [
        True,
        False,
        False,
    ]
    assert policy.unclaimed.match("anything")
    (tmp_path / "pyproject.toml").write_text(LEAST)
    policy = load_settings(tmp_path, Instance("local", tmp_path)).affected
    assert policy.repository_wide.match("pyproject.toml")
    assert not policy.unclaimed.match("pyproject.toml")


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ('repository_wide = ["/x"]', "affected.repository_wide.0: '/x' is not a pattern as in"),
        ('unclaimed = ["x["]', "affected.unclaimed: 'x[' has a [ that begins no list of characters"),
        ("unclaimd = []", "affected.unclaimd: unknown key, did you mean unclaimed?"),
    ],
)
def test_patterns_that_cannot_be(tmp_path: Path, line: str, mistake: str) -> None:
    text = f"{LEAST}[tool.build_tasks.affected]\n{line}\n"
    [found] = mistakes(tmp_path, text)
    place = text.splitlines().index(line) + 1
    assert found.startswith(f"pyproject.toml:{place}: tool.build_tasks.{mistake}")


def test_a_kubeconfig_of_one_s_own_goes_with_its_context(tmp_path: Path) -> None:
    [found] = mistakes(tmp_path, LEAST + 'kubeconfig = "~/.kube/prod"\n')
    assert "environments.prod.kubeconfig: name its context, too" in found
