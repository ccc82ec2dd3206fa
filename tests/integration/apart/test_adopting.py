"""docs/adopting.md, done to a repository that has never heard of us: its own code blocks, with the wheel."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from build_tasks.errors import ExitCode
from tests.integration.conftest import ROOT, Terminal, Typed
from tests.integration.shop import commit, commit_policies, open_shop, release

PAGE = (ROOT / "docs" / "adopting.md").read_text(encoding="utf-8")
PIPELINE = Path(".github", "workflows", "catalogue.yml")
#: What builds the shop before it has the tasks.
BEFORE = """\
name: catalogue
on:
  push:
    branches: [trunk]
    paths: ["src/catalogue/**"]
permissions:
  contents: read
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: docker build -f src/catalogue/Dockerfile -t registry.example.org/catalogue:1 .
      - run: docker push registry.example.org/catalogue:1
"""


def block(language: str, holding: str) -> str:
    """The page's code block of that language with that text in it."""
    [found] = [text for text in re.findall(rf"```{language}\n(.*?)```", PAGE, re.S) if holding in text]
    return str(found)


@dataclass(frozen=True)
class Adopter(Terminal):
    """A repository with a copy of the wrapper, the wheel and a lock."""

    def inv(self, *words: str, **env: str) -> Typed:
        return self._run([str(self.folder / "inv"), *words], env)


@pytest.fixture(scope="module")
def vendored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What step 1 of the page commits, made from our last commit, and the ``.venv`` that comes of it."""
    folder = tmp_path_factory.mktemp("vendored")
    clone, shop = folder / "build-tasks", folder / "shop"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    shop.mkdir()
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir=vendor", str(clone)], cwd=shop, check=True)
    [wheel] = (shop / "vendor").glob("build_tasks-*.whl")
    shutil.copy(clone / "inv", shop)
    lock = (clone / "requirements.lock").read_text()
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (shop / "requirements.lock").write_text(f"{lock}./vendor/{wheel.name} --hash=sha256:{digest}\n")
    subprocess.run([str(shop / "inv"), "--version"], cwd=folder, check=True, capture_output=True)
    return shop


@pytest.fixture
def shop(tmp_path: Path, vendored: Path) -> Adopter:
    """The bookshop as it is when only step 1 of the page was done."""
    shop = Adopter(tmp_path / "shop")
    open_shop(shop)
    (shop.folder / PIPELINE).parent.mkdir(parents=True)
    (shop.folder / PIPELINE).write_text(BEFORE)
    commit(shop, "Its pipeline")
    shutil.copytree(vendored, shop.folder, symlinks=True, dirs_exist_ok=True)
    return shop


def adopt(shop: Adopter) -> None:
    """Steps 1 and 2 of the page."""
    (shop.folder / "tasks.py").write_text(block("python", "namespace"))
    (shop.folder / "pyproject.toml").write_text(block("toml", "[tool.build_tasks]"))
    commit(shop, "The tasks")


def findings(shop: Adopter) -> Any:
    typed = shop.inv("ci.lint", "--json")
    return typed.status, json.loads(typed.out)


def test_the_wheel_alone_brings_the_tasks_of_its_services(shop: Adopter) -> None:
    adopt(shop)
    listed = shop.must("--list").out
    assert "catalogue.promote" in listed and "ci.run" in listed
    assert "delivery." not in listed
    where = "import build_tasks; print(build_tasks.__file__)"
    python = str(shop.folder / ".venv" / "bin" / "python")
    used = subprocess.run([python, "-c", where], cwd=shop.folder, capture_output=True, text=True, check=True)
    assert Path(used.stdout.strip()).is_relative_to(shop.folder / ".venv")


def test_the_service_of_the_page_is_the_one_that_is_tried(shop: Adopter) -> None:
    written = block("toml", 'name = "catalogue"')
    folder = shop.folder / "src" / "catalogue"
    assert (folder / "service.toml").read_text() == written
    assert (folder / "Dockerfile").read_text() == block("dockerfile", "testrunner")


def test_what_the_pipeline_of_before_misses_is_found(shop: Adopter) -> None:
    adopt(shop)
    status, said = findings(shop)
    assert status == ExitCode.CONFIG
    found = {(one["rule"], one["file"]) for one in said["findings"]}
    assert {("missed-input", str(PIPELINE)), ("no-scan", str(PIPELINE))} <= found
    assert any("src/common" in one["message"] for one in said["findings"] if one["rule"] == "missed-input")


def test_generated_pipelines_take_its_place(shop: Adopter) -> None:
    adopt(shop)
    shop.must("ci.generate")
    shop.git("rm", "--quiet", str(PIPELINE))
    commit(shop, "Generated pipelines")
    written = (shop.folder / ".github" / "workflows" / "build.yml").read_text()
    assert "./inv ci.run" in written and "trunk" in written
    assert os.access(shop.folder / "inv", os.X_OK) and shop.git(
        "ls-files", "inv", "requirements.lock", "vendor"
    )
    shop.must("ci.generate", "--check")
    assert findings(shop)[0] == ExitCode.OK


def test_what_a_change_concerns_is_derived(shop: Adopter) -> None:
    adopt(shop)
    pages = shop.folder / "src" / "common" / "pages.sh"
    pages.write_text(pages.read_text() + "# changed\n")
    commit(shop, "The pages of all services")
    [affected] = shop.json("ci.affected", "--base", "HEAD~1")["services"]
    assert (affected["service"], affected["reason"]) == ("catalogue", "copied-by-dockerfile")
    assert affected["path"] == "src/common/pages.sh"


def test_a_release_can_be_looked_at_before_there_is_one(shop: Adopter) -> None:
    adopt(shop)
    said = shop.must("ci.simulate", "--ref", "release/catalogue/v0.1.0").out
    assert "push catalogue v0.1.0" in said and "await approval catalogue v0.1.0" in said


@pytest.mark.timeout(600)
def test_its_first_release_reaches_production(platform: None, shop: Adopter, tmp_path: Path) -> None:
    """Main's pipeline, a cut, QA, an approval and a promotion: nothing of the sample application is there."""
    adopt(shop)
    commit_policies(shop, tmp_path)
    assert "2 passed, 0 failed, 0 skipped" in shop.must("catalogue.test").said
    release(shop, "0.1.0", tmp_path)
    [deployed] = shop.json("catalogue.status", "--env", "prod")
    assert (deployed["version"], deployed["live"], deployed["verified"]) == ("v0.1.0", True, True)
