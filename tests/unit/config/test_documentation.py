"""docs/configuration.md says what the code does: no key, default or example more or less."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from build_tasks.config.loading import load_services, load_settings
from build_tasks.config.reserved import RESERVED
from build_tasks.config.schema import ServiceFile, SettingsTable
from build_tasks.model.evidence import APPROVAL_NAMESPACE, RECORD_NAMESPACE
from build_tasks.model.instance import Instance
from build_tasks.model.proofs import EVIDENCE_NAMESPACE
from build_tasks.planning.ci.systems import SWITCHES
from tests.unit.config.documented import HEADER, rows

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
FILES = {"A service:": ServiceFile, "The repository:": SettingsTable}


def section(title: str) -> str:
    [found] = [part for part in PAGE.split("\n## ") if part.startswith(title)]
    return found


def table(text: str) -> list[str]:
    """The rows below the header of the section's table."""
    lines = text.splitlines()
    start = lines.index(HEADER) + 2
    return [line for line in lines[start:] if line.startswith("|")]


@pytest.mark.parametrize(("title", "kind"), FILES.items())
def test_every_key_is_documented_and_no_other(title: str, kind: type[msgspec.Struct]) -> None:
    assert table(section(title)) == rows(kind)


@pytest.mark.parametrize(("title", "kind"), FILES.items())
def test_examples_and_defaults_are_what_the_code_takes(title: str, kind: type[msgspec.Struct]) -> None:
    """Each row's example in place of the least file's value, as a user would try it."""
    for row in rows(kind):
        key, _, default, example, _ = (cell.strip() for cell in row.strip("|").split(" | "))
        path = key.strip("`").replace("<name>", "qa").split(".")
        for cell in {default, example} - {"required"}:
            data = place = _least(kind)
            for part in path[:-1]:
                place = place.setdefault(part, {})
            place[path[-1]] = tomllib.loads(f"x = {cell.strip('`')}")["x"]
            msgspec.convert(data, kind)


def _least(kind: type[msgspec.Struct]) -> dict[str, Any]:
    if kind is ServiceFile:
        return {"name": "delivery", "kind": "api", "owner": "shipping"}
    return {"application": "shop", "environments": {"qa": {"cluster": "devtest", "namespace": "qa"}}}


def test_the_files_on_the_page_are_read_as_they_stand(tmp_path: Path) -> None:
    examples = {}
    for block in re.findall(r"```toml\n# (\S+)\n(.*?)```", PAGE, re.S):
        examples[block[0]] = block[1]
        file = tmp_path / block[0]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block[1])
    assert set(examples) == {"pyproject.toml", "services/delivery/service.toml"}
    settings = load_settings(tmp_path, Instance("local", tmp_path))
    assert settings.production.namespace == "backend"
    assert load_services(settings)["delivery"].drain_path == "/drain"


def test_reserved_names() -> None:
    line = " ".join(section("A service:").split())
    listed = re.search(r"`name` cannot be one of (.*?): those are tasks", line)
    assert listed is not None
    assert set(re.findall(r"`([a-z]+)`", listed[1])) == RESERVED


def test_namespaces_of_signatures() -> None:
    text = section("Who may cut and approve")
    named = set(re.findall(r'namespaces="([^"]+)"', text))
    alone = {RECORD_NAMESPACE, APPROVAL_NAMESPACE, EVIDENCE_NAMESPACE}
    assert named == {*alone, f"{RECORD_NAMESPACE},{APPROVAL_NAMESPACE}"}


def test_environment_variables_of_our_own() -> None:
    sources = [*(ROOT / "build_tasks").rglob("*.py"), ROOT / "inv"]
    used = {name for file in sources for name in re.findall(r"\bBUILD_TASKS_[A-Z_]+", file.read_text())}
    assert set(re.findall(r"\bBUILD_TASKS_[A-Z_]+", section("Environment variables"))) == used


def test_by_what_a_ci_system_is_recognised() -> None:
    for page in (section("Environment variables"), (ROOT / "docs" / "ci-events.md").read_text()):
        assert set(SWITCHES) <= set(re.findall(r"`([A-Z_]+)`", page))


def test_the_limits_of_an_instance_s_name_and_its_default() -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith("| `BUILD_TASKS_INSTANCE`"))
    assert f"`{Instance.of({}).name}`" in row and "at most 20" in row
    Instance("a" * 20, Path("/state"))


def test_this_repository_s_own_configuration_is_right() -> None:
    settings = load_settings(ROOT, Instance("local", Path("/state")))
    assert "delivery" in load_services(settings)
