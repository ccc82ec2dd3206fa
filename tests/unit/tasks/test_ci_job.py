"""``ci.run`` as a CI system starts it, and what it is told in return."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode
from build_tasks.model.ci import CiSystem
from build_tasks.model.event import EventKind, Told
from build_tasks.planning.names import candidate_image
from build_tasks.steps.evidence.released import artifacts, released_versions
from tests.fakes import samples
from tests.fakes.ci_agents import azure_commands, github_commands
from tests.fakes.samples import v
from tests.unit.steps.shop import BASE, Shop
from tests.unit.tasks.conftest import Inv

MAIN = Told(CiSystem.GITHUB, EventKind.PUSH, "main", actor="octocat")
FAILED = (
    b'<testsuite name="s"><testcase classname="test_app" name="test_put" file="app.py" line="3">'
    b'<failure message="boom">##vso[task.setvariable variable=x]y\n::add-mask::z</failure></testcase>'
    b"</testsuite>"
)
RELEASE = "release/delivery/v1.0.2"


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """As in GitHub Actions; gives the file of the step's summary."""
    summary = tmp_path / "summary"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    return summary


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> Path:
    """As in Azure Pipelines; gives the file of the summary."""
    monkeypatch.setenv("TF_BUILD", "True")
    return shop.root / ".build" / "ci" / "ci.run.md"


def both(shop: Shop) -> None:
    """Another service, whose chart is missing."""
    dockerfile = f"FROM {BASE} AS build\nFROM build AS testrunner\nFROM build AS final\n"
    shop.commit({"services/package/Dockerfile": dockerfile, "services/delivery/app.py": "better\n"})
    shop.publish()
    services = {name: samples.service(name) for name in ("delivery", "package")}
    shop.bench = replace(shop.bench, services=services)


def test_the_environment_says_what_to_do(inv_in: Callable[[Told], Inv], shop: Shop) -> None:
    told = Told(CiSystem.AZURE, EventKind.PUSH, RELEASE)
    shop.source.check_out(shop.source.head().sha)
    assert inv_in(told)("ci.plan").out.startswith(f"the release branch {RELEASE}\n")
    assert inv_in(told)("ci.plan --branch main").out.startswith("a push to main")
    plan = json.loads(inv_in(MAIN)("ci.plan --json").out)
    assert (plan["event"]["kind"], plan["event"]["actor"]) == ("push", "octocat")
    assert plan["actions"][0]["reason"] == "GitHub Actions does not say what was there before the push"


def test_a_delivery_job_knows_its_branch(inv_in: Callable[[Told], Inv], shop: Shop) -> None:
    shop.smoke_test("1.0.2")
    shop.pushed("1.0.2")
    shop.source.check_out(shop.source.head().sha)
    inv = inv_in(Told(CiSystem.GITLAB, EventKind.PUSH, RELEASE))
    assert inv("ci.deliver --dry-run").out.startswith(
        f"the release branch {RELEASE}\n  deploy delivery v1.0.2"
    )
    assert inv("ci.deliver --branch main --dry-run").code is ExitCode.USAGE
    assert inv_in(Told())("ci.deliver").code is ExitCode.USAGE


def test_what_called_for_it_is_told_first(shop: Shop, inv: Inv) -> None:
    assert inv("ci.run --branch docs/x").code is ExitCode.OK
    assert shop.reporter.notes == ["branch docs/x is none that triggers a build", "  nothing to do"]


def test_a_failed_test_is_an_annotation_at_its_place(shop: Shop, inv: Inv, github: Path) -> None:
    shop.tests_say(FAILED, status=1)
    said = inv("ci.run")
    assert said.code is ExitCode.TESTS_FAILED
    [test] = github_commands(said.out)
    assert (test.name, test.properties["file"], test.properties["line"]) == (
        "error",
        "services/delivery/app.py",
        "3",
    )
    [error] = github_commands(said.err)
    assert (error.name, error.properties["title"]) == ("error", "test delivery")
    summary = github.read_text()
    assert summary.startswith("## ❌ ci.run: a push to main")
    assert "| test delivery | ❌ failed |" in summary and "| image delivery | ➖ not reached |" in summary
    assert "\n./inv delivery.test\n" in summary


