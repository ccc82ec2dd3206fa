"""The flow as it is typed: a release manager's day, and everything one may mistype."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from build_tasks.errors import ExitCode
from build_tasks.steps.delivery.live import active_version
from build_tasks.steps.evidence.released import released_versions
from tests.fakes import samples
from tests.fakes.samples import vs
from tests.fakes.scanning import finding
from tests.unit.steps.shop import Shop
from tests.unit.tasks.conftest import Inv


def deliver(shop: Shop, inv: Inv, version: str) -> None:
    """From a cut to the wait for an approver."""
    for environment in ("qa", "prod"):
        shop.smoke_test(version, environment=environment)
    assert inv(f"release.cut delivery --version {version} --push").code is ExitCode.OK
    assert inv(f"ci.run --branch release/delivery/v{version}").code is ExitCode.OK


def into_production(shop: Shop, inv: Inv, version: str) -> None:
    deliver(shop, inv, version)
    assert inv(f"delivery.approve --version {version} --key {shop.keys['ann']}").code is ExitCode.OK
    assert inv(f"delivery.promote --version {version}").code is ExitCode.OK


def test_a_release_manager_s_day(shop: Shop, inv: Inv) -> None:
    into_production(shop, inv, "0.1.0")
    shop.commit({"services/delivery/app.py": "better\n"})
    shop.publish()
    into_production(shop, inv, "0.2.0")
    assert active_version(shop.bench, shop.service, shop.prod) == vs("0.2.0")[0]
    back = inv("delivery.rollback")
    assert (back.code, back.out) == (ExitCode.OK, "delivery in prod: the traffic goes to v0.1.0\n")
    rows = json.loads(inv("delivery.status --env prod --json").out)
    assert [(row["version"], row["live"], row["verified"]) for row in rows] == [
        ("v0.1.0", True, True),
        ("v0.2.0", False, True),
    ]
    events = json.loads(inv("delivery.history --env prod --json").out)
    assert [event["version"] for event in events if event["release"] == "delivery"] == [
        "v0.1.0",
        "v0.2.0",
        "v0.1.0",
    ]


def test_approving_says_what_comes_next(shop: Shop, inv: Inv) -> None:
    deliver(shop, inv, "0.1.0")
    said = inv(f"delivery.approve --version 0.1.0 --key {shop.keys['ann']}")
    assert said.out == "next: ./inv delivery.promote --version 0.1.0\n"


def test_approving_says_what_is_missing(shop: Shop, inv: Inv) -> None:
    shop.commit({"pyproject.toml": "[tool.build_tasks.approval]\nrequired = 2\n"})
    shop.publish()
    deliver(shop, inv, "0.1.0")
    said = inv(f"delivery.approve --version 0.1.0 --key {shop.keys['ann']}")
    assert said.out == "1 of 2 approvals: ann; missing 1 (may approve: ben)\n"
    said = inv(f"delivery.approve --version 0.1.0 --key {shop.keys['ben']}")
    assert said.out == "next: ./inv delivery.promote --version 0.1.0\n"


def test_who_cut_it_is_refused(shop: Shop, inv: Inv) -> None:
    deliver(shop, inv, "0.1.0")
    refused = inv("delivery.approve --version 0.1.0")
    assert refused.code is ExitCode.REFUSED
    assert "cutter cut this release" in refused.err
    assert inv("delivery.promote --version 0.1.0").code is ExitCode.REFUSED


def test_a_switch_by_hand_says_what_it_expects(shop: Shop, inv: Inv) -> None:
    into_production(shop, inv, "0.1.0")
    shop.commit({"services/delivery/app.py": "better\n"})
    shop.publish()
    into_production(shop, inv, "0.2.0")
    for expected in ("0.1.0", "none"):
        refused = inv(f"delivery.switch --version 0.1.0 --expect-active {expected}")
        assert refused.code is ExitCode.REFUSED and "its traffic goes to v0.2.0 by now" in refused.err
    assert inv("delivery.switch --version 0.1.0 --expect-active 0.2.0").code is ExitCode.OK
    assert active_version(shop.bench, shop.service, shop.prod) == vs("0.1.0")[0]


def test_a_rejected_version_stays_out(shop: Shop, inv: Inv) -> None:
    deliver(shop, inv, "0.1.0")
    inv(f"delivery.approve --version 0.1.0 --key {shop.keys['ann']}")
    assert inv(f"delivery.reject --version 0.1.0 --key {shop.keys['ben']} --reason leaks").code is ExitCode.OK
    refused = inv("delivery.promote --version 0.1.0")
    assert refused.code is ExitCode.REFUSED
    assert "rejected by ben: leaks" in refused.err


def test_an_older_version_needs_a_word(shop: Shop, inv: Inv) -> None:
    into_production(shop, inv, "0.1.0")
    shop.commit({"services/delivery/app.py": "better\n"})
    shop.publish()
    into_production(shop, inv, "0.2.0")
    refused = inv("delivery.promote --version 0.1.0")
    assert refused.code is ExitCode.REFUSED
    assert "production runs v0.2.0, which is newer" in refused.err and "--downgrade" in refused.err
    assert inv("delivery.promote --version 0.1.0 --downgrade").code is ExitCode.OK


def test_a_pre_release_goes_to_qa_only(shop: Shop, inv: Inv) -> None:
    deliver(shop, inv, "0.1.0-rc.1")
    assert active_version(shop.bench, shop.service, shop.qa) == vs("0.1.0-rc.1")[0]
    refused = inv("delivery.promote --version 0.1.0-rc.1")
    assert refused.code is ExitCode.REFUSED
    assert "never to production" in refused.err


def test_the_next_version_is_proposed(shop: Shop, inv: Inv) -> None:
    assert "release/delivery/v0.1.0: CI takes over" in inv("release.cut delivery --bump minor --push").out
    assert "release/delivery/v0.2.0" in inv("release.cut delivery --bump minor --push").out
    assert "release/delivery/v0.2.1" in inv("release.cut delivery --bump patch").out


@pytest.mark.parametrize(
    "words",
    [
        "delivery.build",
        "delivery.test",
        "delivery.image",
        "delivery.package",
        "delivery.push --version 0.1.0",
        "delivery.deploy",
        "delivery.deploy --env qa --version 0.1.0",
        "delivery.verify --version 0.1.0",
        "delivery.switch --env qa --version 0.1.0",
        "delivery.retire --env qa",
        "ci.run",
        "ci.run --branch release/delivery/v0.1.0",
    ],
)
def test_a_dry_run_says_what_and_does_nothing(shop: Shop, inv: Inv, words: str) -> None:
    said = inv(f"{words} --dry-run")
    assert said.code is ExitCode.OK
    assert "delivery" in said.out
    assert shop.builder.built == [] and released_versions(shop.bench, shop.service) == []
    assert all(not space.releases.list() for space in shop.environments.namespaces.values())


def test_a_version_that_waited_for_too_long_is_scanned_anew(shop: Shop, inv: Inv) -> None:
    deliver(shop, inv, "0.1.0")
    shop.clock.time += timedelta(days=6)
    assert inv(f"delivery.approve --version 0.1.0 --key {shop.keys['ann']}").code is ExitCode.OK
    refused = inv("delivery.promote --version 0.1.0")
    assert refused.code is ExitCode.REFUSED
    assert "6 days old; the policy allows 5 days (max_age_days)" in refused.err
    assert "./inv delivery.scan --version 0.1.0" in refused.err
    shop.grype.database = shop.clock.now()
    assert inv("delivery.scan --version 0.1.0").code is ExitCode.OK
    assert inv("delivery.promote --version 0.1.0").code is ExitCode.OK


def test_a_scan_of_a_version_says_what_it_would_do(shop: Shop, inv: Inv) -> None:
    never = inv("delivery.scan --version 0.1.0 --dry-run")
    assert never.code is ExitCode.USAGE and "never pushed" in never.err
    deliver(shop, inv, "0.1.0")
    said = inv("delivery.scan --version 0.1.0 --dry-run")
    assert said.out.splitlines()[1] == "  scan delivery v0.1.0  (asked for: the image in the registry)"
    assert shop.grype.scans == 1


def test_a_dry_run_of_a_promotion(shop: Shop, inv: Inv) -> None:
    never = inv("delivery.promote --version 0.1.0 --dry-run")
    assert never.code is ExitCode.USAGE and "never pushed" in never.err
    deliver(shop, inv, "0.1.0")
    said = inv("delivery.promote --version 0.1.0 --dry-run")
    assert said.code is ExitCode.OK
    assert "check approval delivery v0.1.0 in prod" in said.out
    assert shop.namespace("prod").releases.list() == []


def test_a_dry_run_prints_the_plan_that_would_run(shop: Shop, inv: Inv) -> None:
    said = inv("ci.run --branch release/delivery/v0.1.0 --dry-run").out.splitlines()
    assert said[0] == "the release branch release/delivery/v0.1.0"
    assert said[1] == "  build delivery  (a release is built and tested in full)"
    assert said[-1] == "  await approval delivery v0.1.0  (production needs an approval; verified in qa)"
    assert inv("ci.plan --branch release/delivery/v0.1.0").out.splitlines() == said


def test_a_plan_as_json(inv: Inv) -> None:
    plan = json.loads(inv("ci.plan --json").out)
    assert [action["verb"] for action in plan["actions"]] == [
        *("build", "test", "image", "scan", "package", "publish")
    ]
    assert {action["version"] for action in plan["actions"]} == {None}
    release = json.loads(inv("ci.plan --branch release/delivery/v0.1.0 --json").out)
    assert release["actions"][-1]["version"] == "0.1.0"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("delivery.deploy --env qaa --version 0.1.0", "there is no environment 'qaa'"),
        ("delivery.deploy --env qaa --version 0.1.0", "did you mean qa?"),
        ("delivery.deploy --env qa --version 1.0", "'1.0' is not a SemVer 2.0 version"),
        ("delivery.push", "which version?"),
        ("delivery.verify", "which version?"),
        ("delivery.approve", "which version?"),
        ("delivery.promote --version v01.0.0", "'v01.0.0' is not a SemVer 2.0 version"),
        ("delivery.promote --version 1.0.0+x", "build metadata"),
        ("delivery.switch --version 0.1.0 --expect-active x", "correct --expect-active: a version, or none"),
        ("delivery.rollback --version x", "'x' is not a SemVer 2.0 version"),
        ("delivery.logs --version x", "'x' is not a SemVer 2.0 version"),
        ("delivery.deploy --env dev --version 0.1.0", "it was never pushed"),
        ("delivery.verify --version 0.1.0", "it is not deployed there"),
        ("delivery.switch --version 0.1.0", "it is not deployed there"),
        ("release.cut deliveri --bump minor", "did you mean delivery?"),
        ("release.cut delivery --bump huge", "one of major, minor, patch"),
        ("release.cut delivery --version 1.0 --push", "is not a SemVer"),
        ("ci.run --branch release/delivery/1.0", "must start with v"),
        ("ci.run --branch release/nobody/v1.0.0", "there is no service 'nobody'"),
        ("ci.run --event merge", "there is no event 'merge'"),
        ("ci.run --base nowhere", "there is no commit 'nowhere'"),
        ("ci.deliver --branch main", "deliver a release"),
        ("ci.deliver --branch release/delivery/v0.1.0", "it was never pushed"),
    ],
)
def test_what_one_may_mistype(shop: Shop, inv: Inv, words: str, said: str) -> None:
    typed = inv(words)
    assert typed.code is ExitCode.USAGE
    assert said in typed.err
    assert "Traceback" not in typed.err
    assert shop.builder.built == [] and shop.source.branches("release/*") == []


@pytest.mark.parametrize(
    "words", ["release.cut greeter", "all.test --only greeter", "all.status --only greeter"]
)
def test_a_folder_that_lacks_little_to_be_a_service(shop: Shop, inv: Inv, words: str) -> None:
    shop.write({"services/greeter/Dockerfile": "FROM scratch\n"})
    typed = inv(words)
    assert typed.code is ExitCode.USAGE
    assert "services/greeter has a Dockerfile but no service.toml" in typed.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("delivery.deploy --env qa", ExitCode.REFUSED, "beyond dev only released versions are deployed"),
        ("delivery.rollback", ExitCode.REFUSED, "never went to another version"),
        ("release.cut delivery --version 0.1.0 --key /nowhere", ExitCode.USAGE, "/nowhere is not there"),
    ],
)
def test_what_is_refused(inv: Inv, words: str, code: ExitCode, said: str) -> None:
    typed = inv(words)
    assert typed.code is code
    assert said in typed.err


def test_the_reason_is_the_commit_unless_one_is_given(shop: Shop, inv: Inv) -> None:
    deliver(shop, inv, "0.1.0")
    revision = shop.namespace().releases.get("delivery-v0-1-0")
    assert revision is not None and revision.description == f"first ({shop.source.head().sha[:12]})"


def test_the_working_tree_in_dev_takes_the_traffic(shop: Shop, inv: Inv) -> None:
    assert inv("delivery.deploy --reason trying").code is ExitCode.OK
    live = active_version(shop.bench, shop.service, shop.dev)
    assert live is not None and live.is_working_tree


def test_a_scan(shop: Shop, inv: Inv) -> None:
    assert inv("delivery.scan --dry-run").out == "inv delivery.scan\n  scan delivery  (asked for)\n"
    assert inv("delivery.scan").code is ExitCode.OK
    shop.grype.finds = [finding()]
    refused = inv("delivery.scan --force")
    assert refused.code is ExitCode.SCAN_REFUSED
    assert "CVE-2026-0001" in refused.err and "what to do" in refused.err
    shop.write({"policy/scan.toml": "severty = 'low'\nmax_age_days = 0\n"})
    wrong = inv("delivery.scan")
    assert wrong.code is ExitCode.CONFIG
    assert "policy/scan.toml:1: severty" in wrong.err and "policy/scan.toml:2: max_age_days" in wrong.err


@pytest.mark.parametrize("typed", ["delivery.switch --version 1.0.2", "delivery.rollback"])
def test_traffic_is_production_s_whatever_that_is_called(shop: Shop, inv: Inv, typed: str) -> None:
    live = samples.environment("live", production=True)
    environments = {"qa": samples.environment("qa"), "live": live}
    settings = replace(shop.bench.settings, environments=environments)
    shop.bench = replace(shop.bench, settings=settings)
    said = inv(f"{typed} --dry-run")
    assert "live" in said.out + said.err and "there is no environment" not in said.err
