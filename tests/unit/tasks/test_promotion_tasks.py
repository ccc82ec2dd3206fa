"""promote --plan and --apply as they are typed."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode
from build_tasks.steps.delivery.live import active_version
from build_tasks.steps.evidence.released import artifacts
from tests.fakes.samples import v
from tests.unit.steps.shop import Shop
from tests.unit.tasks.conftest import Inv
from tests.unit.tasks.test_flow_tasks import deliver, into_production

PLAN, APPLY = "delivery.promote --version 0.2.0 --plan {}", "delivery.promote --apply {}"


@pytest.fixture
def second(shop: Shop, inv: Inv) -> Shop:
    """0.1.0 runs in production; 0.2.0 waits for an approver."""
    into_production(shop, inv, "0.1.0")
    shop.commit({"services/delivery/app.py": "better\n"})
    shop.publish()
    deliver(shop, inv, "0.2.0")
    return shop


def test_plan_approve_apply(second: Shop, inv: Inv) -> None:
    file = second.root.parent / "plan.json"
    planned = inv(f"{PLAN.format(file)} --reason 'the big day'")
    assert planned.code is ExitCode.OK
    found = artifacts(second.bench, second.service, v("0.2.0"))
    commit = second.source.head().sha
    assert planned.out.splitlines()[:8] == [
        "promote delivery v0.2.0 to prod, which runs v0.1.0",
        f"  image      {found.image}",
        f"  chart      {found.chart}",
        f"  commit     {commit}",
        "  approvals  0 of 1",
        "  would be refused now: nobody has approved it yet",
        "  manifests  differ from what runs:",
        "--- Deployment/delivery-v0-2-0 (runs)",
    ]
    assert planned.out.splitlines()[-1] == f"next: ./inv delivery.promote --apply {file}"
    assert active_version(second.bench, second.service, second.prod) == v("0.1.0")
    refused = inv(APPLY.format(file))
    assert refused.code is ExitCode.REFUSED and "nobody has approved it yet" in refused.err
    assert inv(f"delivery.approve --version 0.2.0 --key {second.keys['ann']}").code is ExitCode.OK
    dry = inv(f"{APPLY.format(file)} --version 0.2.0 --dry-run")
    assert dry.code is ExitCode.OK
    assert "switch delivery v0.2.0 in prod" in dry.out
    assert active_version(second.bench, second.service, second.prod) == v("0.1.0")
    assert inv(APPLY.format(file)).code is ExitCode.OK
    assert active_version(second.bench, second.service, second.prod) == v("0.2.0")
    revision = second.namespace("prod").releases.get("delivery-v0-2-0")
    assert revision is not None and revision.description == "the big day"


def test_what_drifted_is_told(second: Shop, inv: Inv) -> None:
    file = second.root.parent / "plan.json"
    assert inv(PLAN.format(file)).code is ExitCode.OK
    into = json.loads(file.read_text())
    file.write_text(json.dumps({**into, "active": "0.0.9", "image": into["chart"]}))
    for words in (APPLY.format(file), f"{APPLY.format(file)} --dry-run"):
        refused = inv(words)
        assert refused.code is ExitCode.REFUSED
        assert "2 things changed since; nothing was done" in refused.err
        assert "the image: v0.2.0 is" in refused.err
        assert "the active version: it is v0.1.0 by now, the plan has v0.0.9" in refused.err


def test_a_plan_is_written_over_a_plan_and_nothing_else(second: Shop, inv: Inv) -> None:
    file = second.root.parent / "plan.json"
    for _ in range(2):
        assert inv(PLAN.format(file)).code is ExitCode.OK
    precious = second.root / "README.md"
    refused = inv(PLAN.format(precious))
    assert refused.code is ExitCode.CONFLICT and "it is there and is no plan" in refused.err
    assert precious.read_text() == "hello\n"


def test_a_plan_that_could_not_be_written_is_not_begun(second: Shop, inv: Inv) -> None:
    folder = second.root.parent / "missing"
    second.registry._tags.clear()
    refused = inv(PLAN.format(folder / "plan.json"))
    assert refused.code is ExitCode.USAGE and f"there is no folder {folder}" in refused.err


def test_a_dry_run_writes_no_plan(second: Shop, inv: Inv) -> None:
    file = second.root.parent / "plan.json"
    said = inv(f"{PLAN.format(file)} --dry-run")
    assert said.code is ExitCode.OK and "which runs v0.1.0" in said.out
    assert not file.exists()


def test_an_older_plan_stays_if_the_new_one_cannot_be_written(
    second: Shop, inv: Inv, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = second.root.parent / "plan.json"
    assert inv(PLAN.format(plan)).code is ExitCode.OK
    before = plan.read_bytes()
    beside = sorted(plan.parent.iterdir())

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    refused = inv(PLAN.format(plan))
    assert refused.code is ExitCode.USAGE and "No space left on device" in refused.err
    assert plan.read_bytes() == before
    assert sorted(plan.parent.iterdir()) == beside, "nothing half-written stays"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--apply {plan} --plan {plan}", "--plan would say something else"),
        ("--apply {plan} --reason x --downgrade", "--downgrade and --reason would say something else"),
        ("--apply {plan} --version 0.1.0", "it is about delivery v0.2.0"),
        ("--apply {plan} --version x", "'x' is not a SemVer 2.0 version"),
        ("--apply {plan}.none", "No such file or directory"),
        ("--apply {folder}", "Is a directory"),
        ("--apply {other}", "it is about package v0.2.0"),
        ("--apply {readme}", "it is not the plan of a promotion"),
        ("--version 0.2.0 --plan {folder}", "Is a directory"),
        ("--version 0.2.0 --plan {folder}/none/plan.json", "there is no folder"),
        ("--plan {plan}", "which version?"),
        ("--version 0.9.0 --plan {plan}", "it was never pushed"),
    ],
)
def test_what_one_may_mistype(second: Shop, inv: Inv, words: str, said: str) -> None:
    folder = second.root.parent
    plan, other = folder / "plan.json", folder / "other.json"
    assert inv(PLAN.format(plan)).code is ExitCode.OK
    other.write_text(plan.read_text().replace('"delivery"', '"package"'))
    given = words.format(plan=plan, folder=folder, other=other, readme=second.root / "README.md")
    typed = inv(f"delivery.promote {given}")
    assert typed.code is ExitCode.USAGE
    assert said in typed.err and "Traceback" not in typed.err
    assert active_version(second.bench, second.service, second.prod) == v("0.1.0")
