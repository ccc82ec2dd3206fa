"""``release.*`` as it is typed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode
from tests.unit.steps.shop import Shop
from tests.unit.tasks.conftest import Inv


def test_without_a_version_one_is_proposed_and_nothing_done(shop: Shop, inv: Inv) -> None:
    assert inv("release.cut delivery --version 1.0.2 --push").code is ExitCode.OK
    sha = shop.commit({"services/delivery/app.py": "2\n"}, "feat: accept weights")
    shop.publish()
    refs = dict(shop.origin.refs)
    said = inv("release.cut delivery")
    assert said.code is ExitCode.OK
    assert said.out.splitlines() == [
        "delivery: v1.1.0 proposed, after v1.0.2",
        f"  minor: {sha[:12]} feat: accept weights",
        "since then, what delivery is built from was changed by",
        f"  {sha[:12]}  2026-01-01  feat: accept weights",
        "to cut it: ./inv release.cut delivery --version 1.1.0 --push",
    ]
    assert shop.origin.refs == refs and list(shop.source.tags("*")) == ["record/delivery/v1.0.2"]
    assert inv(said.out.splitlines()[-1].removeprefix("to cut it: ./inv ")).code is ExitCode.OK


def test_the_first_release(inv: Inv) -> None:
    assert inv("release.cut delivery").out.splitlines() == [
        "delivery: v0.1.0 proposed",
        "  it was never released",
        "to cut it: ./inv release.cut delivery --version 0.1.0 --push",
    ]


def test_nothing_to_release(shop: Shop, inv: Inv) -> None:
    inv("release.cut delivery --version 1.0.2 --push")
    said = inv("release.cut delivery --dry-run")
    why = "nothing that it is built from changed since v1.0.2"
    assert (said.code, said.out) == (
        ExitCode.OK,
        f"delivery: no release proposed, after v1.0.2: {why}\n",
    )


def test_a_proposal_with_many_commits(shop: Shop, inv: Inv) -> None:
    inv("release.cut delivery --version 1.0.2 --push")
    for number in range(33):
        shop.commit({"services/delivery/app.py": f"{number}\n"}, f"Change {number}")
    shop.publish()
    lines = inv("release.cut delivery").out.splitlines()
    assert lines[3].endswith("Change 32")
    assert lines[-2:] == [
        "  ... and 3 more",
        "to cut it: ./inv release.cut delivery --version 1.0.3 --push",
    ]


def test_a_proposal_as_json(shop: Shop, inv: Inv) -> None:
    inv("release.cut delivery --version 1.0.2 --push")
    sha = shop.commit({"services/delivery/app.py": "2\n"}, "fix!: x")
    shop.publish()
    made = json.loads(inv("release.cut delivery --json").out)
    assert (made["last"], made["version"], made["bump"]) == ("1.0.2", "2.0.0", "major")
    assert [commit["sha"] for commit in made["commits"]] == [sha]


@pytest.mark.parametrize("words", ["--bump minor", "--version 1.1.0"])
def test_a_dry_run_says_what_would_be_cut(shop: Shop, inv: Inv, words: str) -> None:
    inv("release.cut delivery --version 1.0.2 --push")
    said = inv(f"release.cut delivery {words} --push --dry-run")
    assert said.out.splitlines()[0] == f"cut delivery v1.1.0 at {shop.source.head().sha[:12]} first"
    assert said.out.splitlines()[-1] == "  push both to origin"
    assert list(shop.source.tags("*")) == ["record/delivery/v1.0.2"]


def test_the_list_of_a_service(shop: Shop, inv: Inv) -> None:
    inv("release.cut delivery --version 1.0.2 --push")
    inv("ci.run --branch release/delivery/v1.0.2 --no-deliver")
    said = inv("release.list --service delivery")
    assert said.code is ExitCode.OK
    columns, line = said.out.splitlines()
    assert columns.split() == [
        "service",
        "version",
        "cut",
        "by",
        "commit",
        "runs",
        "in",
        "promoted",
        "approval",
    ]
    sha = shop.source.head().sha[:12]
    assert line.split() == ["delivery", "v1.0.2", "2026-03-01", "cutter", sha, "waiting"]


def test_the_list_of_all_as_json(shop: Shop, inv: Inv) -> None:
    inv("release.cut delivery --version 1.0.2 --push")
    [found] = json.loads(inv("release.list --no-running --json").out)
    assert (found["service"], found["version"], found["cut_by"]) == ("delivery", "v1.0.2", "cutter")
    assert (found["cut"], found["runs"], found["approval"]) == ("2026-03-01T12:00:00Z", [], "not pushed")


def test_nothing_was_released(inv: Inv) -> None:
    assert inv("release.list --service delivery").out == (
        "delivery was never released: ./inv release.cut delivery\n"
    )
    assert inv("release.list").out == "nothing was ever released: ./inv release.cut SERVICE\n"
    assert inv("release.list --json").out == "[]\n"
    assert inv("release.list --service deliveri").code is ExitCode.USAGE
    assert inv("release.list --last -1").code is ExitCode.USAGE


def test_what_main_s_pipeline_has_not_let_through_is_not_cut(shop: Shop, inv: Inv) -> None:
    shop.bench = replace(shop.bench, settings=replace(shop.bench.settings, require_candidate=True))
    for words in ("--dry-run", "--push"):
        refused = inv(f"release.cut delivery --version 1.0.2 {words}")
        assert refused.code is ExitCode.REFUSED
        assert "main's pipeline did not pass for delivery" in refused.err
    assert inv("ci.run --branch main").code is ExitCode.OK
    assert inv("release.cut delivery --version 1.0.2 --push").code is ExitCode.OK
