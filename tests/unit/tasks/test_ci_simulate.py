"""The table of all events (``tests/unit/golden/events.toml``), and what else `ci.simulate` does."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from build_tasks.errors import ExitCode
from tests.fakes import samples
from tests.unit.steps.shop import BASE, Shop
from tests.unit.tasks.conftest import Inv

TABLE = Path(__file__).parents[1] / "golden" / "events.toml"


@pytest.fixture(autouse=True)
def two_services(shop: Shop) -> None:
    """``delivery`` and ``package``, on main."""
    dockerfile = f"FROM {BASE} AS build\nFROM build AS testrunner\nFROM build AS final\n"
    package = {
        "services/package/Dockerfile": dockerfile,
        "services/package/chart/Chart.yaml": "name: package\nversion: 0.0.0\n",
    }
    shop.commit(package)
    shop.publish()
    shop.bench = replace(
        shop.bench, services={name: samples.service(name) for name in ("delivery", "package")}
    )


def _cases() -> Iterator[Any]:
    for row, table in tomllib.loads(TABLE.read_text(encoding="utf-8")).items():
        for case in table["cases"]:
            assert set(case) <= {"typed", "plan", "says", "code"} and ("plan" in case) is ("code" not in case)
            yield pytest.param(case, id=f"{row.partition(':')[0]}: {case['typed']}")


@pytest.mark.parametrize("case", [*_cases()])
def test_every_event(shop: Shop, inv: Inv, case: dict[str, Any]) -> None:
    said = inv(f"ci.simulate {case['typed']}")
    assert said.code.name == case.get("code", "OK"), said.err
    assert case.get("says", "") in (said.err if "code" in case else said.out)
    assert "Traceback" not in said.err
    if "plan" in case:
        plan = json.loads(inv(f"ci.simulate {case['typed']} --json").out)
        titles = [line.strip().partition("  ")[0] for line in said.out.splitlines()[1:]]
        shown = [title for title in titles if not title.startswith(("skip ", "nothing to do"))]
        assert shown == case["plan"]
        assert [action["verb"] for action in plan["actions"]] == [_verb(title) for title in case["plan"]]
    assert shop.builder.built == []


def _verb(title: str) -> str:
    return "await-approval" if title.startswith("await approval") else title.partition(" ")[0]


def test_the_table_has_all_rows_of_the_readme() -> None:
    """A row that is added there is to be added here."""
    rows = [*tomllib.loads(TABLE.read_text(encoding="utf-8"))]
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## What happens when")[2].partition("## ")[0]
    assert table.count("\n| ") == 8
    for words in ("feature/<service>/**", "topic/<service>/**", "release/<service>/v<semver>"):
        assert words in table and any(words in row for row in rows)
    for words in ("pull request into main", "push to main"):
        assert words in table
    assert [row.partition(" ")[0] for row in rows[:4]] == ["push", "pull", "push", "branch"]


def test_the_branch_need_not_exist_and_is_not_made(shop: Shop, inv: Inv) -> None:
    before = shop.source.branches("*")
    assert inv("ci.simulate --ref release/delivery/v1.0.2").code is ExitCode.OK
    assert shop.source.branches("*") == before


def test_a_branch_that_exists_is_compared_by_its_own_commits(shop: Shop, inv: Inv) -> None:
    shop.source.create_branch("feature/delivery/x", "HEAD")
    shop.source.check_out("feature/delivery/x")
    tip = shop.commit({"services/delivery/app.py": "changed\n"})
    shop.source.check_out("main")
    said = json.loads(inv("ci.simulate --ref feature/delivery/x --json").out)
    assert said["event"]["head"] == tip
    assert [action["verb"] for action in said["actions"]] == ["build", "test"]


def test_a_branch_that_does_not_is_what_is_checked_out(shop: Shop, inv: Inv) -> None:
    shop.commit({"services/delivery/app.py": "changed\n"})
    said = inv("ci.simulate --ref feature/delivery/new").out
    assert "build delivery  (services/delivery/app.py changed" in said


def test_the_answer_in_json_says_what_was_understood(shop: Shop, inv: Inv) -> None:
    typed = "--event pull_request --ref x --target topic/big --actor ann --fork --base HEAD"
    said = json.loads(inv(f"ci.simulate {typed} --json").out)
    head = shop.source.head().sha
    assert said["event"] == {
        "kind": "pull_request",
        "branch": "x",
        "base": head,
        "head": head,
        "target": "topic/big",
        "actor": "ann",
        "pull_request": "",
        "fork": True,
        "named": "",
        "unbased": "",
        "lack": None,
    }
    assert said["actions"] == [] and said["because"].startswith("pull request from x (a fork) into topic/big")


def test_a_ci_has_no_say_in_it(shop: Shop, inv: Inv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_REF", "refs/heads/main")
    said = inv("ci.simulate --ref docs/x")
    assert said.out.startswith("branch docs/x is none that triggers a build")
