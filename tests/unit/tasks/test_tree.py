"""The tree of tasks: a folder with a service.toml has its tasks, and every flag explains itself."""

from __future__ import annotations

import inspect
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from invoke import Collection, Task

from build_tasks.config.reserved import RESERVED
from build_tasks.tasks import namespace
from build_tasks.tasks.names import service_names
from build_tasks.tasks.program import InvProgram

ROOT = Path(__file__).parents[3]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in ("delivery", "package"):
        folder = tmp_path / "services" / name
        folder.mkdir(parents=True)
        (folder / "service.toml").write_text(f'name = "{name}"\nkind = "api"\nowner = "x"\n')
    return tmp_path


def test_services_are_folders_with_a_service_toml(repository: Path) -> None:
    (repository / "services" / "shared").mkdir()
    assert service_names(repository) == ["delivery", "package"]


def test_a_reserved_name_does_not_hide_a_task(repository: Path) -> None:
    (repository / "services" / "ci").mkdir()
    (repository / "services" / "ci" / "service.toml").write_text("")
    assert "ci" not in service_names(repository)
    assert "run" in namespace(repository).collections["ci"].task_names


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tool = 3",
        "[tool\n",
        "[tool.build_tasks]\n",
        "[tool]\nbuild_tasks = []\n",
        '[tool.build_tasks]\nservices = "services"',
    ],
)
def test_a_wrong_configuration_does_not_keep_tasks_from_being_listed(repository: Path, text: str) -> None:
    (repository / "pyproject.toml").write_text(text)
    assert service_names(repository) == ["delivery", "package"]


def test_another_folder_of_services(repository: Path) -> None:
    (repository / "pyproject.toml").write_text('[tool.build_tasks]\nservices = "src"\n')
    assert service_names(repository) == []
    (repository / "services").rename(repository / "src")
    assert service_names(repository) == ["delivery", "package"]


def test_top_level_names_are_reserved(repository: Path) -> None:
    """A service of such a name would be a configuration error, so none can hide a task."""
    tree = namespace(repository)
    own = {*tree.collections, *tree.tasks} - {"delivery", "package"}
    assert own <= RESERVED


@pytest.mark.parametrize(
    ("words", "collections"),
    [
        (["ci.affected", "--base", "HEAD~1"], {"ci"}),
        (["delivery.test", "--force"], {"delivery"}),
        (["delivery.test", "ci.plan"], {"delivery", "ci"}),
        (["--search-root", "/x", "ci.run", "--base", "origin/main", "--event", "push"], {"ci"}),
        (["release.cut", "package", "--bump", "minor"], {"release", "package"}),
        (["--help", "package.build"], {"package"}),
        (["demo", "ci.run"], {"ci"}),
        ([], None),
        (["demo"], None),
        (["build"], None),
        (["deliveri.test"], None),
        (["--list", "delivery"], None),
        (["-l", "delivery"], None),
        (["--complete", "--", "ci.run", "deli"], None),
    ],
)
def test_only_the_collections_that_a_command_line_may_mean(
    repository: Path, words: list[str], collections: set[str] | None
) -> None:
    everything = namespace(repository)
    tree = namespace(repository, words)
    assert set(tree.collections) == (set(everything.collections) if collections is None else collections)
    assert ("demo" in tree.tasks) == (collections is None or "demo" in words)
    for name, made in tree.collections.items():
        assert made.task_names == everything.collections[name].task_names


def test_a_mistyped_task_may_have_meant_one_that_was_not_made(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(ROOT / "tasks.py", repository)
    words = ["--search-root", str(repository), "delivery.test", "platfrom.up"]
    monkeypatch.setattr("sys.argv", ["inv", *words])
    monkeypatch.delitem(sys.modules, "tasks", raising=False)
    with pytest.raises(SystemExit) as ended:
        InvProgram().run()
    assert ended.value.code == 2
    assert "did you mean `platform.up`?" in capsys.readouterr().err


def test_the_order_of_the_list_is_that_of_the_work(repository: Path) -> None:
    whole = ["all", "app", "release", "ci", "platform", "repo"]
    assert [*namespace(repository).collections] == ["delivery", "package", *whole]


def test_every_service_has_the_same_tasks(repository: Path) -> None:
    services = namespace(repository).collections
    names = set(services["delivery"].task_names)
    assert names == set(services["package"].task_names)
    flow = "build test image package push deploy verify approve reject promote switch rollback retire"
    assert set(f"{flow} history status logs".split()) <= names


def _tasks(collection: Collection, prefix: str = "") -> list[tuple[str, Task[Any]]]:
    found: list[tuple[str, Task[Any]]] = [
        (f"{prefix}{name}", task) for name, task in collection.tasks.items()
    ]
    for name, inner in collection.collections.items():
        found += _tasks(inner, f"{prefix}{name}.")
    return found


def test_every_task_and_every_flag_explains_itself(repository: Path) -> None:
    unexplained = []
    for name, task in _tasks(namespace(repository)):
        if not inspect.getdoc(task.body):
            unexplained.append(name)
        parameters = [*inspect.signature(task.body).parameters][1:]
        described = {flag.replace("-", "_") for flag in task.help}
        unexplained += [f"{name} --{flag}" for flag in parameters if flag not in described]
    assert unexplained == []


def test_where_a_task_works_by_default_is_said(repository: Path) -> None:
    """Somebody who leaves out ``--env`` must not have to try where that leads."""
    for name, task in _tasks(namespace(repository)):
        environment = inspect.signature(task.body).parameters.get("env")
        if name == "platform.account":
            assert task.help["env"].endswith("(must be given)")
        elif environment is not None:
            default = environment.default or (
                "production" if name.endswith(("switch", "rollback")) else "all"
            )
            assert f"(default: {default})" in task.help["env"], name


def test_a_number_that_is_taken_by_default_is_said(repository: Path) -> None:
    for name, task in _tasks(namespace(repository)):
        for flag, parameter in inspect.signature(task.body).parameters.items():
            if type(parameter.default) is int and parameter.default:
                assert f"(default: {parameter.default}" in task.help[flag], f"{name} --{flag}"


def test_every_task_that_changes_something_can_be_tried_dry(repository: Path) -> None:
    tasks = dict(_tasks(namespace(repository)))
    changing = ["push", "deploy", "verify", "switch", "rollback", "retire", "promote"]
    everywhere = ["all.build", "all.test", "all.image", "all.package", "app.deploy"]
    whole = ["ci.run", "ci.deliver", "ci.generate", "platform.prune", *everywhere]
    for name in [*(f"delivery.{verb}" for verb in changing), *whole]:
        assert "dry_run" in inspect.signature(tasks[name].body).parameters, name
