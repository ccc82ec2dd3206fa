"""A promotion that is planned, drifts, is planned anew and applied; and two who must approve it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from build_tasks.errors import ExitCode
from tests.integration.conftest import Terminal, Told, Typed

pytestmark = pytest.mark.timeout(1200)

SERVICE = "dronescheduler"


@pytest.fixture(scope="module")
def delivered(told: Told) -> str:
    """The next version of the service waits in QA for its approvers; production runs the one before."""
    told.developer.must("release.cut", SERVICE, "--bump", "patch", "--key", told.key("rhea"), "--push")
    told.agent.git("fetch", "--quiet", "--tags", "origin")
    branches = told.agent.git("branch", "--remotes", "--list", f"origin/release/{SERVICE}/*").split()
    newest = max(branches, key=lambda name: [int(part) for part in name.rpartition("/v")[2].split(".")])
    told.agent.git("checkout", "--quiet", "-B", newest.removeprefix("origin/"), newest)
    told.agent.must("ci.run")
    return newest.rpartition("/v")[2]


@pytest.fixture(scope="module")
def clone(told: Told, delivered: str, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A clone with an origin of its own, whose main may say what it likes without disturbing anybody."""
    folder = tmp_path_factory.mktemp("plans")
    told.developer.git("clone", "--quiet", str(told.stage / "origin.git"), str(folder / "clone"))
    terminal = Terminal(folder / "clone")
    terminal.git("clone", "--quiet", "--bare", ".", str(folder / "origin.git"))
    terminal.git("remote", "set-url", "origin", str(folder / "origin.git"))
    return terminal


def test_of_two_approvals_one_is_missing(told: Told, clone: Terminal, delivered: str) -> None:
    file = clone.folder / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    _main_says(clone, f"{text}\n[tool.build_tasks.approval]\nrequired = 2\n")
    said = clone.must(f"{SERVICE}.approve", "--version", delivered, "--key", told.key("amir"))
    assert "1 of 2 approvals: amir; missing 1" in said.out
    file.write_text(text, encoding="utf-8")  # the working tree may want what it likes
    refused = clone.inv(f"{SERVICE}.promote", "--version", delivered)
    _refused(refused, "1 of 2 approvals: amir; missing 1", "may approve: ")
    _main_says(clone, text)


def test_a_plan_shows_what_would_change_and_changes_nothing(
    clone: Terminal, delivered: str, tmp_path: Path
) -> None:
    before = _live(clone)
    seen, plan = _plan(clone, delivered, tmp_path / "plan.json")
    assert (plan["version"], plan["active"]) == (delivered, before)
    assert f"image      {plan['image']}" in seen.out and f"chart      {plan['chart']}" in seen.out
    assert [one["by"] for one in plan["approvals"]] == ["amir"]
    assert "would be refused" not in seen.out, seen.out
    changed = [line for line in seen.out.splitlines() if line.startswith(("-", "+"))]
    assert f"+++ Deployment/{_release(delivered)} (planned)" in changed
    assert any(f"v{before}" in line for line in changed if line.startswith("-"))
    assert any(f"v{delivered}" in line for line in changed if line.startswith("+"))
    assert _release(before) not in "\n".join(changed), "names alone are no difference"
    assert _live(clone) == before


def test_a_plan_that_drifted_is_refused_and_names_what(
    clone: Terminal, delivered: str, tmp_path: Path
) -> None:
    file, before = tmp_path / "plan.json", _live(clone)
    _, plan = _plan(clone, delivered, file)
    for field, value, said in (
        ("image", plan["chart"], "the image:"),
        ("chart", plan["image"], "the chart:"),
        ("active", "9.9.9", f"the active version: it is v{before} by now"),
        ("running", plan["image"], "what runs:"),
        ("manifests", plan["image"], "the manifests:"),
        ("approvals", [{**plan["approvals"][0], "by": "nobody"}], "the one by nobody counts no more"),
    ):
        file.write_text(json.dumps({**plan, field: value}))
        _refused(clone.inv(f"{SERVICE}.promote", "--apply", str(file)), said, "nothing was done")
    assert _live(clone) == before
    file.write_text("{}")
    typed = clone.inv(f"{SERVICE}.promote", "--apply", str(file))
    assert typed.status == ExitCode.USAGE and "not the plan of a promotion" in typed.said


def test_a_plan_is_applied_and_applied_again(clone: Terminal, delivered: str, tmp_path: Path) -> None:
    file, before = tmp_path / "plan.json", _live(clone)
    _, plan = _plan(clone, delivered, file)
    for _ in range(2):
        clone.must(f"{SERVICE}.promote", "--apply", str(file))
    assert _live(clone) == delivered
    rows = {row["version"]: row for row in clone.json(f"{SERVICE}.status", "--env", "prod")}
    assert rows[f"v{delivered}"]["image"] == plan["image"]
    refused = clone.inv(f"{SERVICE}.switch", "--version", before, "--expect-active", before)
    _refused(refused, f"its traffic goes to v{delivered} by now")
    clone.must(f"{SERVICE}.switch", "--version", before, "--expect-active", delivered)
    assert _live(clone) == before
    clone.must(f"{SERVICE}.switch", "--version", delivered)


def _release(version: str) -> str:
    return f"{SERVICE}-v{version.replace('.', '-')}"


def _plan(terminal: Terminal, version: str, file: Path) -> tuple[Typed, dict[str, Any]]:
    typed = terminal.must(f"{SERVICE}.promote", "--version", version, "--plan", str(file))
    return typed, json.loads(file.read_text())


def _live(terminal: Terminal) -> str:
    rows = terminal.json(f"{SERVICE}.status", "--env", "prod")
    [live] = [row["version"] for row in rows if row["live"]]
    return str(live).removeprefix("v")


def _main_says(terminal: Terminal, settings: str) -> None:
    """A pull request into main that changes the settings."""
    (terminal.folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    terminal.git("commit", "--quiet", "--all", "-m", "How many approve")
    terminal.git("push", "--quiet", "origin", "main")


def _refused(typed: Typed, *words: str) -> None:
    assert typed.status == ExitCode.REFUSED, typed.said
    assert "Traceback" not in typed.said
    missing = [word for word in words if word not in typed.said]
    assert not missing, typed.said