def test_azure_is_given_the_results_of_tests_that_failed(shop: Shop, inv: Inv, azure: Path) -> None:
    shop.tests_say(FAILED, status=1)
    said = inv("ci.run")
    names = [command.name for command in azure_commands(said.out)]
    assert names == ["task.logissue", "results.publish", "task.uploadsummary"]
    [error] = azure_commands(said.err)
    assert error.name == "task.logissue" and error.data.startswith("test delivery: ")
    assert "| test delivery | ❌ failed |" in azure.read_text()


def test_several_services_in_one_summary(shop: Shop, inv: Inv, github: Path) -> None:
    both(shop)
    assert inv("ci.run").code is ExitCode.CHART_REFUSED
    summary = github.read_text()
    assert "| package delivery | ✅ done |" in summary and "| package package | ❌ failed |" in summary
    assert {f.name for f in (shop.root / ".build" / "ci" / "junit").iterdir()} == {
        "delivery.xml",
        "package.xml",
    }


def test_reports_of_the_job_before_are_gone(shop: Shop, inv: Inv) -> None:
    stale = shop.root / ".build" / "ci" / "junit" / "gone.xml"
    stale.parent.mkdir(parents=True)
    stale.write_text("<testsuite/>")
    assert inv("ci.run").code is ExitCode.OK
    assert [file.name for file in stale.parent.iterdir()] == ["delivery.xml"]


def test_a_delivery_leaves_the_reports_of_the_build_alone(shop: Shop, inv: Inv) -> None:
    shop.smoke_test("1.0.2")
    assert inv(f"ci.run --branch {RELEASE} --no-deliver").code is ExitCode.OK
    assert inv(f"ci.deliver --branch {RELEASE}").code is ExitCode.OK
    assert (shop.root / ".build" / "ci" / "junit" / "delivery.xml").exists()


def test_a_release_tells_its_digests_and_what_comes_next(shop: Shop, inv: Inv, github: Path) -> None:
    shop.smoke_test("1.0.2")
    assert inv(f"ci.run --branch {RELEASE}").code is ExitCode.OK
    summary = github.read_text()
    digest = shop.registry.digest(candidate_image(shop.bench.settings, "delivery").tagged("v1.0.2"))
    assert f"delivery v1.0.2 is image {digest} with chart sha256:" in summary
    assert (
        "Next:\n```\n./inv delivery.approve --version 1.0.2\n./inv delivery.promote --version 1.0.2\n"
        in summary
    )


def test_what_ends_before_it_begins_is_told_as_well(shop: Shop, inv: Inv, github: Path) -> None:
    shop.pushed("1.0.3")
    said = inv(f"ci.run --branch {RELEASE}")
    assert said.code is ExitCode.REFUSED
    [error] = github_commands(said.err)
    assert "v1.0.3 of the same line 1.0 was released already" in error.data
    assert "| build delivery | ➖ not reached |" in github.read_text()


def test_a_summary_that_cannot_be_written_does_not_hide_the_outcome(
    shop: Shop, inv: Inv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "/nowhere/summary")
    assert inv("ci.run").code is ExitCode.OK
    assert any("the summary of ci.run could not be written" in line for line in shop.reporter.warnings)
    shop.tests_say(FAILED, status=1)
    shop.commit({"services/delivery/app.py": "worse\n"})
    assert inv("ci.run").code is ExitCode.TESTS_FAILED


def test_nothing_to_do_says_why(shop: Shop, inv: Inv, github: Path) -> None:
    assert inv("ci.run --event tag --branch v1.0.2").code is ExitCode.OK
    assert github.read_text() == (
        "## ✅ ci.run: the tag v1.0.2 builds nothing: versions come from release branches\n\nNothing to do.\n"
    )
    assert shop.builder.built == []


