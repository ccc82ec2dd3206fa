"""What must not happen does not, and whoever tried is told why and what to do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode
from build_tasks.model.instance import Instance
from tests.integration.conftest import Terminal, Told, Typed
from tests.integration.outages import docker

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def clone(fresh_clone: Terminal, tmp_path: Path) -> Terminal:
    """A clone to spoil."""
    folder = tmp_path / "clone"
    fresh_clone.git("clone", "--quiet", ".", str(folder))
    return Terminal(folder)


def _refused(typed: Typed, code: ExitCode, *words: str) -> None:
    assert typed.status == code, typed.said
    assert "Traceback" not in typed.said
    missing = [word for word in words if word not in typed.said]
    assert not missing, typed.said


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_service_toml_with_three_mistakes(clone: Terminal) -> None:
    file = clone.folder / "services/delivery/service.toml"
    file.write_text('name = "delivry"\nkind = "daemon"\nowner = "shipping"\ndescripton = "typo"\n')
    refused = clone.inv("delivery.test")
    name = "services/delivery/service.toml"
    _refused(refused, ExitCode.CONFIG, f"{name}:1: name", f"{name}:2: kind", f"{name}:4: descripton")


def test_a_release_branch_without_the_v(clone: Terminal) -> None:
    refused = clone.inv("ci.run", "--branch", "release/delivery/1.0.0")
    _refused(refused, ExitCode.USAGE, "release/delivery/v1.0.0")


def test_an_unknown_environment_names_the_nearest(clone: Terminal) -> None:
    _refused(clone.inv("delivery.status", "--env", "prd"), ExitCode.USAGE, "did you mean prod?")


@pytest.mark.usefixtures("platform")
def test_a_kubeconfig_of_another_cluster(clone: Terminal, tmp_path: Path) -> None:
    instance = Instance.of(os.environ)
    context, prod = instance.context("qa"), instance.kubeconfig("prod")
    _edit(
        clone.folder / "pyproject.toml",
        'cluster = "devtest"\nnamespace = "qa"\n',
        f'cluster = "devtest"\nnamespace = "qa"\ncontext = "{context}"\nkubeconfig = "{prod}"\n',
    )
    refused = clone.inv("delivery.status", "--env", "qa")
    _refused(refused, ExitCode.WRONG_CLUSTER, instance.context("prod"), instance.context("qa"))


@pytest.mark.usefixtures("platform")
def test_an_image_that_runs_as_root(clone: Terminal) -> None:
    _edit(clone.folder / "services/delivery/Dockerfile", "USER 10001:10001\n", "USER root\n")
    _refused(clone.inv("delivery.image"), ExitCode.IMAGE_REFUSED, "it runs as root", "USER 10001:10001")


@pytest.mark.usefixtures("platform")
def test_a_chart_that_does_not_template(clone: Terminal) -> None:
    _edit(
        clone.folder / "services/shared/chart/templates/_service.tpl",
        "kind: Service\n",
        "kind: {{ .root.Values.nothing.there }}\n",
    )
    place = "services/shared/chart/templates/_service.tpl:7:"
    _refused(clone.inv("delivery.package"), ExitCode.CHART_REFUSED, place)


@pytest.mark.usefixtures("platform")
def test_a_code_that_does_not_build(clone: Terminal) -> None:
    _edit(
        clone.folder / "services/delivery/Dockerfile",
        "RUN python -m compileall",
        "RUN exit 7 && python -m compileall",
    )
    _refused(clone.inv("delivery.build"), ExitCode.BUILD_FAILED, "exit 7")


def test_a_version_that_exists_with_other_content(told: Told, tmp_path: Path) -> None:
    moved = told.agent.copy_to(tmp_path / "moved")
    moved.git("checkout", "--quiet", "release/delivery/v0.1.0")
    file = moved.folder / "services/delivery/delivery/__init__.py"
    file.write_text(file.read_text() + "\n# the branch moved\n")
    refused = moved.inv("delivery.push", "--version", "0.1.0")
    _refused(refused, ExitCode.CONFLICT, "exists with other content", "inv release.cut delivery")


def test_the_same_content_again_is_nothing_to_do(told: Told, tmp_path: Path) -> None:
    same = told.agent.copy_to(tmp_path / "same")
    same.git("checkout", "--quiet", "release/delivery/v0.1.0")
    pushed = same.must("delivery.push", "--version", "0.1.0")
    assert "the same content is there" in pushed.said


def test_whoever_cut_a_release_cannot_approve_it(told: Told) -> None:
    words = ("delivery.approve", "--version", "0.1.1", "--key", told.key("rhea"))
    _refused(told.developer.inv(*words), ExitCode.REFUSED, "rhea cut this release")


def test_a_key_that_main_does_not_name_cannot_approve(told: Told, tmp_path: Path) -> None:
    key = tmp_path / "mallory"
    keygen = Path(os.environ["BUILD_TASKS_TOOLS"], "ssh-keygen")
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    # The working tree may say what it likes: main decides.
    signers = told.developer.folder / "policy/allowed_signers"
    before = signers.read_text()
    signers.write_text(f"{before}mallory {key.with_suffix('.pub').read_text()}")
    try:
        refused = told.developer.inv("delivery.approve", "--version", "0.1.1", "--key", str(key))
    finally:
        signers.write_text(before)
    _refused(refused, ExitCode.REFUSED)


def test_a_version_that_nobody_approved_is_not_promoted(told: Told) -> None:
    """Its image is that of 0.1.1, chart aside: the approval attached to it is another version's."""
    refused = told.agent.inv("delivery.promote", "--version", "0.1.2")
    _refused(refused, ExitCode.REFUSED, "it is about delivery 0.1.1", "inv delivery.approve --version 0.1.2")


def test_a_rejection_wins(told: Told) -> None:
    told.developer.must(
        "delivery.reject", "--version", "0.1.0", "--key", told.key("amir"), "--reason", "leaks"
    )
    refused = told.agent.inv("delivery.promote", "--version", "0.1.0", "--downgrade")
    _refused(refused, ExitCode.REFUSED, "rejected by amir", "leaks")


def test_an_older_version_needs_downgrade(told: Told) -> None:
    told.root.must("delivery.switch", "--env", "prod", "--version", "0.1.1")
    refused = told.agent.inv("delivery.promote", "--version", "0.1.0")
    _refused(refused, ExitCode.REFUSED, "production runs v0.1.1", "--downgrade")


def test_the_working_tree_does_not_go_beyond_dev(told: Told) -> None:
    _refused(told.root.inv("delivery.deploy", "--env", "qa"), ExitCode.REFUSED, "only released versions")


def test_a_registry_that_is_stopped(told: Told) -> None:
    with _stopped(Instance.of(os.environ).registry_container):
        refused = told.agent.inv("delivery.deploy", "--env", "qa", "--version", "0.1.1")
    _refused(refused, ExitCode.UNAVAILABLE, "platform.up")


@contextmanager
def _stopped(container: str) -> Iterator[None]:
    docker("stop", container)
    try:
        yield
    finally:
        docker("start", container)
