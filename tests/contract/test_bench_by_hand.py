"""What the release flow is compared with does what it says. The registry is real, and bash, git, ssh-keygen,
helm and oras are; engine, scanner and clusters are programs that note how they are called.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.big_image import big_image
from bench.by_hand import Hands
from bench.copying import Copies
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.errors import ToolError
from build_tasks.model.images import Ref
from tests.contract.fixtures_registry import RegistryLab

ROOT = Path(__file__).parents[2]
#: Leaves what each of them would, and has `docker push` push something through oras.
PROGRAM = r"""#!/bin/bash
name=${0##*/}
echo "$name $*" >>"$CALLS"
case "$name $1" in
"docker cp") mkdir -p "$3" && echo passed >"$3/junit.xml" ;;
"docker image") echo layers >"$4" ;;
"docker push") cd "$(dirname "$CALLS")" && echo "$2" >layer && oras push --plain-http --no-tty "$2" layer ;;
"docker-buildx build") for word; do case $word in --metadata-file=*) echo '{}' >"${word#*=}" ;; esac; done ;;
"syft scan") for word; do case $word in cyclonedx-json=*) echo '{}' >"${word#*=}" ;; esac; done ;;
"grype sbom:"*) for word; do case $word in json=*) echo '{}' >"${word#*=}" ;; esac; done ;;
"helm package" | "helm lint" | "helm template" | "helm push" | "helm pull") exec "$HELM" "$@" ;;
"kubectl --context") if [[ $* == *filename=-* ]]; then cat >/dev/null; fi ;;
esac
"""
STANDS_IN = ("docker", "docker-buildx", "syft", "grype", "kubectl", "helm")


@pytest.fixture
def hands(tmp_path: Path, tool: Callable[[str], Path], oras_registry: RegistryLab) -> Hands:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in STANDS_IN:
        (programs / name).write_text(PROGRAM)
        (programs / name).chmod(0o755)
    (programs / "oras").symlink_to(tool("oras"))
    env = {
        "PATH": f"{programs}:{tool('ssh-keygen').parent}:{os.environ['PATH']}",
        "HELM": str(tool("helm")),
        "HELM_CACHE_HOME": str(tmp_path / "helm"),
        "HELM_CONFIG_HOME": str(tmp_path / "helm"),
        "CALLS": str(tmp_path / "calls"),
        "REGISTRY": oras_registry.host,
        **{f"GIT_{who}_{what}": "bench" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    return Hands(Processes(CommandLog(tmp_path / "log")), env)


@pytest.fixture
def clone(tmp_path: Path, hands: Hands) -> Path:
    """A repository with the sample's delivery, and an origin that it may be pushed to."""
    origin, folder = tmp_path / "origin.git", tmp_path / "clone"
    hands.run(["git", "init", "--quiet", "--bare", origin])
    hands.run(["git", "clone", "--quiet", origin, folder])
    hands.run(["cp", "-R", ROOT / "services", folder / "services"])
    hands.run(["git", "-C", folder, "add", "--all"])
    hands.run(["git", "-C", folder, "commit", "--quiet", "--message", "all of it"])
    return folder


@pytest.fixture
def keys(tmp_path: Path, hands: Hands) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    for who in ("builder", "manager", "approver"):
        hands.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / who])
    lines = [f"{file.stem} {file.read_text()}" for file in folder.glob("*.pub")]
    (folder / "allowed_signers").write_text("".join(lines))
    return folder