def cut(shop: Shop, inv: Inv) -> None:
    shop.smoke_test("1.0.2")
    shop.smoke_test("1.0.2", environment="prod")
    assert inv("release.cut delivery --version 1.0.2 --push").code is ExitCode.OK
    shop.source.check_out(RELEASE)


def released(shop: Shop, inv: Inv) -> None:
    cut(shop, inv)
    assert inv(f"ci.run --branch {RELEASE}").code is ExitCode.OK


def moved_before(shop: Shop, inv: Inv) -> None:
    """Commits came to the branch after it was cut."""
    cut(shop, inv)
    shop.commit({"services/delivery/app.py": "one more thing\n"})


def moved_after(shop: Shop, inv: Inv) -> None:
    """Commits came to the branch after its version was pushed."""
    released(shop, inv)
    shop.commit({"services/delivery/app.py": "one more thing\n"})


def later_one(shop: Shop, inv: Inv) -> None:
    shop.pushed("1.0.3")


def pre_release(shop: Shop, inv: Inv) -> None:
    shop.smoke_test("1.0.2-rc.1")
    assert inv("release.cut delivery --version 1.0.2-rc.1 --push").code is ExitCode.OK
    assert inv("ci.run --branch release/delivery/v1.0.2-rc.1").code is ExitCode.OK


def newer_in_production(shop: Shop, inv: Inv) -> None:
    released(shop, inv)
    shop.source.check_out("main")
    shop.commit({"services/delivery/app.py": "better\n"})
    shop.publish()
    for environment in ("qa", "prod"):
        shop.smoke_test("1.1.0", environment=environment)
    for typed in (
        "release.cut delivery --version 1.1.0 --push",
        "ci.run --branch release/delivery/v1.1.0",
        f"delivery.approve --version 1.1.0 --key {shop.keys['ann']}",
        "delivery.promote --version 1.1.0",
        f"delivery.approve --version 1.0.2 --key {shop.keys['ann']}",
    ):
        assert inv(typed).code is ExitCode.OK


#: What product and README promise to refuse and a branch's name alone does not tell.
STATES = [
    (
        moved_before,
        f"ci.run --branch {RELEASE}",
        "the branch moved since it was cut",
        "release.cut delivery --version 1.0.3",
    ),
    (moved_after, f"ci.run --branch {RELEASE}", "the version exists with other content", "cut v1.0.3"),
    (later_one, f"ci.run --branch {RELEASE}", "v1.0.3 of the same line 1.0 was released", "take v1.0.4"),
    (pre_release, "delivery.promote --version 1.0.2-rc.1", "never to production", "cut a final version"),
    (newer_in_production, "delivery.promote --version 1.0.2", "production runs v1.1.0", "--downgrade"),
    (released, "delivery.promote --version 1.0.2", "nobody has approved it yet", "delivery.approve"),
]


@pytest.mark.parametrize(("state", "typed", "why", "fix"), STATES, ids=[s[0].__name__ for s in STATES])
def test_what_the_state_of_things_refuses(
    shop: Shop, inv: Inv, state: Callable[[Shop, Inv], None], typed: str, why: str, fix: str
) -> None:
    state(shop, inv)
    before = released_versions(shop.bench, shop.service)
    said = inv(typed)
    assert said.code in (ExitCode.REFUSED, ExitCode.CONFLICT), said.err
    assert why in said.err and fix in said.err
    assert released_versions(shop.bench, shop.service) == before


def test_a_branch_that_moved_and_brought_nothing_of_its_service(shop: Shop, inv: Inv) -> None:
    """The same content again is no other content: nothing is refused, nothing made, nothing overwritten."""
    released(shop, inv)
    shop.commit({"README.md": "words\n"})
    built, pushed = len(shop.builder.built), artifacts(shop.bench, shop.service, v("1.0.2"))
    assert inv(f"ci.run --branch {RELEASE}").code is ExitCode.OK
    assert len(shop.builder.built) == built
    assert artifacts(shop.bench, shop.service, v("1.0.2")) == pushed
