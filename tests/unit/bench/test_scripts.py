"""The scripts that stand for what is typed without the tasks: what they call, in which order."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.by_hand import SCRIPTS, Hands
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.errors import ToolError

#: Stands for a program: notes how it is called, and leaves the results that `docker cp` would.
PROGRAM = """#!/bin/sh
echo "${0##*/} $*" >>"$CALLS"
if [ "$1" = "$FAILING" ]; then exit 3; fi
if [ "$1" = cp ]; then mkdir "$3"; fi
"""


@pytest.fixture
def hands(tmp_path: Path) -> Hands:
    for name in ("docker", "docker-buildx"):
        (tmp_path / name).write_text(PROGRAM)
        (tmp_path / name).chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "CALLS": str(tmp_path / "calls"), "FAILING": ""}
    return Hands(Processes(CommandLog(None)), env)


def calls(folder: Path) -> list[str]:
    return [line.partition(" /")[0] for line in (folder / "calls").read_text().splitlines()]


def test_services_are_tested_one_after_another(hands: Hands, tmp_path: Path) -> None:
    options = "--build-context=a b=docker-image://c\n--no-cache"
    assert hands.script("test.sh", "delivery", "package", cwd=tmp_path, BUILD_OPTIONS=options) > 0
    build = "docker-buildx build --progress=plain --load --provenance=false --sbom=false --target testrunner"
    expected = []
    for name in ("delivery", "package"):
        context = options.replace("\n", " ")
        expected += [
            f"{build} --file services/{name}/Dockerfile --tag bench/{name}-testrunner {context} .",
            f"docker create --name=bench-{name}-tests --pull=never bench/{name}-testrunner",
            f"docker start --attach bench-{name}-tests",
            f"docker cp bench-{name}-tests:/results/.",
            f"docker rm --force --volumes bench-{name}-tests",
        ]
    assert calls(tmp_path) == expected


def test_no_options_are_no_argument(hands: Hands, tmp_path: Path) -> None:
    hands.script("test.sh", "delivery", cwd=tmp_path)
    assert calls(tmp_path)[0].endswith("--tag bench/delivery-testrunner .")


def test_what_fails_ends_the_measurement(hands: Hands, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="status 3"):
        hands.script("test.sh", "delivery", "package", cwd=tmp_path, FAILING="start")
    assert calls(tmp_path)[-1] == "docker start --attach bench-delivery-tests"


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.sh")), ids=lambda path: path.name)
def test_every_script_stops_at_the_first_failure_and_says_how_it_is_called(script: Path) -> None:
    text = script.read_text()
    assert "\nset -euo pipefail\n" in text
    assert f"\n#   bench/bash/{script.name} SERVICE" in text
