"""Tools from Go modules are built once, and wholly or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from build_tasks.adapters.provisioning.content_store import ContentStore
from build_tasks.errors import FlowError
from build_tasks.model.platform import Found, GoProgram, HostPackages, Obtainable, ToolRecipe
from build_tasks.steps.platform.go_modules import GoModules, kept_sources
from tests.fakes.provisioning import FakeCompiler, FakeHost

_C = HostPackages("compile-c", "a C library", ("gcc",), {})


@pytest.fixture
def recipe(tmp_path: Path) -> ToolRecipe:
    folder = tmp_path / "recipe"
    folder.mkdir()
    for name in ("go.mod", "go.sum"):
        (folder / name).write_text(f"{name}\n")
    return ToolRecipe("kube", "1.0.0", folder, {"a": "x/a", "b": "x/b"}, stamps={"v": "1.0.0"})


def _source(tmp_path: Path, compiler: FakeCompiler, host: FakeHost | None = None) -> GoModules:
    return GoModules(compiler, ContentStore(tmp_path / "cache"), host or FakeHost(), _C)


def test_every_program_is_built_with_the_recipe_s_settings(tmp_path: Path, recipe: ToolRecipe) -> None:
    compiler = FakeCompiler()
    source = _source(tmp_path, compiler)
    assert isinstance(source.look(recipe, "a"), Obtainable)
    source.bring(recipe, lambda _: None)
    stamps = {"v": "1.0.0"}
    assert compiler.built == [GoProgram(recipe.folder, package, stamps=stamps) for package in ("x/a", "x/b")]
    answer = source.look(recipe, "b")
    assert isinstance(answer, Found)
    assert answer.path.read_text() == "x/b"


def test_a_program_may_have_a_version_of_its_own(tmp_path: Path, recipe: ToolRecipe) -> None:
    recipe = replace(recipe, program_stamps={"b": {"main.version": "2.5.0"}})
    source = _source(tmp_path, FakeCompiler())
    source.bring(recipe, lambda _: None)
    found = [source.look(recipe, program) for program in ("a", "b")]
    assert [one.version for one in found if isinstance(one, Found)] == ["1.0.0", "2.5.0"]


def test_what_another_run_built_meanwhile_is_not_built_again(tmp_path: Path, recipe: ToolRecipe) -> None:
    _source(tmp_path, FakeCompiler()).bring(recipe, lambda _: None)
    late = FakeCompiler()
    _source(tmp_path, late).bring(recipe, lambda _: None)
    assert late.built == []


def test_a_failed_build_leaves_nothing(tmp_path: Path, recipe: ToolRecipe) -> None:
    source = _source(tmp_path, FakeCompiler(fails={"x/b"}))
    with pytest.raises(FlowError, match="does not compile"):
        source.bring(recipe, lambda _: None)
    assert isinstance(source.look(recipe, "a"), Obtainable)
    assert [p.name for p in (tmp_path / "cache" / "kube").iterdir()] == [".lock"]


def test_sources_are_kept_beside_the_programs_and_can_be_removed(tmp_path: Path, recipe: ToolRecipe) -> None:
    sources = tmp_path / "modules" / "example.org/kube"
    (sources / "filters" / "deep").mkdir(parents=True)
    for path in ("filters/deep/a.h", "filters/b.c", "crd.yaml", "left-out"):
        (sources / path).write_text(path)
        (sources / path).chmod(0o444)
    (sources / "filters").chmod(0o555)
    keeping = replace(recipe, keep={"example.org/kube": ("filters", "crd.yaml")})
    source = _source(tmp_path, FakeCompiler(modules=tmp_path / "modules"))
    source.bring(keeping, lambda _: None)
    answer = source.look(keeping, "a")
    assert isinstance(answer, Found)
    kept = kept_sources(answer.path, "example.org/kube")
    files = {str(f.relative_to(kept)): f for f in kept.rglob("*") if f.is_file()}
    assert {path: file.read_text() for path, file in files.items()} == {
        path: path for path in ("filters/deep/a.h", "filters/b.c", "crd.yaml")
    }
    assert all(path.stat().st_mode & 0o200 for path in (*files.values(), kept / "filters"))


def test_only_a_recipe_with_c_code_needs_a_c_compiler(tmp_path: Path, recipe: ToolRecipe) -> None:
    host = FakeHost()
    _source(tmp_path, FakeCompiler(), host).bring(recipe, lambda _: None)
    assert host.installs == []
    _source(tmp_path, FakeCompiler(), host).bring(replace(recipe, cgo=True), lambda _: None)
    assert host.installs == ["gcc"]


def test_the_key_changes_with_what_goes_in_and_only_then(recipe: ToolRecipe) -> None:
    key = recipe.key("go1 linux/amd64")
    assert replace(recipe, version="9").key("go1 linux/amd64") == key, (
        "the version is in go.mod and the stamps"
    )
    changed = [
        recipe.key("go2 linux/amd64"),
        replace(recipe, cgo=True).key("go1 linux/amd64"),
        replace(recipe, tags=("t",)).key("go1 linux/amd64"),
        replace(recipe, stamps={"v": "2"}).key("go1 linux/amd64"),
        replace(recipe, programs={"a": "x/a"}).key("go1 linux/amd64"),
        replace(recipe, keep={"x": ("sources",)}).key("go1 linux/amd64"),
    ]
    (recipe.folder / "main.go").write_text("package main")
    changed.append(recipe.key("go1 linux/amd64"))
    (recipe.folder / "go.sum").write_text("other")
    changed.append(recipe.key("go1 linux/amd64"))
    assert len({key, *changed}) == len(changed) + 1