def test_the_script_takes_a_version_through_qa_into_production(
    hands: Hands, clone: Path, keys: Path, tmp_path: Path, oras_registry: RegistryLab
) -> None:
    variables = {"QA": "local-qa/qa", "PROD": "local-prod/backend", "KEYS": str(keys), "SCANNER": "grype"}
    variables["TRAFFIC"] = str(ROOT / "build_tasks/recipes/charts/traffic")
    variables["SYFT"] = str(ROOT / "build_tasks/recipes/scanning/syft.yaml")
    version = f"0.0.{os.getpid()}"
    hands.script("release.sh", "delivery", version, cwd=clone, **variables)
    registry, repository = oras_registry.registry, Ref(oras_registry.host, "bench/delivery")
    digest = registry.digest(repository.tagged(f"v{version}"))
    assert digest is not None
    assert registry.digest(repository.under("prod").tagged(f"v{version}")) == digest
    chart = Ref(oras_registry.host, "bench/charts/delivery", version)
    assert registry.digest(chart) == registry.digest(chart.under("prod")) is not None
    approval, evidence = "application/vnd.bench.approval", "application/vnd.bench.evidence"
    pieces = registry.attachments(repository.under("prod").at(digest), approval, evidence)
    assert sorted(piece.artifact_type for piece in pieces) == [approval, *[evidence] * 5]
    said = (tmp_path / "log").read_text()
    assert said.count('Good "evidence@bench"') == 10, "before QA, and before production"
    assert said.count('Good "approval@bench"') == 1 and said.count('Good "git"') == 2
    deployed = [
        line for line in (tmp_path / "calls").read_text().splitlines() if line.startswith("helm upgrade")
    ]
    assert [line.split()[2] for line in deployed] == ["bench-delivery", "bench-delivery-traffic"] * 2
    assert ["local-qa" in line for line in deployed] == [True, True, False, False]
    assert f"image.repository=prod/bench/delivery,image.tag=v{version}" in deployed[2]
    assert all(f"image.digest={digest}" in line for line in deployed[::2])


def test_a_signature_that_is_none_ends_the_script(hands: Hands, clone: Path, keys: Path) -> None:
    (keys / "allowed_signers").write_text("")
    variables = {"QA": "local-qa/qa", "PROD": "local-prod/backend", "KEYS": str(keys), "SCANNER": "grype"}
    variables["TRAFFIC"] = variables["SYFT"] = "/dev/null"
    with pytest.raises(ToolError, match=r"run release\.sh by hand"):
        hands.script("release.sh", "delivery", f"0.1.{os.getpid()}", cwd=clone, **variables)


def test_a_copy_in_the_registry_is_the_image(hands: Hands, oras_registry: RegistryLab) -> None:
    copies = Copies(hands, oras_registry.registry, oras_registry.host, f"{oras_registry.prefix}/copy")
    source = copies.push(10_000)
    for number in (1, 2):
        assert copies.in_the_registry(source) > 0
        copied = Ref(oras_registry.host, f"{oras_registry.prefix}/copy/target-{number}", "v1")
        assert oras_registry.registry.digest(copied) == source.digest


def test_by_hand_nothing_of_the_image_is_here_before(
    hands: Hands, oras_registry: RegistryLab, tmp_path: Path
) -> None:
    copies = Copies(hands, oras_registry.registry, oras_registry.host, f"{oras_registry.prefix}/copy")
    source = copies.push(10_000)
    assert copies.through_this_machine(source) > 0
    target = f"{oras_registry.host}/{oras_registry.prefix}/copy/target-1:v1"
    assert (tmp_path / "calls").read_text().splitlines() == [
        f"docker image rm --force {source} {target}",
        f"docker pull {source}",
        f"docker tag {source} {target}",
        f"docker push {target}",
        f"docker image rm --force {source} {target}",
    ]


def test_a_big_image_is_as_big_as_was_asked_for_and_never_the_same(tmp_path: Path) -> None:
    made = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        made.append(big_image(tmp_path / name, 100_000))
    [layer, config] = made[0].blobs
    assert 100_000 < layer.stat().st_size < 120_000
    described = json.loads(made[0].manifest.read_text())
    assert [one["digest"] for one in (described["layers"][0], described["config"])] == [
        layer.name,
        config.name,
    ]
    assert json.loads(config.read_text())["rootfs"]["diff_ids"] == [layer.name], "the layer is not compressed"
    assert made[0].digest != made[1].digest
