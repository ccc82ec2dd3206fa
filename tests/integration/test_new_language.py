"""A service in a language the tasks have never heard of: a folder is enough."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode
from tests.integration.conftest import Terminal, Told

pytestmark = pytest.mark.timeout(600)

GREETER = Path(__file__).with_name("greeter")


@pytest.fixture
def shop(told: Told, tmp_path: Path) -> Terminal:
    """A clone of the demonstration's repository with an origin of its own: nobody else sees the service."""
    origin = tmp_path / "origin.git"
    subprocess.run(
        ["git", "clone", "--quiet", "--bare", str(told.stage / "origin.git"), str(origin)], check=True
    )
    subprocess.run(["git", "clone", "--quiet", str(origin), str(tmp_path / "clone")], check=True)
    return Terminal(tmp_path / "clone")


def test_a_folder_is_enough(told: Told, shop: Terminal) -> None:
    shutil.copytree(GREETER, shop.folder / "services" / "greeter")
    shop.git("add", "--all")
    shop.git("commit", "--quiet", "-m", "A service in shell")
    shop.git("push", "--quiet", "origin", "HEAD")
    assert "greeter.promote" in shop.must("--list").out
    assert "2 passed, 0 failed, 0 skipped" in shop.must("greeter.test").said
    assert "1 passed, 0 failed, 0 skipped" in shop.must("greeter.test", "--filter", "it greets").said
    nothing = shop.inv("greeter.test", "--filter", "it rains")
    assert (nothing.status, "no test matches --filter 'it rains'" in nothing.said) == (
        ExitCode.NO_TESTS,
        True,
    )
    shop.must("ci.run")
    shop.must("release.cut", "greeter", "--version", "0.1.0", "--key", told.key("rhea"), "--push")
    shop.git("checkout", "--quiet", "release/greeter/v0.1.0")
    shop.must("ci.run")
    [deployed] = shop.json("greeter.status", "--env", "qa")
    assert (deployed["version"], deployed["live"], deployed["verified"]) == ("v0.1.0", True, True)
